import RTCBase

/// Compares how far apart groups of packets left with how far apart they arrived (draft-ietf-rmcat-gcc-02 §5.2).
///
/// Packets that left within 5 ms of each other are one group, since the pacer sends in bursts; so are packets that arrive in a burst
/// after waiting together somewhere on the path.
package struct InterArrival: Sendable {
  package struct Delta: Hashable, Sendable {
    package var send: TimeDelta
    package var arrival: TimeDelta
    /// When the newer group was complete at the receiver, on the receiver's clock.
    package var arrivalTime: TimeDelta
  }

  private struct Group: Sendable {
    var firstSend: MonotonicTime
    var lastSend: MonotonicTime
    var firstArrival: TimeDelta
    var lastArrival: TimeDelta
  }

  private static let groupLength = TimeDelta.milliseconds(5)
  private static let maximumBurst = TimeDelta.milliseconds(100)
  /// The receiver's clock jumped if groups seem further apart than this beyond what the sender knows.
  private static let maximumClockJump = TimeDelta.seconds(3)

  private var current: Group?
  private var previous: Group?
  private var reorderedCount = 0

  package init() {}

  /// Takes the next received packet, in order of arrival; answers when it completes a group that has a predecessor.
  package mutating func add(sendTime: MonotonicTime, arrival: TimeDelta) -> Delta? {
    guard var group = current else {
      current = Group(firstSend: sendTime, lastSend: sendTime, firstArrival: arrival, lastArrival: arrival)
      return nil
    }
    // Left before the present group did: reordered on the way, of no use.
    if sendTime < group.firstSend { return nil }
    if belongs(sendTime: sendTime, arrival: arrival, to: group) {
      group.lastSend = max(group.lastSend, sendTime)
      group.lastArrival = max(group.lastArrival, arrival)
      current = group
      return nil
    }
    defer { current = Group(firstSend: sendTime, lastSend: sendTime, firstArrival: arrival, lastArrival: arrival) }
    guard let before = previous else {
      previous = group
      return nil
    }
    let send = group.lastSend - before.lastSend
    let arrived = group.lastArrival - before.lastArrival
    previous = group
    if (arrived - send) > Self.maximumClockJump || arrived < .zero {
      reorderedCount += 1
      if arrived > .zero || reorderedCount >= 3 { reset() }
      return nil
    }
    reorderedCount = 0
    return Delta(send: send, arrival: arrived, arrivalTime: group.lastArrival)
  }

  private mutating func reset() {
    previous = nil
    reorderedCount = 0
  }

  private func belongs(sendTime: MonotonicTime, arrival: TimeDelta, to group: Group) -> Bool {
    if sendTime - group.firstSend <= Self.groupLength { return true }
    let sinceLast = arrival - group.lastArrival
    let propagation = sinceLast - (sendTime - group.lastSend)
    return propagation < .zero && sinceLast <= Self.groupLength && arrival - group.firstArrival < Self.maximumBurst
  }
}
