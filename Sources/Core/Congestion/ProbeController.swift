import RTCBase

/// Decides when to probe for more bandwidth, and how far.
///
/// Three and six times the start rate at first, twice the result as long as it confirms the rate, and later from time to time while
/// the estimate lies below what the application could use: an estimate cannot grow past what is sent, and after a dip the old rate
/// is tried again instead of climbing for a minute.
package struct ProbeController: Sendable {
  private static let initialFactors = [3.0, 6.0]
  private static let furtherFactor = 2.0
  /// A result of this share of the probed rate leads to another probe.
  private static let furtherThreshold = 0.7
  private static let periodicInterval = TimeDelta.seconds(5)
  private static let recoveryInterval = TimeDelta.seconds(2)
  private static let maximumPending = 4

  private var pending: [ProbeCluster] = []
  private var nextID: Int32 = 0
  package private(set) var hasStarted = false
  private var lastProbe: MonotonicTime?
  private var lastRate = Bitrate.zero
  private var wantsFurther = false

  package init() {}

  package mutating func poll() -> ProbeCluster? { pending.isEmpty ? nil : pending.removeFirst() }

  /// Once, when the path is ready.
  package mutating func start(_ start: Bitrate, ceiling: Bitrate, now: MonotonicTime) {
    guard !hasStarted else { return }
    hasStarted = true
    for factor in Self.initialFactors { probe(min(start * factor, ceiling), above: start, now: now) }
    wantsFurther = true
  }

  /// The path is back after an outage: what it carried before is tried at once.
  package mutating func resume(at rate: Bitrate, estimate: Bitrate, ceiling: Bitrate, now: MonotonicTime) {
    guard hasStarted, pending.isEmpty else { return }
    probe(min(rate, ceiling), above: estimate, now: now)
  }

  package mutating func handleResult(_ bitrate: Bitrate, ceiling: Bitrate, now: MonotonicTime) {
    guard wantsFurther, bitrate > lastRate * Self.furtherThreshold else { return }
    wantsFurther = false
    probe(min(bitrate * Self.furtherFactor, ceiling), above: bitrate, now: now)
    wantsFurther = !pending.isEmpty
  }

  /// - Parameter recent: the best estimate of the last half minute.
  package mutating func update(
    estimate: Bitrate, recent: Bitrate, ceiling: Bitrate, isCalm: Bool, now: MonotonicTime
  ) {
    guard hasStarted, isCalm, pending.isEmpty, estimate < ceiling * 0.95 else { return }
    let isRecovering = estimate < recent * 0.66
    let interval = isRecovering ? Self.recoveryInterval : Self.periodicInterval
    if let lastProbe, now - lastProbe < interval { return }
    let rate = isRecovering ? min(estimate * Self.furtherFactor, recent) : estimate * Self.furtherFactor
    probe(min(rate, ceiling), above: estimate, now: now)
    wantsFurther = isRecovering
  }

  private mutating func probe(_ rate: Bitrate, above floor: Bitrate, now: MonotonicTime) {
    // Hardly more than what is known already tells nothing.
    guard rate > floor * 1.05, pending.count < Self.maximumPending else { return }
    pending.append(ProbeCluster(id: ProbeCluster.ID(rawValue: nextID), rate: rate))
    nextID = nextID == .max ? 0 : nextID + 1
    lastProbe = now
    lastRate = rate
  }
}
