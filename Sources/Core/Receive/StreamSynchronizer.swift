import RTCBase
import RTCRTP

/// Keeps the streams of each sender in step, each sender's for themselves: clocks of different senders have nothing to do with each other.
package struct StreamSynchronizer: Sendable {
  private struct Named: Sendable {
    let name: String
    var group = SynchronizationGroup()
  }

  private var groups: [Named] = []

  package init() {}

  /// Puts a stream into a group, and takes it out of the one that it was in.
  ///
  /// - Parameter group: what the streams of one sender have in common: their `MediaStream`, or their canonical name.
  package mutating func join(_ ssrc: SSRC, group name: String, now: MonotonicTime) {
    if let present = index(of: ssrc) {
      guard groups[present].name != name else { return }
      remove(ssrc)
    }
    if let index = groups.firstIndex(where: { $0.name == name }) {
      groups[index].group.add(ssrc, now: now)
    } else {
      var named = Named(name: name)
      named.group.add(ssrc, now: now)
      groups.append(named)
    }
  }

  package mutating func remove(_ ssrc: SSRC) {
    guard let index = index(of: ssrc) else { return }
    groups[index].group.remove(ssrc)
    if groups[index].group.ssrcs.isEmpty { groups.remove(at: index) }
  }

  private func index(of ssrc: SSRC) -> Int? { groups.firstIndex { $0.group.contains(ssrc) } }

  /// See `SynchronizationGroup.update`.
  package mutating func update(
    _ ssrc: SSRC, reference: PlayoutReference?, reports: SenderReportTracker, clockRate: Int, now: MonotonicTime
  ) {
    guard let index = index(of: ssrc) else { return }
    groups[index].group.update(ssrc, reference: reference, reports: reports, clockRate: clockRate, now: now)
  }

  package mutating func evaluate(now: MonotonicTime) {
    for index in groups.indices { groups[index].group.evaluate(now: now) }
  }

  /// The extra delay of a stream.
  package func delay(of ssrc: SSRC) -> TimeDelta { index(of: ssrc).map { groups[$0].group.delay(of: ssrc) } ?? .zero }
}
