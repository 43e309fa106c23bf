import RTCFrames

/// The codecs that come with the package: Opus, G.711, VP8.
package struct BuiltInCodecs: CodecFactory {
  package init() {}

  package var codecs: [CodecDescription] {
    [
      CodecDescription(
        mimeType: OpusAudioEncoder.mimeType, clockRate: 48_000, channels: 2,
        parameters: [.init("minptime", "10"), .init("useinbandfec", "1")], payloadFormat: .opus),
      CodecDescription(mimeType: "audio/PCMU", clockRate: 8_000, channels: 1, payloadFormat: .samples),
      CodecDescription(mimeType: "audio/PCMA", clockRate: 8_000, channels: 1, payloadFormat: .samples),
      CodecDescription(mimeType: VP8VideoEncoder.mimeType, clockRate: 90_000, payloadFormat: .vp8),
    ]
  }

  package func makeVideoEncoder(_ configuration: VideoEncoderConfiguration) throws -> (any VideoEncoder)? {
    configuration.mimeType.lowercased() == "video/vp8" ? try VP8VideoEncoder(configuration) : nil
  }

  package func makeVideoDecoder(_ configuration: VideoDecoderConfiguration) throws -> (any VideoDecoder)? {
    configuration.mimeType.lowercased() == "video/vp8" ? try VP8VideoDecoder(configuration) : nil
  }

  package func makeAudioEncoder(_ configuration: AudioEncoderConfiguration) throws -> (any AudioEncoder)? {
    switch configuration.mimeType.lowercased() {
    case "audio/opus": try OpusAudioEncoder(configuration)
    case "audio/pcmu": G711Encoder(configuration, law: .mu)
    case "audio/pcma": G711Encoder(configuration, law: .a)
    default: nil
    }
  }

  package func makeAudioDecoder(_ configuration: AudioDecoderConfiguration) throws -> (any AudioDecoder)? {
    switch configuration.mimeType.lowercased() {
    case "audio/opus": try OpusAudioDecoder(configuration)
    case "audio/pcmu": G711Decoder(law: .mu)
    case "audio/pcma": G711Decoder(law: .a)
    default: nil
    }
  }
}

extension CodecRegistry {
  /// The codecs that come with the package, preferred ones first.
  package static var builtIn: CodecRegistry { CodecRegistry(factories: [BuiltInCodecs()]) }
}
