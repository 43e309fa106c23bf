import RTCFrames
import Testing

@testable import RTCCodecs

@Suite("VP8")
struct VP8Tests {
  private func encoder(
    bitrate: Int = 600_000, frameRate: Double = 30, content: VideoEncoderConfiguration.Content = .motion,
    keyFrameInterval: Int? = nil
  ) throws -> VP8VideoEncoder {
    try VP8VideoEncoder(
      VideoEncoderConfiguration(
        mimeType: "video/VP8", rates: VideoEncoderRates(bitrate: bitrate, frameRate: frameRate), content: content,
        keyFrameInterval: keyFrameInterval))
  }

  private func decoder() throws -> VP8VideoDecoder {
    try VP8VideoDecoder(VideoDecoderConfiguration(mimeType: "video/VP8"))
  }

  @Test("CD-06: pictures survive, also of odd sizes", arguments: [(320, 240), (175, 143), (16, 16), (1, 1), (33, 2)])
  func roundTrip(width: Int, height: Int) throws {
    let encoder = try encoder()
    let decoder = try decoder()
    var count = 0
    for index in 0..<20 {
      let picture = testPicture(index, width: width, height: height)
      guard let frame = try encoder.encode(picture, asKeyFrame: false) else { continue }
      #expect(frame.isKeyFrame == (count == 0))
      #expect(VP8FrameHeader(frame.bytes)?.isKeyFrame == frame.isKeyFrame)
      let decoded = try #require(try decoder.decode(frame))
      #expect(decoded.width == width && decoded.height == height)
      #expect(decoded.timestamp == picture.timestamp)
      #expect(frame.metadata.rtpTimestamp == UInt32(index * 3_000) || index > 0)
      #expect((0...127).contains(frame.quantizer ?? -1))
      if width * height > 1_000 { #expect(lumaPSNR(picture, decoded) > 28) }
      count += 1
    }
    #expect(count > 10)
  }

  @Test("CD-06: a key frame comes when it is asked for, and only then")
  func keyFrameOnDemand() throws {
    let encoder = try encoder()
    var keyFrames: [Int] = []
    for index in 0..<60 {
      let frame = try encoder.encode(testPicture(index, width: 160, height: 120), asKeyFrame: index == 30)
      if frame?.isKeyFrame == true { keyFrames.append(index) }
    }
    #expect(keyFrames == [0, 30])
  }

  @Test("key frames come at the interval that was asked for")
  func keyFrameInterval() throws {
    let encoder = try encoder(bitrate: 2_000_000, keyFrameInterval: 10)
    let frames = try (0..<40).compactMap {
      try encoder.encode(testPicture($0, width: 64, height: 64), asKeyFrame: false)
    }
    #expect(frames.enumerated().allSatisfy { index, frame in frame.isKeyFrame == (index % 10 == 0) })
  }

  @Test("CD-17: the rate follows five targets, within 15 % after two seconds")
  func rateControl() throws {
    let encoder = try encoder(bitrate: 800_000)
    var index = 0
    for target in [800_000, 300_000, 1_200_000, 500_000, 1_000_000] {
      try encoder.setRates(VideoEncoderRates(bitrate: target, frameRate: 30))
      var bits = 0
      for step in 0..<150 {
        let frame = try encoder.encode(testPicture(index, width: 320, height: 240), asKeyFrame: false)
        if step >= 60 { bits += (frame?.bytes.count ?? 0) * 8 }
        index += 1
      }
      let rate = Double(bits) / 3
      #expect(abs(rate / Double(target) - 1) < 0.15, "\(Int(rate)) bit/s instead of \(target)")
    }
  }

  @Test("CD-17: the rate holds when fewer pictures come than were announced", arguments: [10, 15])
  func rateAtLowFrameRate(frameRate: Int) throws {
    let encoder = try encoder(bitrate: 400_000, frameRate: 30)
    let interval = Duration.nanoseconds(1_000_000_000 / Int64(frameRate))
    var bits = 0
    for index in 0..<(frameRate * 7) {
      let picture = testPicture(index, width: 320, height: 240, interval: interval)
      let frame = try encoder.encode(picture, asKeyFrame: false)
      if index >= frameRate * 3 { bits += (frame?.bytes.count ?? 0) * 8 }
    }
    #expect(abs(Double(bits) / 4 / 400_000 - 1) < 0.2, "\(bits / 4) bit/s")
  }

  @Test("a new size begins with a key frame and is decoded, smaller, back, and larger than at first")
  func resolutionChange() throws {
    let encoder = try encoder(bitrate: 1_500_000)
    let decoder = try decoder()
    var index = 0
    for (width, height) in [(320, 240), (160, 120), (320, 240), (640, 360), (162, 98), (640, 360)] {
      var psnr = 0.0
      for step in 0..<8 {
        let picture = testPicture(index, width: width, height: height)
        let frame = try encoder.encode(picture, asKeyFrame: false)
        index += 1
        if step == 0 { #expect(frame?.isKeyFrame == true) }
        guard let frame, let decoded = try decoder.decode(frame) else { continue }
        #expect(decoded.width == width && decoded.height == height)
        psnr = lumaPSNR(picture, decoded)
      }
      #expect(psnr > 25, "\(width)x\(height): \(psnr) dB")
    }
  }

  @Test("screens are encoded without leaving pictures out")
  func detail() throws {
    let encoder = try encoder(bitrate: 200_000, content: .detail)
    let frames = try (0..<30).compactMap {
      try encoder.encode(testPicture($0, width: 320, height: 240), asKeyFrame: false)
    }
    #expect(frames.count == 30)
  }

  @Test("CD-19: a picture of absurd size is refused before memory is taken for it")
  func absurdSize() throws {
    let decoder = try decoder()
    let header: [UInt8] =
      [0x10, 0x02, 0x00, 0x9D, 0x01, 0x2A, 0xFF, 0x3F, 0xFF, 0x3F] + [UInt8](repeating: 0, count: 50)
    #expect(VP8FrameHeader(header)?.width == 16_383)
    #expect(throws: MediaError.self) { try decoder.decode(encoded(header, isKeyFrame: true)) }
    let small = try VP8VideoDecoder(VideoDecoderConfiguration(mimeType: "video/VP8", maximumPixelCount: 100 * 100))
    let encoder = try encoder()
    let frame = try #require(try encoder.encode(testPicture(0, width: 160, height: 120), asKeyFrame: true))
    #expect(throws: MediaError.self) { try small.decode(frame) }
  }

  @Test("CD-19: corrupted frames are errors, and the next key frame makes all well", arguments: 0..<6)
  func corruption(seed: Int) throws {
    let encoder = try encoder()
    let decoder = try decoder()
    var random = SeededGenerator(state: UInt64(seed))
    var failures = 0
    for index in 0..<120 {
      let picture = testPicture(index, width: 160, height: 120)
      let isKeyFrame = index % 20 == 0
      guard var frame = try encoder.encode(picture, asKeyFrame: isKeyFrame) else { continue }
      let intact = index % 20 < 5
      if !intact {
        switch Int.random(in: 0..<4, using: &random) {
        case 0: frame.bytes.removeLast(Int.random(in: 0...frame.bytes.count, using: &random))
        case 1: frame.bytes = frame.bytes.map { _ in UInt8.random(in: 0...255, using: &random) }
        case 2: frame.bytes[Int.random(in: 0..<min(12, frame.bytes.count), using: &random)] ^= 0xFF
        default:
          for _ in 0..<20 {
            frame.bytes[Int.random(in: 0..<frame.bytes.count, using: &random)] = UInt8.random(
              in: 0...255, using: &random)
          }
        }
      }
      do {
        let decoded = try decoder.decode(frame)
        if intact { #expect(decoded.map { lumaPSNR(picture, $0) } ?? 0 > 25) }
      } catch {
        #expect(!intact)
        failures += 1
      }
    }
    #expect(failures > 10)
  }

  @Test("a stream is decoded from a key frame on only")
  func startsAtKeyFrame() throws {
    let encoder = try encoder()
    let decoder = try decoder()
    let frames = try (0..<3).compactMap {
      try encoder.encode(testPicture($0, width: 64, height: 64), asKeyFrame: false)
    }
    #expect(throws: MediaError.self) { try decoder.decode(frames[1]) }
    #expect(throws: MediaError.self) { try decoder.decode(encoded([], isKeyFrame: true)) }
    #expect(try decoder.decode(frames[0]) != nil)
    #expect(try decoder.decode(frames[1]) != nil)
  }

  private func encoded(_ bytes: [UInt8], isKeyFrame: Bool) -> EncodedVideoFrame {
    EncodedVideoFrame(bytes: bytes, mimeType: "video/VP8", isKeyFrame: isKeyFrame, timestamp: .zero)
  }
}
