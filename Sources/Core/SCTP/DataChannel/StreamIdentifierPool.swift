import RTCSecurity

/// The stream numbers that channels use: even ones are chosen by the DTLS client, odd ones by the server (RFC 8832 §6).
struct StreamIdentifierPool {
  /// 65,535 is no stream of a data channel (RFC 8831 §6.2).
  static let last: UInt16 = 65_534

  private var used = [UInt64](repeating: 0, count: 1_024)

  func isUsed(_ id: UInt16) -> Bool { used[Int(id >> 6)] & (1 << UInt64(id & 63)) != 0 }

  mutating func use(_ id: UInt16) { used[Int(id >> 6)] |= 1 << UInt64(id & 63) }

  mutating func free(_ id: UInt16) { used[Int(id >> 6)] &= ~(1 << UInt64(id & 63)) }

  /// The lowest free number of the role's parity, up to `limit`, now in use.
  mutating func allocate(for role: DTLSRole, upTo limit: UInt16) -> UInt16? {
    let others: UInt64 = role == .client ? 0xAAAA_AAAA_AAAA_AAAA : 0x5555_5555_5555_5555
    for word in used.indices {
      let taken = used[word] | others
      guard taken != .max else { continue }
      let id = UInt16(word << 6 | (~taken).trailingZeroBitCount)
      guard id <= min(limit, Self.last) else { return nil }
      use(id)
      return id
    }
    return nil
  }
}
