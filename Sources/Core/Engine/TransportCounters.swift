/// What passed through a transport, and what was dropped before it reached a stream.
package struct TransportCounters: Hashable, Sendable {
  package private(set) var packetsSent: UInt64 = 0
  package private(set) var packetsReceived: UInt64 = 0
  package private(set) var bytesSent: UInt64 = 0
  package private(set) var bytesReceived: UInt64 = 0
  /// DTLS and media from addresses that have not proven to be the peer's.
  package var unvalidatedDrops: UInt64 = 0
  /// Media before there were keys.
  package var keylessDrops: UInt64 = 0
  /// Neither STUN, DTLS nor media.
  package var unknownDrops: UInt64 = 0

  mutating func sent(_ byteCount: Int) {
    packetsSent &+= 1
    bytesSent &+= UInt64(byteCount)
  }

  mutating func received(_ byteCount: Int) {
    packetsReceived &+= 1
    bytesReceived &+= UInt64(byteCount)
  }
}
