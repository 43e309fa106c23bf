import RTCFrames
import Testing

@testable import RTCCodecs

@Suite("Codec registry")
struct CodecRegistryTests {
  @Test("CD-15: codecs are found by MIME type whatever the case, those registered later first")
  func lookup() throws {
    var registry = CodecRegistry.builtIn
    #expect(registry.codecs.map(\.mimeType) == ["audio/opus", "audio/PCMU", "audio/PCMA", "video/VP8"])
    #expect(registry.codec(mimeType: "AUDIO/OPUS")?.channels == 2)
    #expect(registry.codec(mimeType: "video/H264") == nil)
    registry.register(ReversingFactory())
    #expect(registry.codecs.first?.mimeType == "audio/reversed")
    let encoder = try registry.makeAudioEncoder(AudioEncoderConfiguration(mimeType: "audio/Reversed"))
    #expect(encoder.samplesPerPacket == 4)
    _ = try registry.makeAudioEncoder(AudioEncoderConfiguration(mimeType: "audio/pcma"))
  }

  @Test("CD-15: what no factory makes is refused with the names of those that can be made")
  func unknown() {
    let registry = CodecRegistry.builtIn
    #expect {
      try registry.makeVideoDecoder(VideoDecoderConfiguration(mimeType: "video/H264"))
    } throws: { error in
      guard let error = error as? MediaError else { return false }
      return error.name == .notSupportedError && error.message.contains("video/VP8")
    }
    // Known, but not as pictures.
    #expect(throws: MediaError.self) {
      try registry.makeVideoEncoder(VideoEncoderConfiguration(mimeType: "audio/opus"))
    }
  }

  @Test("CD-15: a codec of the program works in the pipelines like one of our own")
  func plugIn() async throws {
    let pool = CodecThreadPool(limit: 1)
    let registry = CodecRegistry(factories: [ReversingFactory()])
    let packets = Collector<EncodedAudioFrame>()
    let encoder = try AudioEncoderPipeline(
      registry: registry, configuration: AudioEncoderConfiguration(mimeType: "audio/reversed"), pool: pool,
      onFrame: { packets.add($0) })
    encoder.receive(
      AudioFrame(
        format: AudioFormat(sampleRate: 8_000, channels: 1), samples: [1, 2, 3, 4, 5, 6, 7, 8], timestamp: .zero))
    #expect(await packets.next(2).map(\.bytes) == [[4, 3, 2, 1], [8, 7, 6, 5]])
    await encoder.close()
  }
}

private struct ReversingFactory: CodecFactory {
  var codecs: [CodecDescription] {
    [CodecDescription(mimeType: "audio/reversed", clockRate: 8_000, channels: 1, canDecode: false)]
  }

  func makeAudioEncoder(_ configuration: AudioEncoderConfiguration) throws -> (any AudioEncoder)? { Encoder() }

  final class Encoder: AudioEncoder {
    let inputFormat = AudioFormat(sampleRate: 8_000, channels: 1)
    let samplesPerPacket = 4
    let clockRate = 8_000

    func setTarget(_ target: AudioEncoderTarget) throws {}
    func encode(_ frame: AudioFrame) throws -> EncodedAudioFrame? {
      EncodedAudioFrame(
        bytes: frame.samples.reversed().map { UInt8(truncatingIfNeeded: $0) }, mimeType: "audio/reversed",
        timestamp: frame.timestamp, sampleCount: frame.sampleCount)
    }
  }
}
