import MediaStreams
import RTCFrames
import Testing

@testable import RTCCapture

extension Tag {
  @Tag static var rig: Self
}

/// Runs in a process of its own, which `RigTests` starts.
@Suite("Camera rig", .serialized, .enabled(if: Rig.folder != nil, "RigTests runs it"), .tags(.rig))
struct CameraRigTests {
  init() { Rig.tellCamera("") }

  @Test("cameras are listed with what they deliver; other files are not")
  func list() throws {
    let cameras = CaptureDevices.cameras(root: try #require(Rig.folder) + "/dev")
    let camera = try #require(cameras.first)
    #expect(cameras.count == 1)
    #expect(camera.id == "v4l2:\(Rig.camera)")
    #expect(camera.name == "Rig Camera")
    #expect(camera.bus == "platform:rig")
    #expect(camera.formats.map(\.name) == ["YUYV"])
    #expect(camera.formats[0].sizes.map(\.width) == [1_280, 640, 320])
    #expect(camera.formats[0].sizes[0].frameRates == [50])
  }

  @Test("GN-07: pictures come in the size nearest to what was asked for, with the time of the driver")
  func pictures() async throws {
    let descriptors = Rig.descriptorCount
    for _ in 0..<3 {
      let source = V4L2Source(path: Rig.camera, width: 600, height: 400)
      let track = try MediaStreamTrack(source: source)
      #expect(track.label == "Rig Camera")
      #expect(track.settings == MediaTrackSettings(width: 640, height: 480, frameRate: 50))
      var last: VideoFrame?
      var count = 0
      for await frame in track.videoFrames(buffer: 100) {
        #expect((frame.width, frame.height) == (640, 480))
        let (left, right) = (frame.pixel(x: 0, y: 10), frame.pixel(x: 20, y: 479))
        #expect((left.cb, left.cr) == (100, 160))
        #expect((Int(right.luma) - Int(left.luma) + 200) % 200 == 20)
        #expect(MediaTime.now - frame.timestamp < .seconds(1))
        if let last { #expect(frame.timestamp > last.timestamp) }
        last = frame
        count += 1
        if count == 10 { break }
      }
      track.stop()
      #expect(source.statistics.frames >= 10)
      #expect(await threadCount(named: "video0", becomes: 0))
    }
    #expect(Rig.descriptorCount == descriptors)
  }

  @Test("a camera that another has is not readable, and says so")
  func busy() throws {
    let track = try MediaStreamTrack(source: V4L2Source(path: Rig.camera))
    defer { track.stop() }
    let error = #expect(throws: MediaError.self) { _ = try MediaStreamTrack(source: V4L2Source(path: Rig.camera)) }
    #expect(error?.name == .notReadableError)
    #expect(error?.message.contains("Another program") == true)
  }

  @Test("broken pictures and those left out are counted, and the good ones go on")
  func damaged() async throws {
    let source = V4L2Source(path: Rig.camera, width: 320, height: 240)
    let track = try MediaStreamTrack(source: source)
    defer { track.stop() }
    Rig.tellCamera("e")
    #expect(await eventually { source.statistics.damagedFrames >= 2 })
    Rig.tellCamera("d")
    #expect(await eventually { source.statistics.skippedFrames >= 2 })
    Rig.tellCamera("")
    let frames = source.statistics.frames
    #expect(await eventually { source.statistics.frames > frames + 5 })
    #expect(track.readyState == .live)
  }

  @Test("TR-05: a camera that stalls mutes its track, and unmutes it when it goes on")
  func stall() async throws {
    let source = V4L2Source(path: Rig.camera, width: 320, height: 240, stallTimeout: .milliseconds(100))
    let track = try MediaStreamTrack(source: source)
    var events = track.events.makeAsyncIterator()
    #expect(await eventually { source.statistics.frames > 0 })
    Rig.tellCamera("s")
    #expect(await events.next() == .mute)
    Rig.tellCamera("")
    #expect(await events.next() == .unmute)
    #expect(source.statistics.stalls == 1)
    track.stop()
    #expect(await threadCount(named: "video0", becomes: 0))
  }

  @Test("a camera that is unplugged ends its tracks, and closes all that it had")
  func unplugged() async throws {
    let descriptors = Rig.descriptorCount
    let track = try MediaStreamTrack(source: V4L2Source(path: Rig.camera, width: 320, height: 240))
    let clone = track.clone()
    var events = track.events.makeAsyncIterator()
    Rig.tellCamera("u")
    #expect(await events.next() == .ended)
    #expect(await eventually { clone.readyState == .ended })
    #expect(await threadCount(named: "video0", becomes: 0))
    #expect(await eventually { Rig.descriptorCount == descriptors })
    let error = #expect(throws: MediaError.self) { _ = try MediaStreamTrack(source: V4L2Source(path: Rig.camera)) }
    #expect(error?.name == .notFoundError)
  }
}
