import RTCBase

/// When the packets of a transport arrived, or that they did not: transport-wide congestion control
/// (draft-holmer-rmcat-transport-wide-cc-extensions-01 §3.1).
package struct TransportFeedback: Hashable, Sendable {
  /// One packet that arrived.
  package struct Arrival: Hashable, Sendable {
    package var sequenceNumber: SequenceNumber
    /// Units of 250 us since the reference time.
    package var ticks: Int

    package init(sequenceNumber: SequenceNumber, ticks: Int) {
      self.sequenceNumber = sequenceNumber
      self.ticks = ticks
    }

    /// Time since the feedback's reference time.
    package var offset: TimeDelta { .microseconds(250) * Int64(ticks) }
  }

  package var senderSSRC: SSRC
  package var mediaSSRC: SSRC
  /// The first packet reported on, received or not.
  package var baseSequenceNumber: SequenceNumber
  /// How many packets from the base on are reported on: 1 to 65,535. Those without an arrival were not received.
  package var packetStatusCount: Int
  /// 24 bits in units of 64 ms, of an epoch known to the receiver alone.
  package var referenceTime: UInt32
  /// Counts feedback packets, so that their loss is seen.
  package var feedbackCount: UInt8
  /// In ascending order of sequence numbers.
  package var arrivals: [Arrival]

  package init(
    senderSSRC: SSRC, mediaSSRC: SSRC, baseSequenceNumber: SequenceNumber, packetStatusCount: Int,
    referenceTime: UInt32, feedbackCount: UInt8, arrivals: [Arrival] = []
  ) {
    self.senderSSRC = senderSSRC
    self.mediaSSRC = mediaSSRC
    self.baseSequenceNumber = baseSequenceNumber
    self.packetStatusCount = packetStatusCount
    self.referenceTime = referenceTime
    self.feedbackCount = feedbackCount
    self.arrivals = arrivals
  }

  /// The reference time that covers `time`: rounded down to 64 ms, in 24 bits.
  package static func referenceTime(covering time: MonotonicTime) -> UInt32 {
    let unit: Int64 = 64_000_000
    let (quotient, remainder) = time.nanoseconds.quotientAndRemainder(dividingBy: unit)
    return UInt32(truncatingIfNeeded: remainder < 0 ? quotient - 1 : quotient) & 0xFF_FFFF
  }

  /// Time from an earlier feedback's reference time to this one's, on the 24-bit circle of 12.4 days.
  package func referenceTimeDelta(since previous: UInt32) -> TimeDelta {
    let difference = Int32(bitPattern: (referenceTime &- previous) << 8) >> 8
    return .milliseconds(64) * Int64(difference)
  }
}
