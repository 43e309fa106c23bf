import RTCFrames
import Synchronization
import Testing

@testable import RTCCodecs

@Suite("Codec pipelines")
struct PipelineTests {
  @Test("a picture goes through an encoder and a decoder on their threads, which end with them")
  func video() async throws {
    let pool = CodecThreadPool(limit: 4)
    let decoded = Collector<VideoFrame>()
    let decoder = try VideoDecoderPipeline(
      registry: .builtIn, pool: pool, onFrame: { decoded.add($0) }, onKeyFrameNeeded: { _ in })
    let encoder = try VideoEncoderPipeline(
      registry: .builtIn, configuration: VideoEncoderConfiguration(mimeType: "video/vp8"), pool: pool,
      onFrame: { decoder.receive($0) })
    for index in 0..<10 {
      let picture = testPicture(index, width: 160, height: 120)
      encoder.receive(picture)
      let result = try #require(await decoded.next())
      #expect(result.timestamp == picture.timestamp)
      #expect(lumaPSNR(picture, result) > 25)
    }
    #expect(pool.threadCount == 2)
    #expect(encoder.statistics.framesEncoded == 10)
    #expect(encoder.statistics.keyFramesEncoded == 1)
    #expect(encoder.statistics.implementationName == "libvpx")
    #expect(decoder.statistics.framesDecoded == 10)
    #expect(decoder.statistics.frameWidth == 160)
    await encoder.close()
    await decoder.close()
    #expect(pool.threadCount == 0)
    encoder.receive(testPicture(11, width: 160, height: 120))
    #expect(decoded.count == 0)
    await encoder.close()
  }

  @Test("many codecs share as many threads as there may be, and sound has its own")
  func sharing() async throws {
    let pool = CodecThreadPool(limit: 2)
    let frames = Collector<EncodedVideoFrame>()
    let encoders = try (0..<5).map { _ in
      try VideoEncoderPipeline(
        registry: .builtIn, configuration: VideoEncoderConfiguration(mimeType: "video/VP8"), pool: pool,
        onFrame: { frames.add($0) })
    }
    let packets = Collector<EncodedAudioFrame>()
    let audio = try AudioEncoderPipeline(
      registry: .builtIn, configuration: AudioEncoderConfiguration(mimeType: "audio/opus"), pool: pool,
      onFrame: { packets.add($0) })
    #expect(pool.threadCount == 3)
    for encoder in encoders { encoder.receive(testPicture(0, width: 64, height: 64)) }
    audio.receive(tone([440], sampleRate: 48_000, count: 960))
    #expect(await frames.next(5).count == 5)
    #expect(await packets.next() != nil)
    for encoder in encoders { await encoder.close() }
    #expect(pool.threadCount == 1)
    await audio.close()
    #expect(pool.threadCount == 0)
  }

  @Test("a pipeline that is released without being closed gives its thread back")
  func release() throws {
    let pool = CodecThreadPool(limit: 2)
    do {
      let encoder = try VideoEncoderPipeline(
        registry: .builtIn, configuration: VideoEncoderConfiguration(mimeType: "video/VP8"), pool: pool,
        onFrame: { _ in })
      #expect(encoder.statistics.framesEncoded == 0)
    }
    #expect(pool.threadCount == 0)
  }

  @Test("MS-11: before a busy encoder the newest picture wins")
  func newestWins() async throws {
    let pool = CodecThreadPool(limit: 1)
    let gate = Gate()
    let registry = CodecRegistry(factories: [GatedFactory(gate: gate)])
    let frames = Collector<EncodedVideoFrame>()
    let encoder = try VideoEncoderPipeline(
      registry: registry, configuration: VideoEncoderConfiguration(mimeType: "video/test"), pool: pool,
      onFrame: { frames.add($0) })
    encoder.receive(testPicture(0, width: 16, height: 16))
    await gate.waitUntilEntered()
    for index in 1...5 { encoder.receive(testPicture(index, width: 16, height: 16)) }
    gate.open()
    let timestamps = await frames.next(2).map(\.timestamp)
    #expect(timestamps == [0, 5].map { testPicture($0, width: 16, height: 16).timestamp })
    #expect(encoder.statistics.framesSkipped == 4)
    await encoder.close()
  }

