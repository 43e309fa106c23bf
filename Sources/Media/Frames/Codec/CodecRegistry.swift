/// The codecs that a connection can use, preferred ones first.
public struct CodecRegistry: Sendable {
  private var factories: [any CodecFactory]

  /// A registry of these factories; of two that make one codec the earlier is taken.
  public init(factories: [any CodecFactory] = []) { self.factories = factories }

  /// Adds a factory, whose codecs are preferred to those that are there.
  public mutating func register(_ factory: some CodecFactory) { factories.insert(factory, at: 0) }

  /// Adds a factory, whose codecs come after those that are there.
  public mutating func registerLast(_ factory: some CodecFactory) { factories.append(factory) }

  /// All codecs, each once, preferred ones first.
  public var codecs: [CodecDescription] {
    var all: [CodecDescription] = []
    for codec in factories.flatMap(\.codecs)
    where !all.contains(where: {
      $0.matches(mimeType: codec.mimeType) && $0.clockRate == codec.clockRate && $0.channels == codec.channels
        && $0.parameters == codec.parameters
    }) {
      all.append(codec)
    }
    return all
  }

  /// The codec of a MIME type.
  public func codec(mimeType: String) -> CodecDescription? {
    for factory in factories {
      if let codec = factory.codecs.first(where: { $0.matches(mimeType: mimeType) }) { return codec }
    }
    return nil
  }

  /// Makes an encoder of pictures.
  ///
  /// - Throws: `MediaError` with `NotSupportedError` when no factory makes it, or what the factory throws.
  public func makeVideoEncoder(_ configuration: VideoEncoderConfiguration) throws -> any VideoEncoder {
    try make("encoded", configuration.mimeType) { try $0.makeVideoEncoder(configuration) }
  }

  /// Makes a decoder of pictures.
  ///
  /// - Throws: `MediaError` with `NotSupportedError` when no factory makes it, or what the factory throws.
  public func makeVideoDecoder(_ configuration: VideoDecoderConfiguration) throws -> any VideoDecoder {
    try make("decoded", configuration.mimeType) { try $0.makeVideoDecoder(configuration) }
  }

  /// Makes an encoder of sound.
  ///
  /// - Throws: `MediaError` with `NotSupportedError` when no factory makes it, or what the factory throws.
  public func makeAudioEncoder(_ configuration: AudioEncoderConfiguration) throws -> any AudioEncoder {
    try make("encoded", configuration.mimeType) { try $0.makeAudioEncoder(configuration) }
  }

  /// Makes a decoder of sound.
  ///
  /// - Throws: `MediaError` with `NotSupportedError` when no factory makes it, or what the factory throws.
  public func makeAudioDecoder(_ configuration: AudioDecoderConfiguration) throws -> any AudioDecoder {
    try make("decoded", configuration.mimeType) { try $0.makeAudioDecoder(configuration) }
  }

  private func make<Codec>(
    _ action: String, _ mimeType: String, _ body: (any CodecFactory) throws -> Codec?
  ) throws -> Codec {
    for factory in factories where factory.codecs.contains(where: { $0.matches(mimeType: mimeType) }) {
      if let codec = try body(factory) { return codec }
    }
    let known = codecs.map(\.mimeType).joined(separator: ", ")
    throw MediaError(.notSupportedError, "\(mimeType) cannot be \(action) here; registered are: \(known)")
  }
}
