import RTCBase

/// One packet of an RTCP compound packet (RFC 3550 §6.1).
package enum RTCPPacket: Hashable, Sendable {
  case senderReport(SenderReport)
  case receiverReport(ReceiverReport)
  case sourceDescription(SourceDescription)
  case goodbye(Goodbye)
  case negativeAcknowledgement(NegativeAcknowledgement)
  case pictureLossIndication(PictureLossIndication)
  case fullIntraRequest(FullIntraRequest)
  case receiverEstimatedMaximumBitrate(ReceiverEstimatedMaximumBitrate)
  case transportFeedback(TransportFeedback)
  /// A packet to ignore: APP, XR, feedback of another format.
  case unknown(type: UInt8, format: UInt8, byteCount: Int)
}

/// The packet types of RFC 3550 §12.1, RFC 4585 §6.1 and RFC 3611.
enum RTCPPacketType {
  static let senderReport: UInt8 = 200
  static let receiverReport: UInt8 = 201
  static let sourceDescription: UInt8 = 202
  static let goodbye: UInt8 = 203
  static let transportLayerFeedback: UInt8 = 205
  static let payloadSpecificFeedback: UInt8 = 206
}

/// The feedback message types of RFC 4585 §6.2 and §6.3, RFC 5104 §4.3 and the transport-wide feedback draft.
enum RTCPFeedbackFormat {
  static let negativeAcknowledgement: UInt8 = 1
  static let transportFeedback: UInt8 = 15
  static let pictureLossIndication: UInt8 = 1
  static let fullIntraRequest: UInt8 = 4
  static let applicationLayer: UInt8 = 15
}
