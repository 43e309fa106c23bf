/// Makes encoders and decoders of one or more codecs: the plug-in interface.
///
/// A factory is shared; what it makes belongs to the one codec thread on which it was made, and is used and released
/// there.
public protocol CodecFactory: Sendable {
  /// The codecs it makes, preferred ones first.
  var codecs: [CodecDescription] { get }

  /// Makes an encoder of pictures, or `nil` for a codec that it does not encode.
  func makeVideoEncoder(_ configuration: VideoEncoderConfiguration) throws -> (any VideoEncoder)?
  /// Makes a decoder of pictures, or `nil` for a codec that it does not decode.
  func makeVideoDecoder(_ configuration: VideoDecoderConfiguration) throws -> (any VideoDecoder)?
  /// Makes an encoder of sound, or `nil` for a codec that it does not encode.
  func makeAudioEncoder(_ configuration: AudioEncoderConfiguration) throws -> (any AudioEncoder)?
  /// Makes a decoder of sound, or `nil` for a codec that it does not decode.
  func makeAudioDecoder(_ configuration: AudioDecoderConfiguration) throws -> (any AudioDecoder)?
}

extension CodecFactory {
  /// Encodes no pictures.
  public func makeVideoEncoder(_ configuration: VideoEncoderConfiguration) throws -> (any VideoEncoder)? { nil }
  /// Decodes no pictures.
  public func makeVideoDecoder(_ configuration: VideoDecoderConfiguration) throws -> (any VideoDecoder)? { nil }
  /// Encodes no sound.
  public func makeAudioEncoder(_ configuration: AudioEncoderConfiguration) throws -> (any AudioEncoder)? { nil }
  /// Decodes no sound.
  public func makeAudioDecoder(_ configuration: AudioDecoderConfiguration) throws -> (any AudioDecoder)? { nil }
}
