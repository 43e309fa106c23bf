import RTCBase
import RTCRTP

/// Keeps streams of one sender in step: what was captured together is played together (RFC 3550 §6.4.1 on NTP and RTP timestamps).
///
/// Each stream tells when a timestamp of it would play if it stood alone; its sender reports tell when that was captured, on the clock
/// that the streams share. The stream with the longest way sets the pace and the others get the difference as extra delay, changed
/// slowly. Since the extra delay is no part of what a stream tells, there is no loop that could swing.
package struct SynchronizationGroup: Sendable {
  /// Streams further apart than this do not share a clock, whatever they say.
  package static let maximumSkew = TimeDelta.seconds(5)
  private static let deadBand = TimeDelta.milliseconds(8)
  /// Of the time that passed.
  private static let rate = 0.15

  private struct Member: Sendable {
    let ssrc: SSRC
    /// From capture to playout, up to a constant that all members share.
    var latency: TimeDelta?
    var updated: MonotonicTime
    var delay = TimeDelta.zero
    var isMoving = false
  }

  private var members: [Member] = []
  private var epoch: NTPTime?
  private var lastEvaluation: MonotonicTime?

  package init() {}

  package var ssrcs: [SSRC] { members.map(\.ssrc) }

  package func contains(_ ssrc: SSRC) -> Bool { index(of: ssrc) != nil }

  /// At most 16 members; further ones are not synchronized.
  package mutating func add(_ ssrc: SSRC, now: MonotonicTime) {
    guard members.count < 16, index(of: ssrc) == nil else { return }
    members.append(Member(ssrc: ssrc, updated: now))
  }

  package mutating func remove(_ ssrc: SSRC) { members.removeAll { $0.ssrc == ssrc } }

  private func index(of ssrc: SSRC) -> Int? { members.firstIndex { $0.ssrc == ssrc } }

  /// Tells what a member knows: call for each, a few times a second, then `evaluate`.
  ///
  /// - Parameters:
  ///   - reference: A timestamp and its playout time, extra delay excluded; `nil` while the stream plays nothing.
  ///   - clockRate: Of the stream's timestamps.
  package mutating func update(
    _ ssrc: SSRC, reference: PlayoutReference?, reports: SenderReportTracker, clockRate: Int, now: MonotonicTime
  ) {
    guard let index = index(of: ssrc), let reference,
      let captured = reports.ntpTime(of: reference.rtpTimestamp, clock: MediaClock(rate: clockRate))
    else { return }
    if epoch == nil { epoch = captured }
    guard let epoch else { return }
    members[index].latency = (reference.playoutTime - .zero) - (captured - epoch)
    members[index].updated = now
  }

  /// Moves the extra delays towards what keeps the members in step.
  package mutating func evaluate(now: MonotonicTime) {
    let elapsed = lastEvaluation.map { now - $0 } ?? .zero
    lastEvaluation = now
    // A stream that fell silent no longer holds up the others.
    let known = members.compactMap { now - $0.updated < .seconds(2) ? $0.latency : nil }
    let slowest = known.max() ?? .zero
    let isComparable = known.count > 1 && slowest - (known.min() ?? slowest) <= Self.maximumSkew
    let step = min(elapsed, .seconds(1)) * Self.rate
    for index in members.indices {
      var wanted = TimeDelta.zero
      if isComparable, let latency = members[index].latency, now - members[index].updated < .seconds(2) {
        wanted = slowest - latency
      }
      let difference = wanted - members[index].delay
      if difference.magnitude > Self.deadBand { members[index].isMoving = true }
      guard members[index].isMoving else { continue }
      members[index].delay += max(-step, min(difference, step))
      if (wanted - members[index].delay).magnitude < .milliseconds(1) { members[index].isMoving = false }
    }
  }

  /// The extra delay of a member.
  package func delay(of ssrc: SSRC) -> TimeDelta { index(of: ssrc).map { members[$0].delay } ?? .zero }
}
