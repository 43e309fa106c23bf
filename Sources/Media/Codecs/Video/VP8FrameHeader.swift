/// The uncompressed start of a VP8 frame (RFC 6386 §9.1).
struct VP8FrameHeader: Hashable, Sendable {
  var isKeyFrame: Bool
  /// Of a key frame; zero otherwise.
  var width = 0
  var height = 0

  /// `nil` for bytes that no VP8 frame begins with.
  init?(_ bytes: [UInt8]) {
    guard bytes.count >= 3 else { return nil }
    isKeyFrame = bytes[0] & 1 == 0
    guard isKeyFrame else { return }
    guard bytes.count >= 10, bytes[3] == 0x9D, bytes[4] == 0x01, bytes[5] == 0x2A else { return nil }
    // The upper two bits of each are a hint for scaling, which is not for the decoder.
    width = (Int(bytes[7]) << 8 | Int(bytes[6])) & 0x3FFF
    height = (Int(bytes[9]) << 8 | Int(bytes[8])) & 0x3FFF
  }
}
