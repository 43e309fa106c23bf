import MediaStreams
import RTCFrames
import RTCMediaTestSupport
import RTCSynthetic
import Testing

@testable import RTCFiles

@Suite("Media files")
struct FileFormatTests {
  private let folder = TemporaryFolder()

  private func pattern(_ counter: UInt32, width: Int = 64, height: Int = 48) -> VideoFrame {
    var buffer = VideoFrameBuffer(width: width, height: height)
    TestPatternPainter(width: width, height: height).paint(counter: counter, milliseconds: 7, into: &buffer)
    return VideoFrame(buffer, timestamp: .zero)
  }

  private func tone(_ format: AudioFormat, count: Int) -> AudioFrame {
    AudioFrame(
      format: format, samples: ToneSource.samples(of: 440, amplitude: 0.5, format: format, from: 0, count: count),
      timestamp: .zero)
  }

  @Test("GN-06: pictures come back from a Y4M file as they were", arguments: [(64, 48), (161, 97), (1, 1)])
  func pictures(width: Int, height: Int) throws {
    let path = folder.file("test.y4m")
    var writer = try Y4MWriter(path: path, frameRate: 29.97)
    for counter in 0..<3 { try writer.write(pattern(UInt32(counter), width: width, height: height)) }
    #expect(writer.frameCount == 3)
    var reader = try Y4MReader(path: path)
    #expect(reader.header == Y4MHeader(width: width, height: height, rateNumerator: 30_000, rateDenominator: 1_001))
    for _ in 0..<2 {
      for counter in 0..<3 {
        let frame = try #require(try reader.next(timestamp: .zero))
        let expected = pattern(UInt32(counter), width: width, height: height)
        for row in 0..<height {
          #expect((0..<width).allSatisfy { frame.pixel(x: $0, y: row) == expected.pixel(x: $0, y: row) })
        }
      }
      #expect(try reader.next(timestamp: .zero) == nil)
      try reader.rewind()
    }
  }

  @Test("pictures of another size are scaled to that of the file")
  func scaled() throws {
    let path = folder.file("test.y4m")
    var writer = try Y4MWriter(path: path)
    try writer.write(pattern(1, width: 320, height: 180))
    try writer.write(pattern(2, width: 640, height: 360))
    var reader = try Y4MReader(path: path)
    #expect(reader.header.framesPerSecond == 30)
    _ = try reader.next(timestamp: .zero)
    let second = try #require(try reader.next(timestamp: .zero))
    #expect(TestPatternReader.read(second).counter == 2)
  }

  @Test("rates that no file can have are refused", arguments: [0, -30, 1_001, 1e300, .infinity, .nan])
  func impossibleRates(rate: Double) {
    let error = #expect(throws: MediaError.self) { _ = try Y4MWriter(path: folder.file("rate.y4m"), frameRate: rate) }
    #expect(error?.name == .notSupportedError)
  }

  @Test(
    "files that are no Y4M are refused with a reason",
    arguments: [
      ("", "does not begin"), ("RIFF\n", "does not begin"), ("YUV4MPEG2 W0 H5\n", "0x5"),
      ("YUV4MPEG2 W9999999999999999999 H5\n", "0x5"), ("YUV4MPEG2 W64 H48 F0:0\n", "no frame rate"),
      ("YUV4MPEG2 W64 H48 C444\n", "yuv420p"), (String(repeating: "x", count: 9_000), "does not begin"),
    ])
  func noY4M(text: String, reason: String) throws {
    let path = folder.write(Array(text.utf8), to: "test.y4m")
    let error = #expect(throws: MediaError.self) { _ = try Y4MSource(path: path) }
    #expect(error?.message.contains(reason) == true)
    #expect(error?.message.contains(path) == true)
  }

  @Test("a Y4M file that is cut off ends with its last whole picture; a broken one is an error")
  func brokenY4M() throws {
    let head = "YUV4MPEG2 W2 H2 C420mpeg2\nFRAME Ip\n123456FRAME\n123"
    var reader = try Y4MReader(path: folder.write(Array(head.utf8), to: "cut.y4m"))
    let first = try #require(try reader.next(timestamp: .zero))
    #expect(first.pixel(x: 1, y: 1) == (0x34, 0x35, 0x36))
    #expect(try reader.next(timestamp: .zero) == nil)
    var broken = try Y4MReader(path: folder.write(Array("YUV4MPEG2 W2 H2\nFRAMX\n123456".utf8), to: "bad.y4m"))
    #expect(throws: MediaError.self) { _ = try broken.next(timestamp: .zero) }
  }

