/// A kind of RTCP feedback that a codec may be given, without the payload type of its `a=rtcp-fb` line (RFC 4585 §4.2).
package struct RTCPFeedback: Hashable, Sendable {
  package var type: String
  package var parameter: String?

  package init(_ type: String, _ parameter: String? = nil) {
    self.type = type
    self.parameter = parameter
  }

  package static let nack = RTCPFeedback("nack")
  package static let pictureLossIndication = RTCPFeedback("nack", "pli")
  package static let fullIntraRequest = RTCPFeedback("ccm", "fir")
  package static let remb = RTCPFeedback("goog-remb")
  package static let transportCC = RTCPFeedback("transport-cc")
}
