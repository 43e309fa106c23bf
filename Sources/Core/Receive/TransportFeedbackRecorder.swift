import RTCBase
import RTCRTP

/// Notes when packets with a transport-wide sequence number arrived and reports it every 50 to 250 ms
/// (draft-holmer-rmcat-transport-wide-cc-extensions-01).
///
/// The interval is such that reports take about 5 % of what is received. A packet that comes after later ones were reported is
/// reported by itself, so that no packet is called lost that was called received before.
package struct TransportFeedbackRecorder: Sendable {
  package static let minimumInterval = TimeDelta.milliseconds(50)
  package static let maximumInterval = TimeDelta.milliseconds(250)
  private static let bandwidthShare = 0.05
  /// A feedback packet with its IP, UDP and SRTCP headers, in bits.
  private static let feedbackBits = 68.0 * 8
  /// A forward jump beyond this is a new beginning, not loss.
  private static let maximumGap: Int64 = 4_096

  private let senderSSRC: SSRC
  private var unwrapper = SequenceUnwrapper()
  private var arrivals: SequenceRing<MonotonicTime>
  /// One past the newest number ever reported.
  private var reportedEnd: Int64?
  private var mediaSSRC = SSRC(rawValue: 0)
  private var feedbackCount: UInt8 = 0
  private var nextFeedback: MonotonicTime?
  private var lastFeedback = MonotonicTime.distantPast
  private var bytesSinceFeedback = 0
  private var bitsPerSecond = 0.0
  package private(set) var interval = Self.minimumInterval
  package private(set) var feedbacksBuilt: Int64 = 0
  package private(set) var discarded: Int64 = 0

  package init(senderSSRC: SSRC) {
    self.senderSSRC = senderSSRC
    arrivals = SequenceRing(limit: 8_192, initialCapacity: 64)
  }

  /// - Parameter byteCount: Of the datagram's payload, for the rate of the reports.
  package mutating func record(_ sequenceNumber: UInt16, mediaSSRC: SSRC, arrival: MonotonicTime, byteCount: Int) {
    let number = unwrapper.unwrap(sequenceNumber)
    self.mediaSSRC = mediaSSRC
    bytesSinceFeedback = min(bytesSinceFeedback + byteCount, 1 << 40)
    while !arrivals.isEmpty, arrivals.first < number, !arrivals.hasRoom(for: number) {
      _ = arrivals.removeFirst()
      discarded &+= 1
    }
    guard arrivals.insert(arrival, at: number) else {
      discarded &+= 1
      return
    }
    if nextFeedback == nil { nextFeedback = max(arrival, lastFeedback + interval) }
  }

  package var deadline: Deadline? { nextFeedback.map { Deadline($0, "receive.transport-feedback") } }

  /// Mutating for speed: an optional recorder is changed in place but copied to be read.
  package mutating func takeDeadline() -> Deadline? { deadline }

  /// A report that is due; call until it answers `nil`.
  package mutating func pollFeedback(now: MonotonicTime) -> TransportFeedback? {
    guard let due = nextFeedback, now >= due else { return nil }
    guard !arrivals.isEmpty, let first = arrivals[arrivals.first] else {
      finishRound(now: now)
      return nil
    }
    let isLate = reportedEnd.map { arrivals.first < $0 } ?? false
    var base = arrivals.first
    if let reportedEnd, !isLate, base &- reportedEnd <= Self.maximumGap { base = reportedEnd }
    var builder = TransportFeedbackBuilder(
      senderSSRC: senderSSRC, mediaSSRC: mediaSSRC, baseSequenceNumber: Self.sequenceNumber(base),
      firstArrival: first, feedbackCount: feedbackCount, maximumByteCount: RTCPWriter.maximumFeedbackByteCount,
      expectedCount: arrivals.count)
    var expected = arrivals.first
    while !arrivals.isEmpty, let arrival = arrivals[arrivals.first] {
      let number = arrivals.first
      if isLate, number != expected || number >= reportedEnd ?? 0 { break }
      if !isLate, number &- expected > Self.maximumGap { break }
      guard builder.add(Self.sequenceNumber(number), arrival: arrival) else { break }
      _ = arrivals.removeFirst()
      expected = number &+ 1
      reportedEnd = max(reportedEnd ?? expected, expected)
    }
    guard let feedback = builder.build() else {
      // One that no report can hold would block all others.
      _ = arrivals.removeFirst()
      discarded &+= 1
      return nil
    }
    feedbackCount &+= 1
    feedbacksBuilt &+= 1
    return feedback
  }

  private static func sequenceNumber(_ number: Int64) -> SequenceNumber {
    SequenceNumber(rawValue: UInt16(truncatingIfNeeded: number))
  }

  private mutating func finishRound(now: MonotonicTime) {
    let elapsed = lastFeedback == .distantPast ? Self.maximumInterval : now - lastFeedback
    if elapsed > .zero {
      let rate = Double(bytesSinceFeedback) * 8 / elapsed.seconds
      bitsPerSecond = bitsPerSecond == 0 ? rate : bitsPerSecond * 0.75 + rate * 0.25
    }
    bytesSinceFeedback = 0
    lastFeedback = now
    nextFeedback = nil
    let wanted = TimeDelta.seconds(Self.feedbackBits / max(1, bitsPerSecond * Self.bandwidthShare))
    interval = max(Self.minimumInterval, min(wanted, Self.maximumInterval))
  }
}
