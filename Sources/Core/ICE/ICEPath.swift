import RTCBase

/// Where media and DTLS go: from this base to this address.
package struct ICEPath: Hashable, Sendable {
  package let base: TransportAddress
  package let remote: TransportAddress
  /// The candidate pair behind it.
  package let pairID: Int
  /// `false` while the agents still look for the best pair.
  package let isNominated: Bool
}
