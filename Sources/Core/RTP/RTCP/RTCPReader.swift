import RTCBase

/// Walks through a compound, or reduced-size (RFC 5506), RTCP packet.
///
/// A packet that is malformed is counted and passed over; a length that lies ends the walk, since nothing behind it can be found.
package struct RTCPReader: Sendable {
  private var offset = 0
  /// Packets that could not be read so far.
  package private(set) var malformedCount = 0

  package init() {}

  /// The next packet of `bytes`, which is the same whole, decrypted compound packet at every call; `nil` at the end.
  package mutating func next(in bytes: RawSpan) -> RTCPPacket? {
    while offset < bytes.byteCount {
      guard bytes.byteCount - offset >= 4, bytes.uint8(at: offset) >> 6 == 2 else { return end(bytes) }
      let start = offset
      let end = start + 4 + 4 * Int(bytes.uint16(at: start + 2))
      guard end <= bytes.byteCount else { return self.end(bytes) }
      offset = end
      if let packet = Self.parse(bytes.extracting(start..<end)) { return packet }
      malformedCount += 1
    }
    return nil
  }

  private mutating func end(_ bytes: RawSpan) -> RTCPPacket? {
    malformedCount += 1
    offset = bytes.byteCount
    return nil
  }

  /// - Parameter packet: one packet, as long as its length field says: at least four bytes.
  private static func parse(_ packet: RawSpan) -> RTCPPacket? {
    let first = packet.uint8(at: 0)
    let type = packet.uint8(at: 1)
    let count = first & 0x1F
    var bodyEnd = packet.byteCount
    if first & 0x20 != 0 {
      // RFC 3550 §6.4.1 asks for a multiple of four, but transport feedback is padded to a word by one to three bytes.
      let padding = Int(packet.uint8(at: packet.byteCount - 1))
      guard padding > 0, padding <= packet.byteCount - 4 else { return nil }
      bodyEnd -= padding
    }
    let body = packet.extracting(4..<bodyEnd)
    switch type {
    case RTCPPacketType.senderReport:
      return SenderReport(parsing: body, count: Int(count)).map { .senderReport($0) }
    case RTCPPacketType.receiverReport:
      return ReceiverReport(parsing: body, count: Int(count)).map { .receiverReport($0) }
    case RTCPPacketType.sourceDescription:
      return SourceDescription(parsing: body, count: Int(count)).map { .sourceDescription($0) }
    case RTCPPacketType.goodbye:
      return Goodbye(parsing: body, count: Int(count)).map { .goodbye($0) }
    case RTCPPacketType.transportLayerFeedback where count == RTCPFeedbackFormat.negativeAcknowledgement:
      return NegativeAcknowledgement(parsing: body).map { .negativeAcknowledgement($0) }
    case RTCPPacketType.transportLayerFeedback where count == RTCPFeedbackFormat.transportFeedback:
      // Its chunks tell its length; Chrome has been seen to claim one byte of padding too many.
      return TransportFeedback(parsing: packet.extracting(4..<packet.byteCount)).map { .transportFeedback($0) }
    case RTCPPacketType.payloadSpecificFeedback where count == RTCPFeedbackFormat.pictureLossIndication:
      return PictureLossIndication(parsing: body).map { .pictureLossIndication($0) }
    case RTCPPacketType.payloadSpecificFeedback where count == RTCPFeedbackFormat.fullIntraRequest:
      return FullIntraRequest(parsing: body).map { .fullIntraRequest($0) }
    case RTCPPacketType.payloadSpecificFeedback
    where count == RTCPFeedbackFormat.applicationLayer && ReceiverEstimatedMaximumBitrate.isIdentified(in: body):
      return ReceiverEstimatedMaximumBitrate(parsing: body).map { .receiverEstimatedMaximumBitrate($0) }
    default:
      return .unknown(type: type, format: count, byteCount: packet.byteCount)
    }
  }
}
