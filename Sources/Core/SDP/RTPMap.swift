import RTCBase

/// What codec a payload type stands for (RFC 8866 §6.6).
package struct RTPMap: Hashable, Sendable {
  package var payloadType: PayloadType
  /// As it was read; compare without regard to case.
  package var encodingName: String
  /// In hertz.
  package var clockRate: UInt32
  /// `nil` when the line does not say, which means one for audio.
  package var channels: Int?

  package init(payloadType: PayloadType, encodingName: String, clockRate: UInt32, channels: Int? = nil) {
    self.payloadType = payloadType
    self.encodingName = encodingName
    self.clockRate = clockRate
    self.channels = channels
  }
}
