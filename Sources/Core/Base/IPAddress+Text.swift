extension IPAddress: CustomStringConvertible {
  /// Parses dotted decimals or the forms of RFC 4291 §2.2; `nil` for anything else, zone identifiers included.
  package init?(_ text: some StringProtocol) {
    let bytes = Array(text.utf8)
    guard !bytes.isEmpty, bytes.count <= 45 else { return nil }
    if bytes.contains(UInt8(ascii: ":")) {
      guard let groups = Self.parseV6(bytes) else { return nil }
      self.init(
        v6High: groups[0..<4].reduce(0) { $0 << 16 | UInt64($1) },
        low: groups[4..<8].reduce(0) { $0 << 16 | UInt64($1) })
    } else {
      guard let bits = Self.parseV4(bytes[...]) else { return nil }
      self.init(v4: bits)
    }
  }

  private static func parseV4(_ bytes: ArraySlice<UInt8>) -> UInt32? {
    let parts = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard parts.count == 4 else { return nil }
    var bits: UInt32 = 0
    for part in parts {
      guard (1...3).contains(part.count), part.count == 1 || part.first != UInt8(ascii: "0") else { return nil }
      var value: UInt32 = 0
      for byte in part {
        guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
        value = value * 10 + UInt32(byte - UInt8(ascii: "0"))
      }
      guard value < 256 else { return nil }
      bits = bits << 8 | value
    }
    return bits
  }

  private static func parseV6(_ bytes: [UInt8]) -> [UInt16]? {
    var before: [UInt16] = []
    var after: [UInt16]?
    var index = 0
    if bytes.starts(with: [UInt8(ascii: ":"), UInt8(ascii: ":")]) {
      after = []
      index = 2
    }
    while index < bytes.count {
      let end = bytes[index...].firstIndex(of: UInt8(ascii: ":")) ?? bytes.count
      let part = bytes[index..<end]
      var groups: [UInt16]
      if part.contains(UInt8(ascii: ".")) {
        guard end == bytes.count, let bits = parseV4(part) else { return nil }
        groups = [UInt16(bits >> 16), UInt16(truncatingIfNeeded: bits)]
      } else {
        guard (1...4).contains(part.count), let value = UInt16(String(decoding: part, as: UTF8.self), radix: 16),
          part.first != UInt8(ascii: "+"), part.first != UInt8(ascii: "-")
        else { return nil }
        groups = [value]
      }
      if after == nil { before += groups } else { after? += groups }
      index = end
      guard index < bytes.count else { break }
      index += 1
      if index == bytes.count { return nil }
      if bytes[index] == UInt8(ascii: ":") {
        guard after == nil else { return nil }
        after = []
        index += 1
      }
    }
    guard let after else { return before.count == 8 ? before : nil }
    let zeros = 8 - before.count - after.count
    return zeros >= 1 ? before + Array(repeating: 0, count: zeros) + after : nil
  }

  /// Dotted decimals, or the canonical text of RFC 5952.
  @usableFromInline package var description: String {
    if family == .v4 {
      return networkBytes.map { String($0) }.joined(separator: ".")
    }
    let bytes = networkBytes
    let groups = (0..<8).map { UInt16(bytes[2 * $0]) << 8 | UInt16(bytes[2 * $0 + 1]) }
    if isV4Mapped { return "::ffff:" + IPAddress(v4: v4Bits).description }
    // The longest run of at least two zero groups is shortened, the first of equals.
    var best = 0..<0
    var start = 0
    while start < 8 {
      var end = start
      while end < 8, groups[end] == 0 { end += 1 }
      if end - start > max(1, best.count) { best = start..<end }
      start = max(end, start + 1)
    }
    func text(_ range: Range<Int>) -> String { groups[range].map { String($0, radix: 16) }.joined(separator: ":") }
    return best.isEmpty ? text(0..<8) : text(0..<best.lowerBound) + "::" + text(best.upperBound..<8)
  }
}
