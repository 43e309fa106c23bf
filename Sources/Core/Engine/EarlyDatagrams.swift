import RTCBase

/// DTLS flights that come before there is a session to take them: the peer's answer is still on its way.
///
/// Only from addresses that have sent valid STUN, and only a handshake's worth of them.
struct EarlyDatagrams {
  static let limit = 16
  static let byteLimit = 16_384

  private var datagrams: [[UInt8]] = []
  private var byteCount = 0

  /// `false` when there is no room.
  mutating func append(_ datagram: RawSpan) -> Bool {
    guard datagrams.count < Self.limit, byteCount + datagram.byteCount <= Self.byteLimit else { return false }
    datagrams.append(datagram.copied())
    byteCount += datagram.byteCount
    return true
  }

  mutating func takeAll() -> [[UInt8]] {
    defer {
      datagrams.removeAll()
      byteCount = 0
    }
    return datagrams
  }
}
