import MediaStreams
import RTCFrames
import RTCMediaTestSupport
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
    let cameras = CaptureDevices.cameras(root: Rig.cameras)
    #expect(cameras.map(\.id) == (0...3).map { "v4l2:\(Rig.cameras)/video\($0)" })
    #expect(cameras.allSatisfy { $0.name == "Rig Camera" })
    #expect(cameras.map(\.bus) == (0...3).map { "platform:rig-video\($0)" })
    #expect(cameras.map { $0.formats.map(\.name) } == [["YUYV", "MJPG"], ["NV12"], ["YU12"], ["GREY"]])
    #expect(cameras[0].formats[0].sizes.map(\.width) == [1_280, 640, 320])
    #expect(cameras[0].formats[0].sizes.map(\.frameRates) == [[10], [50, 25], [50, 25]])
    #expect(cameras[0].modes.count == 9)
    // A range has its ends and the usual between them.
    let range = cameras[1].formats[0].sizes
    #expect(range.first.map { ($0.width, $0.height) } ?? (0, 0) == (64, 64))
    #expect(range.last.map { ($0.width, $0.height) } ?? (0, 0) == (1_280, 720))
    #expect(range.contains { $0.width == 640 && $0.height == 480 })
    #expect(range[0].frameRates == [50, 30, 25, 24, 20, 15, 10, 7.5, 5, 1])
    // Where none is listed, the usual ones are tried.
    #expect(cameras[2].modes.contains(CameraMode(format: "YU12", width: 640, height: 360, frameRate: nil)))
    #expect(!cameras[2].modes.contains { $0.width > 1_280 })
  }

  @Test("constraints are solved over the sizes and rates of all formats that are read")
  func modes() async throws {
    let webcam = V4L2Source(path: Rig.camera)
    #expect(
      webcam.modes == [
        MediaSourceMode(width: 1_280, height: 720, frameRates: [50, 25, 10]),
        MediaSourceMode(width: 640, height: 480, frameRates: [50, 25]),
        MediaSourceMode(width: 320, height: 240, frameRates: [50, 25]),
      ])
    #expect(webcam.capabilities.width == MediaTrackCapabilities.Range(min: 1, max: 1_280))
    #expect(webcam.capabilities.frameRate == MediaTrackCapabilities.Range(min: 0, max: 50))
    let board = V4L2Source(path: "\(Rig.cameras)/video1", width: 500, height: 302)
    #expect(board.modes.first?.width == .range(min: 64, max: 1_280, step: 2))
    #expect(V4L2Source(path: "\(Rig.cameras)/video4").modes.isEmpty)
    // Any size of a range is one of the camera's own.
    let track = try MediaStreamTrack(source: board)
    defer { track.stop() }
    #expect(track.settings.width == 500)
    #expect(track.settings.height == 302)
    for await frame in track.videoFrames() {
      #expect((frame.width, frame.height) == (500, 302))
      #expect(RigPicture.isShown(in: frame))
      break
    }
  }

  @Test(
    "GN-07: every format becomes the right picture, with the time of the driver",
    arguments: [
      ("video0", "YUYV", 640, 480), ("video0", "MJPG", 1_280, 720), ("video1", "NV12", 320, 240),
      ("video2", "YU12", 640, 360), ("video3", "GREY", 640, 360),
    ])
  func formats(name: String, format: String, width: Int, height: Int) async throws {
    let descriptors = Rig.descriptorCount
    let source = V4L2Source(path: "\(Rig.cameras)/\(name)", width: width, height: height)
    let track = try MediaStreamTrack(source: source)
    #expect(track.label == "Rig Camera")
    #expect((track.settings.width, track.settings.height) == (width, height))
    var last: VideoFrame?
    var count = 0
    for await frame in track.videoFrames(buffer: 100) {
      #expect((frame.width, frame.height) == (width, height))
      #expect(RigPicture.isShown(in: frame, isGrey: format == "GREY", tolerance: ["MJPG": 5, "GREY": 2][format] ?? 0))
      #expect(MediaTime.now - frame.timestamp < .seconds(1))
      #expect(frame.metadata.captureTime == frame.timestamp)
      if let last { #expect(frame.timestamp > last.timestamp) }
      last = frame
      count += 1
      if count == 5 { break }
    }
    track.stop()
    #expect(source.statistics.frames >= 5)
    #expect(source.statistics.damagedFrames == 0)
    #expect(await threadCount(named: name, becomes: 0))
    #expect(Rig.descriptorCount == descriptors)
  }

  @Test("the mode is the smallest that has enough pixels and pictures")
  func mode() throws {
    for (width, height, rate, expected) in [
      (600, 400, 30.0, MediaTrackSettings(width: 640, height: 480, frameRate: 50)),
      (320, 240, 20, MediaTrackSettings(width: 320, height: 240, frameRate: 25)),
      // More pictures than YUYV has of this size.
      (1_280, 720, 30, MediaTrackSettings(width: 1_280, height: 720, frameRate: 50)),
      (1_280, 720, 5, MediaTrackSettings(width: 1_280, height: 720, frameRate: 10)),
      (4_000, 3_000, 30, MediaTrackSettings(width: 1_280, height: 720, frameRate: 25)),
    ] {
      let source = V4L2Source(path: Rig.camera, width: width, height: height, frameRate: rate)
      let track = try MediaStreamTrack(source: source)
      #expect(source.settings == expected)
      track.stop()
    }
  }

  @Test("a camera changes its mode while it films, for all of its tracks")
  func reconfiguration() async throws {
    let source = V4L2Source(path: Rig.camera, width: 640, height: 480)
    let track = try MediaStreamTrack(source: source)
    defer { track.stop() }
    var frames = track.videoFrames(buffer: 4).makeAsyncIterator()
    #expect(await frames.next()?.width == 640)
    for (width, height, rate, isJPEG) in [(320, 240, 25.0, false), (1_280, 720, 50, true), (640, 480, 25, false)] {
      let before = MediaTime.now
      try await source.reconfigure(to: MediaTrackSettings(width: width, height: height, frameRate: rate))
      #expect(source.settings == MediaTrackSettings(width: width, height: height, frameRate: rate))
      while let frame = await frames.next() {
        // What came before the change may still be in the mailbox.
        if frame.timestamp < before || frame.width != width { continue }
        #expect((frame.width, frame.height) == (width, height))
        #expect(RigPicture.isShown(in: frame, tolerance: isJPEG ? 5 : 0))
        break
      }
    }
    #expect(source.statistics.stalls == 0)
    #expect(track.readyState == .live)
  }

  @Test("a camera that cannot change goes on as it was")
  func refusedReconfiguration() async throws {
    let source = V4L2Source(path: Rig.camera, width: 320, height: 240, stallTimeout: .milliseconds(200))
    let track = try MediaStreamTrack(source: source)
    defer { track.stop() }
    #expect(await eventually { source.statistics.frames > 0 })
    await #expect(throws: MediaError.self) { try await source.reconfigure(to: MediaTrackSettings(width: 0, height: 1)) }
    Rig.tellCamera("b")
    let settings = source.settings
    let error = await #expect(throws: MediaError.self) {
      try await source.reconfigure(to: MediaTrackSettings(width: 640, height: 480))
    }
    #expect(error?.name == .notReadableError)
    Rig.tellCamera("")
    let frames = source.statistics.frames
    #expect(await eventually { source.statistics.frames > frames + 2 })
    #expect(source.settings == settings)
  }

  @Test("what is asked of a closed camera holds when it is opened")
  func reconfigurationWhileClosed() async throws {
    let source = V4L2Source(path: Rig.camera, width: 640, height: 480)
    try await source.reconfigure(to: MediaTrackSettings(width: 320, height: 240, frameRate: 25))
    let track = try MediaStreamTrack(source: source)
    #expect(source.settings == MediaTrackSettings(width: 320, height: 240, frameRate: 25))
    track.stop()
  }

  @Test("24 tracks of one camera cost one conversion")
  func clones() async throws {
    let source = V4L2Source(path: Rig.camera, width: 320, height: 240)
    let track = try MediaStreamTrack(source: source)
    let clones = (0..<23).map { _ in track.clone() }
    var iterators = ([track] + clones).map { $0.videoFrames(buffer: 100).makeAsyncIterator() }
    let first = try #require(await iterators[0].next())
    for index in iterators.indices.dropFirst() {
      var frame = await iterators[index].next()
      while let early = frame, early.timestamp < first.timestamp { frame = await iterators[index].next() }
      if frame?.timestamp == first.timestamp { #expect(frame?.sharesPicture(with: first) == true) }
    }
    #expect(await threadCount(named: "video0", becomes: 1))
    for clone in clones { clone.stop() }
    let frames = source.statistics.frames
    #expect(await eventually { source.statistics.frames > frames })
    track.stop()
    #expect(await threadCount(named: "video0", becomes: 0))
  }

  @Test("MD-05: a camera that another has is not readable, and says so")
  func busy() throws {
    let track = try MediaStreamTrack(source: V4L2Source(path: Rig.camera))
    defer { track.stop() }
    let error = #expect(throws: MediaError.self) { _ = try MediaStreamTrack(source: V4L2Source(path: Rig.camera)) }
    #expect(error?.name == .notReadableError)
    #expect(error?.message.contains("Device or resource busy") == true)
    #expect(error?.message.contains("Another program") == true)
  }

  @Test("MD-04, MD-05: a camera that cannot be opened tells the system's reason, and leaves nothing open")
  func refused() throws {
    let descriptors = Rig.descriptorCount
    for (control, name, reason) in [
      ("p", MediaError.Name.notAllowedError, "Permission denied"), ("b", .notReadableError, "busy"),
      ("u", .notFoundError, "No such device"),
    ] {
      Rig.tellCamera(control)
      let error = #expect(throws: MediaError.self) { _ = try MediaStreamTrack(source: V4L2Source(path: Rig.camera)) }
      #expect(error?.name == name)
      #expect(error?.message.contains(reason) == true)
    }
    #expect(Rig.descriptorCount == descriptors)
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

  @Test("JPEGs that are cut off are counted, and the whole ones go on")
  func cutOff() async throws {
    let source = V4L2Source(path: Rig.camera, width: 1_280, height: 720)
    let track = try MediaStreamTrack(source: source)
    defer { track.stop() }
    #expect(await eventually { source.statistics.frames > 0 })
    Rig.tellCamera("c")
    #expect(await eventually { source.statistics.damagedFrames >= 2 })
    Rig.tellCamera("")
    let frames = source.statistics.frames
    #expect(await eventually { source.statistics.frames > frames + 2 })
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

  @Test("a camera that hangs or loses its signal is started anew", arguments: ["h", "i"])
  func restart(control: String) async throws {
    let descriptors = Rig.descriptorCount
    let source = V4L2Source(path: Rig.camera, width: 320, height: 240, stallTimeout: .milliseconds(100))
    let track = try MediaStreamTrack(source: source)
    var events = track.events.makeAsyncIterator()
    #expect(await eventually { source.statistics.frames > 0 })
    Rig.tellCamera(control)
    #expect(await events.next() == .mute)
    Rig.tellCamera("")
    #expect(await events.next() == .unmute)
    #expect(source.statistics.restarts >= 1)
    track.stop()
    #expect(Rig.descriptorCount == descriptors)
  }

  @Test("a camera that is unplugged ends its tracks, and closes all that it had", arguments: [false, true])
  func unplugged(whileStalled: Bool) async throws {
    let descriptors = Rig.descriptorCount
    let source = V4L2Source(path: Rig.camera, width: 320, height: 240, stallTimeout: .milliseconds(100))
    let track = try MediaStreamTrack(source: source)
    let clone = track.clone()
    var events = track.events.makeAsyncIterator()
    if whileStalled {
      Rig.tellCamera("s")
      #expect(await events.next() == .mute)
    }
    Rig.tellCamera("u")
    // On a busy machine the camera stalls by itself as well.
    var event = await events.next()
    while event == .mute || event == .unmute { event = await events.next() }
    #expect(event == .ended)
    #expect(await eventually { clone.readyState == .ended })
    #expect(await threadCount(named: "video0", becomes: 0))
    #expect(await eventually { Rig.descriptorCount == descriptors })
    await #expect(throws: Never.self) { try await source.reconfigure(to: MediaTrackSettings(width: 640, height: 480)) }
    let error = #expect(throws: MediaError.self) { _ = try MediaStreamTrack(source: V4L2Source(path: Rig.camera)) }
    #expect(error?.name == .notFoundError)
  }
}
