/// The limits of a data-channel session, and its association's.
package struct DataChannelConfiguration: Sendable {
  package var sctp: SCTPConfiguration
  /// Channels that may exist at once; the peer's beyond that are refused by closing their stream.
  package var maximumChannels: Int
  /// Bytes that one channel may hold untaken while others wait for the window that it fills; beyond that it is closed.
  package var stalledChannelLimit: Int

  package init(
    sctp: SCTPConfiguration = SCTPConfiguration(), maximumChannels: Int = 4_096, stalledChannelLimit: Int = 8 << 20
  ) {
    self.sctp = sctp
    self.maximumChannels = maximumChannels
    self.stalledChannelLimit = stalledChannelLimit
  }
}