  @Test("a sender's wishes hold from the next picture on: size, rate of pictures, pause, key frame")
  func control() async throws {
    let pool = CodecThreadPool(limit: 1)
    let registry = CodecRegistry(factories: [GatedFactory(gate: nil)])
    let frames = Collector<EncodedVideoFrame>()
    let encoder = try VideoEncoderPipeline(
      registry: registry, configuration: VideoEncoderConfiguration(mimeType: "video/test"), pool: pool,
      onFrame: { frames.add($0) })
    func send(_ index: Int) async -> EncodedVideoFrame? {
      encoder.receive(testPicture(index, width: 320, height: 240))
      return await frames.next()
    }
    #expect(await send(0)?.width == 320)
    encoder.control.scaleDownBy = 2
    #expect(await send(1)?.width == 160)
    encoder.control.maximumPixelCount = 80 * 60
    #expect(await send(2)?.height == 60)
    encoder.control.scaleDownBy = 1
    encoder.control.maximumPixelCount = nil
    #expect(await send(3)?.isKeyFrame == false)
    encoder.requestKeyFrame()
    #expect(await send(4)?.isKeyFrame == true)
    encoder.control.isActive = false
    encoder.receive(testPicture(5, width: 320, height: 240))
    await encoder.close()
    #expect(frames.count == 0)
  }

  @Test("a greatest rate of pictures is kept evenly")
  func frameRateLimit() async throws {
    let registry = CodecRegistry(factories: [GatedFactory(gate: nil)])
    let pool = CodecThreadPool(limit: 1)
    let frames = Collector<EncodedVideoFrame>()
    let encoder = try VideoEncoderPipeline(
      registry: registry, configuration: VideoEncoderConfiguration(mimeType: "video/test"), pool: pool,
      onFrame: { frames.add($0) })
    encoder.control.maximumFrameRate = 10
    var received = 0
    for index in 0..<30 {
      encoder.receive(testPicture(index, width: 16, height: 16))
      if index % 3 == 0 {
        #expect(await frames.next()?.timestamp == testPicture(index, width: 16, height: 16).timestamp)
        received += 1
      }
    }
    #expect(received == 10)
    await encoder.close()
    #expect(frames.count == 0)
  }

  @Test("a codec that cannot be made is an error for each picture, not a crash")
  func missingCodec() async throws {
    let pool = CodecThreadPool(limit: 1)
    let errors = Collector<String>()
    let encoder = try VideoEncoderPipeline(
      registry: .builtIn, configuration: VideoEncoderConfiguration(mimeType: "video/none"), pool: pool,
      onFrame: { _ in }, onError: { errors.add(String(describing: $0)) })
    encoder.receive(testPicture(0, width: 16, height: 16))
    let error = try #require(await errors.next())
    #expect(error.contains("video/none") && error.contains("video/VP8"))
    await encoder.close()
  }

  @Test("CD-19: what cannot be decoded asks for a key frame")
  func keyFrameRequest() async throws {
    let pool = CodecThreadPool(limit: 1)
    let requests = Collector<String>()
    let decoder = try VideoDecoderPipeline(
      registry: .builtIn, pool: pool, onFrame: { _ in }, onKeyFrameNeeded: { requests.add(String(describing: $0)) })
    decoder.receive(
      EncodedVideoFrame(bytes: [1, 2, 3, 4], mimeType: "video/VP8", isKeyFrame: false, timestamp: .zero))
    #expect(await requests.next() != nil)
    #expect(decoder.statistics.framesDropped == 1)
    await decoder.close()
  }

