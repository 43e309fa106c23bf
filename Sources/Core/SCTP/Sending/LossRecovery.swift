import RTCBase

/// What loss detection remembers: time-ordered acknowledgements (RACK) and probes of the tail (TLP), RFC 8985 applied to SCTP.
struct LossRecovery {
  /// The latest sent of the chunks that are known to have arrived.
  var newestOrder: UInt64 = 0
  var newestSentTime = MonotonicTime.distantPast
  var newestRoundTrip = TimeDelta.zero
  /// The highest TSN acknowledged either way.
  var highestTSN: TSN?
  /// A chunk arrived after others that were sent later: the path reorders, so time must pass before a hole means loss.
  var hasSeenReordering = false
  /// Quarters of the smallest round trip that a late chunk is given; grows when one was sent again for nothing.
  var patienceFactor: Int64 = 1
  static let patienceLimit: Int64 = 8
  /// Losses up to here belong to the recovery under way.
  var recoveryEnd: TSN?
  /// The recovery began with a timeout: the window grows from one packet during it.
  var isAfterTimeout = false
  /// Chunks sent again since the window was last cut, and those of them that the peer had already.
  var retransmissions = 0
  var needlessRetransmissions = 0
  /// When the chunks that may only be late count as lost.
  var reorderingDeadline: MonotonicTime?
  var probeDeadline: MonotonicTime?
  /// A probe was sent and nothing came back since.
  var hasProbed = false
  /// The next packet is a probe.
  var isProbing = false

  var fastRecoveryCount: UInt64 = 0
  var probeCount: UInt64 = 0

  mutating func beginCounting() {
    retransmissions = 0
    needlessRetransmissions = 0
  }

  /// The association is over; what was counted stays.
  mutating func stop() {
    reorderingDeadline = nil
    probeDeadline = nil
    isProbing = false
  }
}