  @Test("missing files, folders and devices are refused with a reason")
  func missing() {
    let missing = #expect(throws: MediaError.self) { _ = try Y4MSource(path: folder.file("none.y4m")) }
    #expect(missing?.name == .notFoundError)
    #expect(throws: MediaError.self) { _ = try WAVSource(path: folder.path) }
    let device = #expect(throws: MediaError.self) { _ = try WAVSource(path: "/dev/zero") }
    #expect(device?.message.contains("regular") == true)
  }

  @Test("GN-06: a Y4M file plays in real time and begins anew, or ends its track")
  func y4mSource() async throws {
    let path = folder.file("loop.y4m")
    var writer = try Y4MWriter(path: path, frameRate: 100)
    for counter in 0..<3 { try writer.write(pattern(UInt32(counter), width: 160, height: 96)) }
    let source = try Y4MSource(path: path)
    #expect(source.settings == MediaTrackSettings(width: 160, height: 96, frameRate: 100))
    let track = try MediaStreamTrack(source: source)
    var counters: [UInt32?] = []
    var times: [MediaTime] = []
    for await frame in track.videoFrames(buffer: 100_000) {
      counters.append(TestPatternReader.read(frame).counter)
      times.append(frame.timestamp)
      if counters.count == 7 { break }
    }
    track.stop()
    for (before, after) in zip(counters, counters.dropFirst()) { #expect(after == before.map { ($0 + 1) % 3 }) }
    for (before, after) in zip(times, times.dropFirst()) { #expect((after - before).nanoseconds % 10_000_000 == 0) }
    #expect(await threadCount(named: "loop.y4m", becomes: 0))

    let once = try MediaStreamTrack(source: try Y4MSource(path: path, isLooping: false))
    for await _ in once.videoFrames(buffer: 100_000) {}
    #expect(once.readyState == .ended)
    #expect(await threadCount(named: "loop.y4m", becomes: 0))
  }

  @Test("GN-06: samples come back from a WAVE file as they were", arguments: [1, 2])
  func samples(channels: Int) throws {
    let path = folder.file("test.wav")
    let sound = tone(AudioFormat(sampleRate: 44_100, channels: channels), count: 1_000)
    var writer = try WAVWriter(path: path)
    try writer.write(sound)
    try writer.write(sound)
    #expect(writer.sampleCount == 2_000)
    // As it is when the process is killed.
    var unfinished = try WAVReader(path: path)
    #expect(try unfinished.read(count: 5_000).count == 2_000 * channels)
    try writer.finish()
    var reader = try WAVReader(path: path)
    #expect(reader.format == sound.format)
    for _ in 0..<2 {
      #expect(try reader.read(count: 1_000) == sound.samples)
      #expect(try reader.read(count: 5_000) == sound.samples)
      #expect(try reader.read(count: 5_000).isEmpty)
      try reader.rewind()
    }
    #expect(TemporaryFolder.read(path).count == 44 + 4_000 * channels)
  }

  @Test("sound of another format is converted to that of the file")
  func convertedSound() throws {
    let path = folder.file("test.wav")
    var writer = try WAVWriter(path: path, format: .mono48k)
    try writer.write(tone(AudioFormat(sampleRate: 16_000, channels: 2), count: 16_000))
    try writer.finish()
    var reader = try WAVReader(path: path)
    var analyzer = ToneAnalyzer()
    analyzer.append(AudioFrame(format: reader.format, samples: try reader.read(count: 48_000), timestamp: .zero))
    #expect(try #require(analyzer.measurement).isTone(of: 440))
  }

  @Test("other chunks are passed over, the extensible form is known, and an odd end is cut")
  func chunks() throws {
    var header = WAVHeader.bytes(format: .mono48k, dataCount: nil)
    let data = Array(header[36...])
    var format = Array(header[20..<36])
    format.replaceSubrange(0..<2, with: [0xFE, 0xFF])
    format += [22, 0, 16, 0, 0, 0, 0, 0, 1, 0] + [UInt8](repeating: 0, count: 14)
    header = Array(header.prefix(12)) + Array("LIST".utf8) + [3, 0, 0, 0, 1, 2, 3, 0] + Array("fmt ".utf8)
    header += [40, 0, 0, 0] + format + data + [1, 0, 2, 0, 9]
    var reader = try WAVReader(path: folder.write(header, to: "test.wav"))
    #expect(try reader.read(count: 10) == [1, 2])
  }

  @Test(
    "files that are no 16-bit WAVE are refused with a reason",
    arguments: [(20, UInt8(3), "pcm_s16le"), (34, 24, "24 bits"), (22, 0, "0 channels"), (8, 0, "RIFF/WAVE")])
  func noWAV(position: Int, value: UInt8, reason: String) {
    var bytes = WAVHeader.bytes(format: .mono48k, dataCount: 100) + [UInt8](repeating: 0, count: 100)
    bytes[position] = value
    let path = folder.write(bytes, to: "test.wav")
    let error = #expect(throws: MediaError.self) { _ = try WAVSource(path: path) }
    #expect(error?.message.contains(reason) == true)
  }

  @Test("headers that are cut off anywhere are refused, not trapped on")
  func cutHeaders() {
    let bytes = WAVHeader.bytes(format: .mono48k, dataCount: 100)
    for count in 0..<bytes.count {
      let path = folder.write(Array(bytes.prefix(count)), to: "test.wav")
      #expect(throws: MediaError.self) { _ = try WAVReader(path: path) }
    }
  }

  @Test(
    "GN-06: a WAVE file of any rate plays as 48 kHz, without a seam where it begins anew", arguments: [8_000, 44_100])
  func wavSource(rate: Int) async throws {
    let path = folder.file("tone \(rate).wav")
    var writer = try WAVWriter(path: path)
    // Whole cycles, so that the end fits the beginning: 44 in a tenth of a second.
    try writer.write(tone(AudioFormat(sampleRate: rate, channels: 1), count: rate / 10))
    try writer.finish()
    let track = try MediaStreamTrack(source: try WAVSource(path: path))
    var analyzer = ToneAnalyzer(window: .milliseconds(300))
    for await frame in track.audioFrames(buffer: 100_000) {
      #expect(frame.format == .mono48k)
      #expect(frame.sampleCount == 960)
      analyzer.append(frame)
      if analyzer.isFull { break }
    }
    track.stop()
    let measurement = try #require(analyzer.measurement)
    #expect(measurement.isTone(of: 440))
    #expect(measurement.purity > 0.9)
    #expect(await threadCount(named: "tone \(rate).wav", becomes: 0))

    let once = try MediaStreamTrack(source: try WAVSource(path: path, isLooping: false))
    for await _ in once.audioFrames(buffer: 100_000) {}
    #expect(once.readyState == .ended)
    #expect(await threadCount(named: "tone \(rate).wav", becomes: 0))
  }

  @Test("GN-19: a still picture has the right colours", arguments: VideoRotation.allCases)
  func stillPicture(rotation: VideoRotation) throws {
    var frame = pattern(3, width: 320, height: 180)
    frame.rotation = rotation
    let bytes = try PNGWriter.encode(frame)
    #expect(bytes.prefix(8) == [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
    let size = bytes[16..<24].map(Int.init)
    let (width, height) = (size[2] << 8 | size[3], size[6] << 8 | size[7])
    let isTurned = rotation == .clockwise90 || rotation == .clockwise270
    #expect((width, height) == (isTurned ? (180, 320) : (320, 180)))
    guard rotation == .none else { return }
    let pixels = frame.rgb()
    for (index, colour) in PatternGeometry.barColours.enumerated() {
      let pixel = (60 * 320 + index * 40 + 20) * 3
      let seen = PatternColour(red: Int(pixels[pixel]), green: Int(pixels[pixel + 1]), blue: Int(pixels[pixel + 2]))
      #expect(seen.distance(to: colour) <= 4)
    }
    let path = folder.file("test.png")
    try PNGWriter.write(frame, to: path)
    #expect(TemporaryFolder.read(path) == bytes)
  }

  @Test("pictures of noise fit, and a place that does not exist is an error")
  func noise() throws {
    var buffer = VideoFrameBuffer(width: 101, height: 77)
    var state: UInt64 = 5
    buffer.withPlanes { luma, _, _ in
      for index in luma.indices {
        state = state &* 6_364_136_223_846_793_005 &+ 1
        luma[index] = UInt8(truncatingIfNeeded: state >> 40)
      }
    }
    let frame = VideoFrame(buffer, timestamp: .zero)
    #expect(try PNGWriter.encode(frame).count > 7_000)
    #expect(throws: MediaError.self) { try PNGWriter.write(frame, to: folder.file("none/test.png")) }
  }
}
