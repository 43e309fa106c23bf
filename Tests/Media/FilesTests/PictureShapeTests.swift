import Glibc
import MediaStreams
import RTCCodecs
import RTCFrames
import RTCMediaTestSupport
import RTCSynthetic
import Testing

@testable import RTCFiles

/// Peers send pictures of any shape that VP8 has a code for, from one call to the next and within one.
@Suite("Pictures of any shape")
struct PictureShapeTests {
  private static let shapes = [
    (1, 1), (2, 8_190), (8_190, 2), (1, 8_192), (8_192, 1), (8_191, 3), (3, 5), (17, 1), (1, 2), (33, 4_097),
    (320, 180),
  ]
  private let folder = TemporaryFolder()

  private func picture(_ shape: (Int, Int), rotation: VideoRotation = .none, at time: MediaTime = .zero) -> VideoFrame {
    var buffer = VideoFrameBuffer(width: shape.0, height: shape.1)
    buffer.fill(luma: 120, cb: 90, cr: 170)
    return VideoFrame(buffer, timestamp: time, rotation: rotation)
  }

  @Test("a picture of any shape is scaled to any width and size", arguments: shapes)
  func scaled(shape: (Int, Int)) {
    for width in [-1, 0, 1, 2, 319, 320, 8_192, 8_193, .max] {
      let scaled = picture(shape).scaled(width: width)
      #expect(scaled.width == min(max(width, 1), 8_192))
      #expect((1...8_192).contains(scaled.height))
      // What a program computes from the shape by itself.
      let height = 320 * shape.1 / shape.0
      #expect(picture(shape).scaled(width: 320, height: height).height == min(max(height, 1), 8_192))
    }
  }

  @Test("a picture of any shape is shown, turned, read and written to files", arguments: shapes)
  func written(shape: (Int, Int)) throws {
    var y4m = try Y4MWriter(path: folder.file("first.y4m"))
    for rotation in [VideoRotation.none, .clockwise90, .clockwise180, .clockwise270] {
      let frame = picture(shape, rotation: rotation)
      let pixels = frame.rgba()
      #expect(pixels.count == shape.0 * shape.1 * 4)
      #expect(Array(pixels.prefix(4)) == Array(pixels.suffix(4)))
      #expect(try !PNGWriter.encode(frame).isEmpty)
      #expect(try !JPEGWriter.encode(frame).isEmpty)
      try y4m.write(frame)
    }
    var monitor = TestPatternMonitor()
    #expect(monitor.observe(picture(shape)).counter == nil)
    var mixed = try Y4MWriter(path: folder.file("mixed.y4m"))
    try mixed.write(picture(shape))
    for other in Self.shapes { try mixed.write(picture(other)) }
    var reader = try Y4MReader(path: folder.file("mixed.y4m"))
    for _ in 0...Self.shapes.count {
      let read = try #require(try reader.next(timestamp: .zero))
      #expect((read.width, read.height) == shape)
    }
  }

  @Test(
    "a track whose pictures change their shape goes on, derived, disabled and as its settings say", arguments: shapes)
  func tracks(shape: (Int, Int)) async throws {
    let (track, feed) = RemoteTrackFeed.makeTrack(kind: .video)
    feed.setMuted(false)
    feed.deliver(picture(shape))
    let derived = track.clone()
    try await derived.applyConstraints(
      .init(width: .ideal(320), height: .ideal(240), aspectRatio: .ideal(1.5), frameRate: .ideal(1_000)))
    let disabled = track.clone()
    disabled.isEnabled = false
    #expect(track.settings.width == shape.0 && track.settings.height == shape.1)
    _ = track.capabilities
    var frames = derived.videoFrames(buffer: 100).makeAsyncIterator()
    var blanks = disabled.videoFrames(buffer: 100).makeAsyncIterator()
    for (index, other) in Self.shapes.enumerated() {
      feed.deliver(picture(other, at: .zero + .seconds(index + 1)))
      let frame = try #require(await frames.next())
      #expect(frame.width <= other.0 && frame.height <= other.1)
      let blank = try #require(await blanks.next())
      #expect((blank.width, blank.height) == other && blank.pixel(x: 0, y: 0).luma == 16)
    }
  }

  @Test("pictures of any shape, one after another, are encoded and decoded", arguments: [1.0, 1.5, 3.7, 1e9])
  func encoded(scale: Double) async throws {
    let encoded = FrameMailbox<EncodedVideoFrame>(capacity: 100)
    let encoder = try VideoEncoderPipeline(
      registry: .builtIn, configuration: VideoEncoderConfiguration(mimeType: "video/VP8", content: .detail),
      onFrame: { encoded.receive($0) }, onError: { Issue.record($0) })
    encoder.control.scaleDownBy = scale
    let decoder = try CodecRegistry.builtIn.makeVideoDecoder(VideoDecoderConfiguration(mimeType: "video/VP8"))
    // Each after each: an encoder keeps what it can of the one before.
    for (first, second) in Self.shapes.flatMap({ first in Self.shapes.map { (first, $0) } }) {
      for shape in [first, second] {
        encoder.receive(picture(shape))
        let frame = try #require(await encoded.next())
        #expect(frame.width <= max(2, shape.0) && frame.height <= max(2, shape.1))
        let decoded = try #require(try decoder.decode(frame))
        #expect((decoded.width, decoded.height) == (frame.width, frame.height))
      }
    }
    await encoder.close()
  }

  @Test("a key frame of any size that its header can tell is decoded or refused")
  func headers() throws {
    let encoder = try CodecRegistry.builtIn.makeVideoEncoder(VideoEncoderConfiguration(mimeType: "video/VP8"))
    let decoder = try CodecRegistry.builtIn.makeVideoDecoder(VideoDecoderConfiguration(mimeType: "video/VP8"))
    let whole = try #require(try encoder.encode(picture((16, 16)), asKeyFrame: true))
    for (width, height) in Self.shapes + [
      (0, 0), (0, 1), (1, 0), (16_383, 1), (1, 16_383), (16_383, 16_383), (8_193, 1),
    ] {
      var frame = whole
      frame.bytes.replaceSubrange(
        6..<10, with: [UInt8(width & 0xFF), UInt8(width >> 8), UInt8(height & 0xFF), UInt8(height >> 8)])
      guard let decoded = try? decoder.decode(frame) else { continue }
      #expect((decoded.width, decoded.height) == (width, height))
      #expect(VideoFrameLayout.isValid(width: width, height: height))
    }
  }

  @Test("key frames of any size, and of sizes that no frame may have, are recorded")
  func recorded() async throws {
    let source = EncodedVideoSource(mimeType: "video/VP8")
    let track = try MediaStreamTrack(source: source)
    let recorder = try StreamRecorder(tracks: [track], path: folder.file("shapes.webm"))
    try recorder.start()
    let shapes = [(16_383, 1)] + Self.shapes + [(0, 0), (16_383, 16_383), (-1, .max), (.max, -1)]
    for (index, shape) in shapes.enumerated() {
      try source.write(
        EncodedVideoFrame(
          bytes: [0, 0, 0], mimeType: "video/VP8", isKeyFrame: true, width: shape.0, height: shape.1,
          timestamp: .now + .milliseconds(index)))
    }
    source.close()
    try await recorder.waitUntilFinished()
    #expect(recorder.statistics.videoFrames == shapes.count)
  }
}
