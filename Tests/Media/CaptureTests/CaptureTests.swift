import Foundation
import MediaStreams
import RTCFrames
import RTCMediaTestSupport
import Testing

@testable import RTCCapture

/// Waits for what another thread does.
func eventually(_ condition: () -> Bool) async -> Bool {
  let deadline = MediaTime.now + .seconds(20)
  while true {
    if condition() { return true }
    // Looked at once more after the last sleep, however long that took.
    guard MediaTime.now < deadline else { return false }
    try? await Task.sleep(for: .milliseconds(2))
  }
}

@Suite("Capture")
struct CaptureTests {
  @Test("a camera that is not there is not found, and the error says what to do")
  func missingCamera() {
    let error = #expect(throws: MediaError.self) {
      _ = try MediaStreamTrack(source: V4L2Source(path: "/nonexistent/video7"))
    }
    #expect(error?.name == .notFoundError)
    #expect(error?.message.contains("/nonexistent/video7") == true)
    #expect(error?.message.contains("rtc devices") == true)
  }

  @Test("a file that is no camera is not readable", arguments: ["/dev/null", "/proc/self/exe"])
  func noCamera(path: String) {
    let error = #expect(throws: MediaError.self) { _ = try MediaStreamTrack(source: V4L2Source(path: path)) }
    #expect(error?.name == .notReadableError)
  }

  @Test("a folder without devices has no cameras")
  func emptyRoot() {
    #expect(CaptureDevices.cameras(root: "/proc/self").isEmpty)
    #expect(CaptureDevices.cameras(root: "/nonexistent").isEmpty)
  }

  @Test("a microphone that is not there is not found, and the error says what to do")
  func missingMicrophone() {
    let error = #expect(throws: MediaError.self) {
      _ = try MediaStreamTrack(source: ALSASource(device: "no-such-microphone"))
    }
    #expect(error?.name == .notFoundError)
    #expect(error?.message.contains("no-such-microphone") == true)
    #expect(error?.message.contains("rtc devices") == true)
  }

  @Test("GN-08: a device without a clock delivers in real time", .enabled(if: Rig.folder == nil))
  func null() async throws {
    let source = ALSASource(device: "null")
    for _ in 0..<2 {
      let track = try MediaStreamTrack(source: source)
      let start = MediaTime.now
      var frames: [AudioFrame] = []
      for await frame in track.audioFrames(buffer: 100_000) {
        frames.append(frame)
        if frames.count == 30 { break }
      }
      #expect(MediaTime.now - start > .milliseconds(200))
      track.stop()
      #expect(frames.allSatisfy { $0.sampleCount == 480 && $0.samples.allSatisfy { $0 == 0 } })
      for (before, after) in zip(frames, frames.dropFirst()) { #expect(after.timestamp > before.timestamp) }
      #expect(await threadCount(named: "alsa null", becomes: 0))
    }
  }

  @Test("devices are told as JSON that can be read again")
  func json() throws {
    let devices = CaptureDevices(
      cameras: [
        CaptureDevices.Camera(
          id: "v4l2:/dev/video0", name: "Camera", path: "/dev/video0", bus: "usb",
          formats: [
            CaptureDevices.Camera.Format(
              name: "YUYV", sizes: [CaptureDevices.Camera.Size(width: 640, height: 480, frameRates: [30, 15])])
          ])
      ],
      microphones: [
        CaptureDevices.Microphone(id: "alsa:default", device: "default", name: "Default", isHardware: false)
      ],
      outputs: [CaptureDevices.Output(id: "alsa:hw:0", device: "hw:0", name: "Card", isHardware: true)])
    let data = try JSONEncoder().encode(devices)
    #expect(try JSONDecoder().decode(CaptureDevices.self, from: data) == devices)
  }

  @Test("errors of the system have the names of the specification")
  func errors() {
    for (code, name) in [
      (ENOENT, MediaError.Name.notFoundError), (ENODEV, .notFoundError), (EACCES, .notAllowedError),
      (EBUSY, .notReadableError), (ENOSPC, .notReadableError), (EIO, .notReadableError),
    ] {
      #expect(MediaError.capture(code, device: "/dev/video0", action: "opened").name == name)
    }
  }

  @Test("samples are timed by their count, which follows the clock and never goes back")
  func clock() {
    var clock = CaptureClock()
    let period = Duration.milliseconds(10)
    let start = MediaTime(nanoseconds: 1_000_000_000)
    var last: MediaTime?
    // Reading jitters by 8 ms, and the card is fast by one in a thousand.
    for index in 0..<3_000 {
      let real = start + .nanoseconds(Int64(index) * 9_990_000)
      let time = clock.time(ofSamples: period, estimate: real + .milliseconds(index % 5 * 2))
      #expect(abs((time - real).nanoseconds) < 12_000_000)
      if let last { #expect(abs((time - last).nanoseconds - 10_000_000) < 300_000) }
      last = time
    }
    let before = last ?? start
    // A loss of a second is a jump forward; an estimate far back is none.
    let later = clock.time(ofSamples: period, estimate: before + .seconds(1))
    #expect(later == before + .seconds(1))
    #expect(clock.time(ofSamples: period, estimate: before) == later + period)
    clock.reset(now: later + .seconds(3))
    #expect(clock.time(ofSamples: period, estimate: later + .seconds(3)) == later + .seconds(3))
  }

  @Test("sound of any format and length becomes frames of one")
  func framer() {
    var framer = Framer(format: .mono48k, duration: .milliseconds(10))
    var frames: [AudioFrame] = []
    for index in 0..<10 {
      let time = MediaTime(nanoseconds: Int64(index) * 7_000_000)
      framer.append(
        AudioFrame(format: .stereo48k, samples: [Int16](repeating: Int16(index), count: 672), timestamp: time))
      while let frame = framer.next() { frames.append(frame) }
    }
    #expect(frames.count == 7)
    for (index, frame) in frames.enumerated() {
      #expect(frame.format == .mono48k)
      #expect(frame.sampleCount == 480)
      #expect(frame.timestamp == MediaTime(nanoseconds: Int64(index) * 10_000_000))
    }
  }
}
