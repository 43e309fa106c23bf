/// What a data channel tells, under the names of the W3C's events; messages come by `RTCDataChannel.messages`.
public enum RTCDataChannelEvent: Sendable {
  /// Messages can be sent.
  case open
  /// `bufferedAmount` fell to `bufferedAmountLowThreshold` or below it.
  case bufferedAmountLow
  /// The channel ends for another reason than that one of its sides closed it; `close` follows.
  case error(RTCError)
  /// The peer closes the channel.
  case closing
  /// The channel is closed; no event follows.
  case close

  /// Events of one key replace each other while they are unread.
  var coalescingKey: Int? { if case .bufferedAmountLow = self { 0 } else { nil } }
}
