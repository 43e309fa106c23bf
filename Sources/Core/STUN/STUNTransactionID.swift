import RTCBase

/// The 96 bits that tie a response to its request (RFC 8489 §5).
package struct STUNTransactionID: Hashable, Sendable {
  /// The first four bytes and the last eight: the halves that XOR-MAPPED-ADDRESS combines with an IPv6 address.
  package var high: UInt32
  package var low: UInt64

  package init(high: UInt32, low: UInt64) {
    self.high = high
    self.low = low
  }

  package init(random: RandomSource) {
    high = random.uint32()
    low = random.next()
  }
}
