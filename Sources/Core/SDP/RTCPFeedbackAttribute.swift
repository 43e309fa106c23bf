import RTCBase

/// Which RTCP feedback a payload type may be given (RFC 4585 §4.2).
package struct RTCPFeedbackAttribute: Hashable, Sendable {
  /// `nil` for `*`, all payload types of the section.
  package var payloadType: PayloadType?
  /// Such as `nack`, `ccm` or `transport-cc`.
  package var type: String
  /// What follows the type, such as `pli` or `fir`.
  package var parameter: String?

  package init(payloadType: PayloadType?, type: String, parameter: String? = nil) {
    self.payloadType = payloadType
    self.type = type
    self.parameter = parameter
  }
}
