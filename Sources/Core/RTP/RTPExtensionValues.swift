import RTCBase

/// What the header extensions of a packet say, or shall say.
///
/// It holds no reference: a received packet's values are decoded without an allocation, and a sender fills one per packet. For a packet
/// to be sent, `absoluteSendTime` and `transportSequenceNumber` only reserve their place: `RTPHeaderLayout` fills them in at departure.
package struct RTPExtensionValues: Hashable, Sendable {
  package var midIdentifier: StreamIdentifier?
  package var ridIdentifier: StreamIdentifier?
  package var repairedRidIdentifier: StreamIdentifier?
  package var audioLevel: AudioLevel?
  /// 24 bits of seconds in 6.18 fixed point.
  package var absoluteSendTime: UInt32?
  package var transportSequenceNumber: UInt16?
  /// 24 bits, signed: RTP ticks between the timestamp and the departure (RFC 5450).
  package var transmissionOffset: Int32?
  package var videoOrientation: VideoOrientation?
  package var playoutDelay: PlayoutDelay?
  package var absoluteCaptureTime: AbsoluteCaptureTime?

  package init() {}

  package var mid: String? {
    get { midIdentifier?.description }
    set { midIdentifier = newValue.flatMap { StreamIdentifier($0) } }
  }
  package var rid: String? {
    get { ridIdentifier?.description }
    set { ridIdentifier = newValue.flatMap { StreamIdentifier($0) } }
  }
  package var repairedRid: String? {
    get { repairedRidIdentifier?.description }
    set { repairedRidIdentifier = newValue.flatMap { StreamIdentifier($0) } }
  }
}

/// How a picture was turned at capture (3GPP TS 26.114 §7.4.5).
package struct VideoOrientation: Hashable, Sendable {
  /// 0 to 3 quarter turns that the receiver makes clockwise to show the picture upright.
  package var clockwiseQuarterTurns: UInt8
  package var isFlippedHorizontally: Bool
  /// `true` for a camera at the back of the device.
  package var isBackFacing: Bool

  package init(clockwiseQuarterTurns: UInt8, isFlippedHorizontally: Bool = false, isBackFacing: Bool = false) {
    self.clockwiseQuarterTurns = clockwiseQuarterTurns & 3
    self.isFlippedHorizontally = isFlippedHorizontally
    self.isBackFacing = isBackFacing
  }

  package init(byte: UInt8) {
    clockwiseQuarterTurns = byte & 3
    isFlippedHorizontally = byte & 4 != 0
    isBackFacing = byte & 8 != 0
  }

  package var byte: UInt8 {
    clockwiseQuarterTurns & 3 | (isFlippedHorizontally ? 4 : 0) | (isBackFacing ? 8 : 0)
  }
}

/// The playout delay that a sender asks for, in units of 10 ms: 0 to 4,095 each.
package struct PlayoutDelay: Hashable, Sendable {
  package var minimum: UInt16
  package var maximum: UInt16

  package init(minimum: UInt16, maximum: UInt16) {
    self.minimum = minimum
    self.maximum = maximum
  }
}

/// When a packet's first sample was captured, by the clock of the capturing system.
package struct AbsoluteCaptureTime: Hashable, Sendable {
  package var captureTime: NTPTime
  /// What to add to the sender's clock to get the capturing system's, in 32.32 fixed-point seconds; `nil` when unknown.
  package var clockOffset: Int64?

  package init(captureTime: NTPTime, clockOffset: Int64? = nil) {
    self.captureTime = captureTime
    self.clockOffset = clockOffset
  }
}
