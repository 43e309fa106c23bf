import RTCSecurity

/// HMAC-SHA1 (RFC 2104, RFC 3174) for tests, so that published vectors need no crypto library.
final class SHA1Authenticator: MessageAuthenticator {
  private let key: [UInt8]

  init(key: [UInt8]) { self.key = key.count > 64 ? Self.sha1(key) : key }

  convenience init(password: String) { self.init(key: Array(password.utf8)) }

  func authenticate(_ first: RawSpan, _ second: RawSpan) -> [UInt8] {
    let block = key + Array(repeating: 0, count: 64 - key.count)
    let message = first.withUnsafeBytes { Array($0) } + second.withUnsafeBytes { Array($0) }
    return Self.sha1(block.map { $0 ^ 0x5C } + Self.sha1(block.map { $0 ^ 0x36 } + message))
  }

  private static func sha1(_ message: [UInt8]) -> [UInt8] {
    var state: [UInt32] = [0x6745_2301, 0xEFCD_AB89, 0x98BA_DCFE, 0x1032_5476, 0xC3D2_E1F0]
    var padded = message + [0x80]
    while padded.count % 64 != 56 { padded.append(0) }
    for shift in stride(from: 56, through: 0, by: -8) {
      padded.append(UInt8(truncatingIfNeeded: (message.count * 8) >> shift))
    }
    func rotate(_ value: UInt32, _ count: UInt32) -> UInt32 { value << count | value >> (32 - count) }
    for block in stride(from: 0, to: padded.count, by: 64) {
      var words = (0..<16).map { index in
        padded[block + 4 * index..<block + 4 * index + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
      }
      for index in 16..<80 {
        words.append(rotate(words[index - 3] ^ words[index - 8] ^ words[index - 14] ^ words[index - 16], 1))
      }
      var (a, b, c, d, e) = (state[0], state[1], state[2], state[3], state[4])
      for index in 0..<80 {
        let (mixed, constant): (UInt32, UInt32) =
          switch index {
          case 0..<20: (b & c | ~b & d, 0x5A82_7999)
          case 20..<40: (b ^ c ^ d, 0x6ED9_EBA1)
          case 40..<60: (b & c | b & d | c & d, 0x8F1B_BCDC)
          default: (b ^ c ^ d, 0xCA62_C1D6)
          }
        (e, d, c, b, a) = (d, c, rotate(b, 30), a, rotate(a, 5) &+ mixed &+ e &+ constant &+ words[index])
      }
      for (index, value) in [a, b, c, d, e].enumerated() { state[index] &+= value }
    }
    return state.flatMap { word in [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: word >> $0) } }
  }
}
