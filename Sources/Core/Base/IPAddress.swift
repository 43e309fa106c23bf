/// An IPv4 or IPv6 address.
@usableFromInline package struct IPAddress: Hashable, Sendable {
  @usableFromInline package enum Family: UInt8, Hashable, Sendable {
    case v4 = 1
    case v6 = 2
  }

  @usableFromInline package let family: Family
  @usableFromInline let high: UInt64
  @usableFromInline let low: UInt64

  package init(v4 bits: UInt32) {
    family = .v4
    high = 0
    low = UInt64(bits)
  }

  package init(v4 a: UInt8, _ b: UInt8, _ c: UInt8, _ d: UInt8) {
    self.init(v4: UInt32(a) << 24 | UInt32(b) << 16 | UInt32(c) << 8 | UInt32(d))
  }

  /// The 128 bits in network order, the upper half first.
  package init(v6High high: UInt64, low: UInt64) {
    family = .v6
    self.high = high
    self.low = low
  }

  /// Written out to be inlined: every datagram's addresses are compared.
  @inlinable
  package static func == (lhs: IPAddress, rhs: IPAddress) -> Bool {
    lhs.low == rhs.low && lhs.high == rhs.high && lhs.family.rawValue == rhs.family.rawValue
  }

  @inlinable
  package func hash(into hasher: inout Hasher) {
    hasher.combine(high)
    hasher.combine(low)
  }

  package var v4Bits: UInt32 { UInt32(truncatingIfNeeded: low) }
  package var v6Bits: (high: UInt64, low: UInt64) { (high, low) }

  /// 4 or 16 bytes in network order.
  package var networkBytes: [UInt8] {
    let halves = family == .v4 ? [] : (0..<8).map { UInt8(truncatingIfNeeded: high >> UInt64(56 - 8 * $0)) }
    let width = family == .v4 ? 4 : 8
    return halves + (0..<width).map { UInt8(truncatingIfNeeded: low >> UInt64(8 * (width - 1 - $0))) }
  }

  /// From 4 or 16 bytes in network order; `nil` for another length.
  package init?(networkBytes bytes: [UInt8]) {
    switch bytes.count {
    case 4: self.init(v4: bytes.reduce(0) { $0 << 8 | UInt32($1) })
    case 16:
      self.init(
        v6High: bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) },
        low: bytes.suffix(8).reduce(0) { $0 << 8 | UInt64($1) })
    default: return nil
    }
  }

  package static let anyV4 = IPAddress(v4: 0)
  package static let anyV6 = IPAddress(v6High: 0, low: 0)
  package static let loopbackV4 = IPAddress(v4: 127, 0, 0, 1)
  package static let loopbackV6 = IPAddress(v6High: 0, low: 1)

  package var isUnspecified: Bool { high == 0 && low == 0 }
  package var isLoopback: Bool { family == .v4 ? v4Bits >> 24 == 127 : high == 0 && low == 1 }
  /// 169.254/16 or fe80::/10.
  package var isLinkLocal: Bool { family == .v4 ? v4Bits >> 16 == 0xA9FE : high >> 54 == 0x3FA }
  package var isMulticast: Bool { family == .v4 ? v4Bits >> 28 == 0xE : high >> 56 == 0xFF }
  /// ::ffff:0:0/96
  package var isV4Mapped: Bool { family == .v6 && high == 0 && low >> 32 == 0xFFFF }
  /// The deprecated IPv4-compatible and site-local ranges that RFC 8445 §5.1.1.1 excludes.
  package var isDeprecatedV6: Bool {
    family == .v6 && ((high == 0 && low >> 32 == 0 && low > 1) || high >> 54 == 0x3FB)
  }
}
