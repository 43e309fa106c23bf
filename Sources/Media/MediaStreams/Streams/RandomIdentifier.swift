/// Makes identifiers of tracks and streams: 36 characters in the form of a version 4 UUID (RFC 9562 §5.4), as
/// mediacapture-main recommends.
enum RandomIdentifier {
  static func make() -> String {
    var generator = SystemRandomNumberGenerator()
    let high = (generator.next() & 0xFFFF_FFFF_FFFF_0FFF) | 0x4000
    let low = (generator.next() & 0x3FFF_FFFF_FFFF_FFFF) | 0x8000_0000_0000_0000
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    text.reserveCapacity(36)
    for index in 0..<32 {
      if index == 8 || index == 12 || index == 16 || index == 20 { text.append(UInt8(ascii: "-")) }
      let word = index < 16 ? high : low
      text.append(digits[Int(truncatingIfNeeded: word >> UInt64((15 - index % 16) * 4)) & 0xF])
    }
    return String(decoding: text, as: UTF8.self)
  }
}
