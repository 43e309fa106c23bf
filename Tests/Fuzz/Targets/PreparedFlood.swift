import RTCBase

/// The many packets that one datagram of an input stands for: states of an association that take thousands of chunks to reach.
///
/// The datagram begins with a chunk type that nobody uses; a kind and a size, in powers of two, follow.
struct PreparedFlood {
  private let kind: Kind
  private let size: Int

  private enum Kind: UInt8, CaseIterable {
    case skippedStreams, resetsOfAll, reversedMessages, reversedFragments, unorderedBeginnings, holes, refusals
  }

  static let mark: UInt8 = 254

  /// What a peer would number its next chunk and its next request with.
  struct Numbers {
    var tsn: UInt32 = 0
    var request: UInt32 = 0

    /// Follows what the peer itself sends.
    mutating func follow(_ chunks: [UInt8]) {
      var offset = 0
      while offset + 8 <= chunks.count {
        let length = Int(chunks[offset + 2]) << 8 | Int(chunks[offset + 3])
        switch chunks[offset] {
        case 1, 2:
          guard offset + 20 <= chunks.count else { return }
          tsn = Self.word(chunks, at: offset + 16)
          request = tsn
        case 0, 64:
          let number = Self.word(chunks, at: offset + 4)
          if Int32(bitPattern: number &- tsn) >= 0 { tsn = number &+ 1 }
        case 130 where chunks[offset + 5] == 13 && offset + 12 <= chunks.count:
          request = Self.word(chunks, at: offset + 8) &+ 1
        default: break
        }
        offset += max(4, (length + 3) & ~3)
      }
    }

    private static func word(_ bytes: [UInt8], at offset: Int) -> UInt32 {
      (0..<4).reduce(0) { $0 << 8 | UInt32(bytes[offset + $1]) }
    }
  }

  /// `nil` for a datagram that stands for itself.
  init?(_ datagram: [UInt8]) {
    guard datagram.count >= 3, datagram[0] == Self.mark,
      let kind = Kind(rawValue: datagram[1] % UInt8(Kind.allCases.count))
    else { return nil }
    self.kind = kind
    size = 1 << Int(datagram[2] & 7)
  }

  /// The chunks of each packet, for an association that interleaves.
  func makePackets(_ numbers: inout Numbers) -> [[UInt8]] {
    let count = 32 * size
    switch kind {
    case .skippedStreams: return skips(4 * size, &numbers)
    case .resetsOfAll: return [resets(28, &numbers)]
    case .reversedMessages:
      return fragments(count, &numbers) { Fragment(step: $0, flags: 3, message: UInt32(count - 1 - $0)) }
    case .reversedFragments:
      return fragments(count, &numbers) { index in
        Fragment(step: index, flags: index == 0 ? 1 : 0, message: 0x7000_0000, word: UInt32(count - index))
      }
    case .unorderedBeginnings:
      return fragments(count, &numbers) { Fragment(step: $0, flags: 6, stream: UInt32($0), message: UInt32($0)) }
    case .holes:
      let packets = fragments(count, &numbers) { Fragment(step: 60_000 - 2 * $0, flags: 7, message: UInt32($0)) }
      numbers.tsn &-= UInt32(count)
      return packets
    case .refusals:
      return fragments(count, &numbers) { Fragment(step: $0, flags: 3, stream: UInt32($0), word: 50) }
    }
  }

  private struct Fragment {
    var step: Int
    var flags: UInt8
    var stream: UInt32 = 1
    var message: UInt32 = 0
    /// PPID or FSN.
    var word: UInt32 = 53
  }

  /// FORWARD TSNs for 128 streams each.
  private func skips(_ count: Int, _ numbers: inout Numbers) -> [[UInt8]] {
    var packets: [[UInt8]] = []
    for packet in 0..<UInt32(count) {
      var value = Self.bytes(numbers.tsn)
      for stream in 128 * packet..<128 * packet + 128 { value += Self.bytes(stream << 16) + Self.bytes(0) }
      packets.append(Self.chunk(194, value))
      numbers.tsn &+= 1
    }
    return packets
  }

  private func resets(_ count: Int, _ numbers: inout Numbers) -> [UInt8] {
    var chunks: [UInt8] = []
    for index in 0..<2 * UInt32(count) {
      let value = Self.bytes(13 << 16 | 16) + Self.bytes(numbers.request &+ index) + Self.bytes(0)
      chunks += Self.chunk(130, value + Self.bytes(numbers.tsn &- 1))
    }
    numbers.request &+= 2
    return chunks
  }

  /// Chunks of one byte each, forty to a packet.
  private func fragments(_ count: Int, _ numbers: inout Numbers, _ make: (Int) -> Fragment) -> [[UInt8]] {
    var packets: [[UInt8]] = []
    for index in 0..<count {
      let fragment = make(index)
      var value = Self.bytes(numbers.tsn &+ UInt32(fragment.step)) + Self.bytes(fragment.stream << 16)
      value += Self.bytes(fragment.message) + Self.bytes(fragment.word) + [7]
      if index % 40 == 0 { packets.append([]) }
      packets[packets.count - 1] += Self.chunk(64, flags: fragment.flags, value)
    }
    numbers.tsn &+= UInt32(count)
    return packets
  }

  private static func chunk(_ type: UInt8, flags: UInt8 = 0, _ value: [UInt8]) -> [UInt8] {
    let length = 4 + value.count
    let padding = [UInt8](repeating: 0, count: -length & 3)
    return [type, flags, UInt8(length >> 8), UInt8(truncatingIfNeeded: length)] + value + padding
  }

  private static func bytes(_ word: UInt32) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: word >> UInt32(24 - 8 * $0)) }
  }
}
