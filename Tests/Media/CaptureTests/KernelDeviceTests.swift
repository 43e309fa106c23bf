import CRigControls
import Glibc
import MediaStreams
import RTCFrames
import RTCMediaTestSupport
import RTCSynthetic
import Testing

@testable import RTCCapture

/// Runs in a virtual machine whose kernel has a virtual camera (vivid) and sound cards (snd-aloop, snd-dummy). Time leaps
/// there whenever the machine waits for its disk, so that no duration is looked at.
@Suite(
  "A kernel's devices", .serialized, .enabled(if: getenv("RTC_CAPTURE_KERNEL") != nil, "Tests/Rigs/Kernel/run runs it"))
struct KernelDeviceTests {
  private static let camera = "/dev/video0"
  /// The luma of vivid's bars of 75 %: white, yellow, cyan, green, magenta, red, blue, black.
  private static let bars = [180, 162, 131, 112, 84, 65, 35, 16]

  private func inject(_ name: String, _ value: Int32 = 1) { #expect(rig_set_control(Self.camera, name, value) == 0) }

  /// The luma of each bar, below the text that vivid writes.
  private func bars(of frame: VideoFrame) -> [Int] {
    Self.bars.indices.map { Int(frame.pixel(x: (2 * $0 + 1) * frame.width / 16, y: frame.height - 4).luma) }
  }

  private func areBars(_ values: [Int]) -> Bool { zip(values, Self.bars).allSatisfy { abs($0 - $1) <= 6 } }

  @Test("GN-07: the camera is listed with its formats, sizes and rates")
  func list() throws {
    let camera = try #require(CaptureDevices.cameras().first { $0.path == Self.camera })
    #expect(camera.name == "vivid")
    #expect(camera.bus.hasPrefix("platform:vivid"))
    let names = Set(camera.formats.map(\.name))
    #expect(names.isSuperset(of: ["YUYV", "NV12", "YU12", "GREY"]))
    #expect(camera.modes.contains { $0.width == 320 && $0.height == 180 && $0.frameRate == 30 })
    let modes = V4L2Source(path: Self.camera).modes
    #expect(modes.contains { $0.width == .list([640]) && $0.height == .list([480]) })
  }

  @Test("GN-07: every format of a kernel becomes the right picture", arguments: ["YUYV", "NV12", "YU12", "GREY"])
  func formats(name: String) async throws {
    let device = try V4L2Device(path: Self.camera)
    let mode = CameraMode(format: name, width: 320, height: 180, frameRate: 30)
    let camera = try V4L2Camera(device: device, mode: mode)
    #expect(camera.format.pixelFormat.name == name)
    var frames: [VideoFrame] = []
    let deadline = MediaTime.now + .seconds(10)
    while frames.count < 3, MediaTime.now < deadline {
      if case .frame(let frame, _) = camera.read(now: .now) { frames.append(frame) } else { usleep(2_000) }
    }
    #expect(frames.count == 3)
    for frame in frames {
      let bars = bars(of: frame)
      if name == "GREY" {
        // Weighed in another way than luma.
        #expect(bars.sorted(by: >) == bars && abs(bars[0] - 180) <= 6 && abs(bars[7] - 16) <= 6, "\(bars)")
      } else {
        #expect(areBars(bars), "\(bars)")
      }
    }
    for (before, after) in zip(frames, frames.dropFirst()) { #expect(after.timestamp > before.timestamp) }
  }

  @Test("a camera changes its size and rate while it films")
  func reconfiguration() async throws {
    let source = V4L2Source(path: Self.camera, width: 320, height: 180, frameRate: 30)
    let track = try MediaStreamTrack(source: source)
    defer { track.stop() }
    var frames = track.videoFrames(buffer: 2).makeAsyncIterator()
    #expect(await frames.next()?.width == 320)
    try await source.reconfigure(to: MediaTrackSettings(width: 640, height: 360, frameRate: 15))
    #expect(source.settings.width == 640)
    while let frame = await frames.next(), frame.width != 640 {}
    let frame = try #require(await frames.next())
    #expect((frame.width, frame.height) == (640, 360))
    #expect(areBars(bars(of: frame)))
  }

  @Test("pictures that the kernel flags as broken or leaves out are counted")
  func damaged() async throws {
    let source = V4L2Source(path: Self.camera, width: 320, height: 180, frameRate: 30)
    let track = try MediaStreamTrack(source: source)
    defer { track.stop() }
    #expect(await eventually { source.statistics.frames > 2 })
    inject("Inject V4L2_BUF_FLAG_ERROR")
    #expect(await eventually { source.statistics.damagedFrames >= 1 })
    inject("Percentage of Dropped Buffers", 50)
    #expect(await eventually { source.statistics.skippedFrames >= 2 })
    inject("Percentage of Dropped Buffers", 0)
    #expect(track.readyState == .live)
  }

  @Test("a queue that the kernel has given up is started anew")
  func fatalError() async throws {
    let source = V4L2Source(
      path: Self.camera, width: 320, height: 180, frameRate: 30, stallTimeout: .milliseconds(300))
    let track = try MediaStreamTrack(source: source)
    defer { track.stop() }
    #expect(await eventually { source.statistics.frames > 2 })
    inject("Inject Fatal Streaming Error")
    #expect(await eventually { source.statistics.restarts >= 1 })
    let frames = source.statistics.frames
    #expect(await eventually { source.statistics.frames > frames + 2 })
    #expect(track.readyState == .live)
  }

  @Test("MD-05: a camera that films for one program is busy for another")
  func busy() throws {
    let track = try MediaStreamTrack(source: V4L2Source(path: Self.camera, width: 320, height: 180))
    defer { track.stop() }
    let error = #expect(throws: MediaError.self) { _ = try MediaStreamTrack(source: V4L2Source(path: Self.camera)) }
    #expect(error?.name == .notReadableError)
    #expect(error?.message.contains("busy") == true)
  }

  @Test("MD-18: a camera that is unplugged ends its tracks")
  func disconnect() async throws {
    let track = try MediaStreamTrack(source: V4L2Source(path: Self.camera, width: 320, height: 180))
    var events = track.events.makeAsyncIterator()
    inject("Disconnect")
    #expect(await events.next() == .ended)
    #expect(await threadCount(named: "video0", becomes: 0))
  }

  @Test("GN-08: what is played on a card is recorded on its other end, in another format")
  func loopback() async throws {
    let player = try ALSAPlayer(device: "hw:Loopback,0", sampleRate: 44_100, channels: 2)
    defer { player.close() }
    let tone = try MediaStreamTrack(source: ToneSource(frequency: 700))
    let playing = Task { await player.play(tone.audioFrames(buffer: 20)) }
    defer { playing.cancel() }
    let source = ALSASource(device: "hw:Loopback,1", sampleRate: 16_000, channels: 1)
    let track = try MediaStreamTrack(source: source)
    var analyzer = ToneAnalyzer(window: .milliseconds(200))
    var isHeard = false
    for await frame in track.audioFrames(buffer: 1_000) {
      #expect(frame.format == AudioFormat(sampleRate: 16_000, channels: 1))
      analyzer.append(frame)
      isHeard = analyzer.measurement?.isTone(of: 700) == true
      if isHeard || source.statistics.frames > 1_000 { break }
    }
    #expect(isHeard)
    tone.stop()
    track.stop()
    #expect(await threadCount(named: "alsa hw:Loopback,1", becomes: 0))
  }

  @Test("MD-12: cards are listed in both directions, with what they have")
  func cards() throws {
    let microphones = CaptureDevices.microphones()
    #expect(microphones.contains { $0.name == "Loopback" && $0.isHardware })
    #expect(microphones.contains { $0.name == "Dummy" && $0.isHardware })
    #expect(CaptureDevices.outputs().contains { $0.name == "Dummy" })
    let mode = try #require(ALSASource(device: "hw:Dummy").modes.first)
    #expect(mode.sampleRate == .range(min: 8_000, max: 48_000, step: 1))
  }

  @Test("MD-17: a card that is taken out and put in again is noticed")
  func hotPlug() async throws {
    var changes = DeviceMonitor.changes().makeAsyncIterator()
    #expect(Shell.runBlocking("/run/rig/busybox rmmod snd_dummy").isSuccess)
    #expect(await changes.next() != nil)
    #expect(!CaptureDevices.microphones().contains { $0.name == "Dummy" })
    #expect(Shell.runBlocking("/run/rig/busybox insmod /run/rig/modules/snd-dummy.ko").isSuccess)
    #expect(await changes.next() != nil)
    #expect(CaptureDevices.microphones().contains { $0.name == "Dummy" })
  }
}
