import RTCBase

/// What is remembered of a packet that left.
package struct SentPacket: Hashable, Sendable {
  /// The transport-wide sequence number on its line; `nil` when the extension was not negotiated.
  package var sequenceNumber: Int64?
  package var sendTime: MonotonicTime
  /// Bytes of UDP payload.
  package var size: Int
  package var probe: ProbeCluster.ID?

  package init(sequenceNumber: Int64?, sendTime: MonotonicTime, size: Int, probe: ProbeCluster.ID? = nil) {
    self.sequenceNumber = sequenceNumber
    self.sendTime = sendTime
    self.size = size
    self.probe = probe
  }
}

/// The fate of one packet according to transport-wide feedback.
package struct PacketResult: Hashable, Sendable {
  package var packet: SentPacket
  /// When it arrived on the receiver's clock, whose zero means nothing; `nil` when it was reported missing.
  package var arrival: TimeDelta?

  package init(packet: SentPacket, arrival: TimeDelta?) {
    self.packet = packet
    self.arrival = arrival
  }
}

/// One transport-wide feedback message, resolved against what was sent.
package struct FeedbackResults: Hashable, Sendable {
  /// In order of arrival at the receiver; missing packets stand where they would have been.
  package var packets: [PacketResult]
  /// From the departure of the newest acknowledged packet to the arrival of this feedback.
  package var roundTripTime: TimeDelta?
  /// Bytes sent after the newest acknowledged packet.
  package var bytesInFlight: Int

  package init(packets: [PacketResult] = [], roundTripTime: TimeDelta? = nil, bytesInFlight: Int = 0) {
    self.packets = packets
    self.roundTripTime = roundTripTime
    self.bytesInFlight = bytesInFlight
  }
}

/// Loss over the packets that the report blocks of one RTCP packet cover.
package struct LossReport: Hashable, Sendable {
  package var expected: Int
  package var lost: Int

  /// Negative counts become zero, what no interval can hold becomes a million, and no more can be lost than was expected.
  package init(expected: Int, lost: Int) {
    self.expected = min(max(0, expected), 1_000_000)
    self.lost = min(max(0, lost), self.expected)
  }
}
