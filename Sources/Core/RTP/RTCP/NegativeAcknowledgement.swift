import RTCBase

/// A request to send packets again: generic NACK (RFC 4585 §6.2.1).
package struct NegativeAcknowledgement: Hashable, Sendable {
  package var senderSSRC: SSRC
  package var mediaSSRC: SSRC
  /// In the order of the packet; a writer expects them ascending on the circle, so that one bit mask covers neighbours.
  package var sequenceNumbers: [SequenceNumber]

  package init(senderSSRC: SSRC, mediaSSRC: SSRC, sequenceNumbers: [SequenceNumber]) {
    self.senderSSRC = senderSSRC
    self.mediaSSRC = mediaSSRC
    self.sequenceNumbers = sequenceNumbers
  }
}
