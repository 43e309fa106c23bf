import RTCBase

/// A command to send a key frame: FIR (RFC 5104 §4.3.1).
package struct FullIntraRequest: Hashable, Sendable {
  package struct Entry: Hashable, Sendable {
    package var ssrc: SSRC
    /// One more for each new command; a repeated number is the same command sent again.
    package var sequenceNumber: UInt8

    package init(ssrc: SSRC, sequenceNumber: UInt8) {
      self.ssrc = ssrc
      self.sequenceNumber = sequenceNumber
    }
  }

  package var senderSSRC: SSRC
  package var entries: [Entry]

  package init(senderSSRC: SSRC, entries: [Entry]) {
    self.senderSSRC = senderSSRC
    self.entries = entries
  }
}