  @Test("CD-19: the decoders of one connection have so many pixels together; what is beyond waits for a key frame")
  func pixelBudget() async throws {
    let pool = CodecThreadPool(limit: 2)
    let group = CodecGroup(pixelLimit: 45_000)
    let outcomes = (0..<3).map { _ in Collector<Int?>() }
    let decoders = try outcomes.map { outcome in
      try VideoDecoderPipeline(
        registry: .builtIn, group: group, pool: pool, onFrame: { outcome.add($0.width) },
        onKeyFrameNeeded: { _ in outcome.add(nil) })
    }
    let encoder = try CodecRegistry.builtIn.makeVideoEncoder(
      VideoEncoderConfiguration(mimeType: "video/VP8", content: .detail))
    func frame(_ index: Int, _ width: Int, _ height: Int, asKeyFrame: Bool = true) throws -> EncodedVideoFrame {
      var frame = try #require(
        try encoder.encode(testPicture(index, width: width, height: height), asKeyFrame: asKeyFrame))
      // What is said of it may be wrong.
      (frame.width, frame.height) = (1, 1)
      return frame
    }
    func decode(_ frame: EncodedVideoFrame, by index: Int) async -> Int? {
      decoders[index].receive(frame)
      return await outcomes[index].next() ?? nil
    }
    let large = try frame(0, 160, 120)
    let delta = try frame(1, 160, 120, asKeyFrame: false)
    let small = try frame(2, 64, 64)
    #expect(await decode(large, by: 0) == 160)
    #expect(await decode(large, by: 1) == 160)
    #expect(await decode(large, by: 2) == nil)
    #expect(await decode(delta, by: 2) == nil)
    #expect(decoders[2].statistics.framesDropped == 2)
    #expect(await decode(delta, by: 0) == 160)
    #expect(group.pixels.used == 2 * 19_200)
    // One that shrinks, or is closed, makes room.
    #expect(await decode(small, by: 1) == 64)
    #expect(await decode(large, by: 2) == 160)
    #expect(group.pixels.used == 2 * 19_200 + 4_096)
    #expect(await decode(large, by: 1) == nil)
    #expect(await decode(small, by: 1) == 64)
    await decoders[0].close()
    #expect(await decode(large, by: 1) == 160)
    #expect(group.pixels.used == 2 * 19_200)
    for decoder in decoders { await decoder.close() }
    #expect(group.pixels.used == 0)
  }

  @Test("what waits before the decoders of one connection is bounded by its bytes, all together")
  func waitingBytes() async throws {
    let pool = CodecThreadPool(limit: 1)
    let gate = Gate()
    let registry = CodecRegistry(factories: [GatedFactory(gate: gate)])
    // Holds the thread.
    let encoder = try VideoEncoderPipeline(
      registry: registry, configuration: VideoEncoderConfiguration(mimeType: "video/test"), pool: pool,
      onFrame: { _ in })
    encoder.receive(testPicture(0, width: 16, height: 16))
    await gate.waitUntilEntered()
    let group = CodecGroup()
    let requests = Collector<Int>()
    let decoders = try (0..<10).map { index in
      try VideoDecoderPipeline(
        registry: registry, group: group, pool: pool, onFrame: { _ in }, onKeyFrameNeeded: { _ in requests.add(index) })
    }
    let bytes = [UInt8](repeating: 0, count: 5 << 20)
    for index in 0..<30 {
      for decoder in decoders {
        decoder.receive(
          EncodedVideoFrame(bytes: bytes, mimeType: "video/test", isKeyFrame: index == 0, timestamp: .zero))
      }
    }
    #expect(group.waitingBytes.used <= CodecGroup.waitingByteLimit)
    for decoder in decoders { #expect(decoder.statistics.framesDropped >= 29) }
    #expect(requests.count >= 10)
    gate.open()
    for decoder in decoders { await decoder.close() }
    await encoder.close()
    #expect(group.waitingBytes.used == 0)
  }

  @Test(
    "sound of any format goes through encoder and decoder and keeps its frequency, its clock counted in samples",
    arguments: [
      ("audio/opus", 44_100, 441, 1, 48_000), ("audio/opus", 48_000, 480, 2, 48_000),
      ("audio/PCMU", 48_000, 480, 2, 8_000), ("audio/PCMA", 16_000, 320, 1, 8_000),
    ])
  func audio(mimeType: String, rate: Int, count: Int, channels: Int, clockRate: Int) async throws {
    let pool = CodecThreadPool(limit: 2)
    let sound = Collector<AudioFrame>()
    let packets = Collector<EncodedAudioFrame>()
    let decoder = try AudioDecoderPipeline(registry: .builtIn, pool: pool, onFrame: { sound.add($0) })
    let encoder = try AudioEncoderPipeline(
      registry: .builtIn, configuration: AudioEncoderConfiguration(mimeType: mimeType), capacity: 200, pool: pool,
      onFrame: {
        packets.add($0)
        decoder.receive(.decode($0))
      })
    let frameCount = rate / count
    for index in 0..<frameCount {
      encoder.receive(
        tone([Double](repeating: 500, count: channels), sampleRate: rate, count: count, position: index * count))
    }
    let decoded = await sound.next(45)
    let samples = decoded.flatMap(\.samples)
    let outputRate = try #require(decoded.first).format.sampleRate
    #expect(samples.count == 45 * outputRate / 50)
    let settled = Array(samples[(outputRate / 4)..<(outputRate * 3 / 4)])
    #expect(amplitude(of: 500, in: settled, sampleRate: outputRate) > 6_500)
    for (index, packet) in await packets.next(45).enumerated() {
      #expect(packet.metadata.rtpTimestamp == UInt32(index * clockRate / 50))
      #expect(packet.sampleCount == clockRate / 50)
      if index > 5 { #expect((10...20).contains(packet.audioLevel ?? 127)) }
    }
    await encoder.close()
    await decoder.close()
    #expect(encoder.statistics.packetsEncoded >= 45)
    #expect(decoder.statistics.packetsDecoded >= 45)
    #expect(pool.threadCount == 0)
  }

  @Test("every decision of a jitter buffer makes one frame of sound")
  func decisions() async throws {
    let pool = CodecThreadPool(limit: 1)
    let sound = Collector<AudioFrame>()
    let errors = Collector<Int>()
    let decoder = try AudioDecoderPipeline(
      registry: .builtIn, pool: pool, onFrame: { sound.add($0) }, onError: { _ in errors.add(1) })
    let encoder = try OpusAudioEncoder(
      AudioEncoderConfiguration(
        mimeType: "audio/opus", target: AudioEncoderTarget(bitrate: 32_000, packetLoss: 0.1)))
    let packets = try (0..<20).compactMap {
      try encoder.encode(speech(sampleRate: 48_000, count: 960, position: 2_400 + $0 * 960))
    }
    decoder.receive(.conceal(duration: .milliseconds(20), timestamp: .zero))
    for packet in packets[..<5] { decoder.receive(.decode(packet)) }
    #expect(await sound.next(5).allSatisfy { $0.sampleCount == 960 })
    decoder.receive(.decodeRedundancy(in: packets[6], duration: .milliseconds(20)))
    decoder.receive(.decode(packets[6], stretch: -201))
    decoder.receive(.decode(packets[7], stretch: 77))
    decoder.receive(.conceal(duration: .milliseconds(20), timestamp: .zero))
    let frames = await sound.next(4)
    #expect(frames[0].sampleCount == 960)
    #expect(frames[1].sampleCount == 759)
    #expect(frames[2].sampleCount == 1_037)
    #expect(frames[3].sampleCount == 960)
    decoder.receive(
      .decode(EncodedAudioFrame(bytes: [], mimeType: "audio/opus", timestamp: .zero, sampleCount: 960)))
    #expect(await sound.next()?.sampleCount == 960)
    #expect(await errors.next() == 1)
    await decoder.close()
    let statistics = decoder.statistics
    #expect(statistics.packetsDecoded == 7)
    #expect(statistics.packetsFailed == 1)
    #expect(statistics.concealedSamples >= 1_920)
    #expect(statistics.removedSamples == 201 && statistics.insertedSamples == 77)
  }
}

/// Lets a test hold an encoder in the middle of a picture.
private final class Gate: Sendable {
  private let entered = FrameMailbox<Int>(capacity: 100)
  private let isOpen = Mutex(false)

  func pass() {
    entered.receive(1)
    while !isOpen.withLock({ $0 }) {}
  }

  func open() { isOpen.withLock { $0 = true } }
  func waitUntilEntered() async { _ = await entered.next() }
}

private struct GatedFactory: CodecFactory {
  let gate: Gate?
  var codecs: [CodecDescription] { [CodecDescription(mimeType: "video/test", clockRate: 90_000)] }

  func makeVideoEncoder(_ configuration: VideoEncoderConfiguration) throws -> (any VideoEncoder)? {
    GatedEncoder(gate: gate)
  }
}

private final class GatedEncoder: VideoEncoder {
  let implementationName = "test"
  let gate: Gate?

  init(gate: Gate?) { self.gate = gate }

  func setRates(_ rates: VideoEncoderRates) throws {}
  func encode(_ frame: VideoFrame, asKeyFrame: Bool) throws -> EncodedVideoFrame? {
    gate?.pass()
    return EncodedVideoFrame(
      bytes: [1], mimeType: "video/test", isKeyFrame: asKeyFrame, width: frame.width, height: frame.height,
      timestamp: frame.timestamp)
  }
}
