import RTCBase

/// A channel as the session keeps it.
struct DataChannel {
  var options: DataChannelOptions
  var stream: SCTPStreamIdentifier?
  var state = DataChannelState.connecting
  let isRemote: Bool
  /// The OPEN is not acknowledged yet; until then everything goes in order behind it (RFC 8832 §6).
  var awaitsAcknowledgement = false
  /// The stream has begun: from now on closing takes resets.
  var isEstablished = false
  var isIncomingReset = false
  var isOutgoingReset = false
  /// The reset of our side was asked for.
  var hasRequestedReset = false
  var statistics = DataChannelStatistics()
  var lowThreshold = 0
  /// Why it is closing, when neither side wished it.
  var failure: DataChannelFailure?
  /// `bufferedAmount` stays as it was when the channel closed.
  var finalBufferedAmount = 0

  var inbox = RingQueue<DataChannelMessage>()
  var inboxByteCount = 0
  /// What the untaken messages take of the window: empty ones are not free.
  var inboxCost: Int { inboxByteCount + inbox.count * Reassembly.overhead }

  init(options: DataChannelOptions, isRemote: Bool) {
    self.options = options
    self.isRemote = isRemote
    stream = options.id.map { SCTPStreamIdentifier(rawValue: $0) }
  }
}
