import RTCBase

/// When a request over UDP is sent again and when it has failed (RFC 8489 §6.2.1).
///
/// With the RFC's 500 ms, seven requests leave at 0, 500, 1,500, 3,500, 7,500, 15,500 and 31,500 ms, and the transaction fails at 39,500 ms.
package struct STUNRetransmission: Hashable, Sendable {
  /// Requests sent in total (Rc).
  package static let defaultRequestCount = 7
  /// The wait after the last request, in initial timeouts (Rm).
  package static let finalWaitFactor: Int64 = 16

  package let initialTimeout: TimeDelta
  package let requestCount: Int
  package private(set) var sentCount = 1
  /// When to act next: send again, or give up.
  package private(set) var nextTime: MonotonicTime

  package enum Action: Hashable, Sendable {
    case wait
    case retransmit
    case fail
  }

  /// The first request is sent at `now` by the caller.
  package init(
    initialTimeout: TimeDelta = .milliseconds(500), requestCount: Int = STUNRetransmission.defaultRequestCount,
    now: MonotonicTime
  ) {
    self.initialTimeout = initialTimeout
    self.requestCount = max(1, min(requestCount, 16))
    nextTime = now
    schedule(after: now)
  }

  private mutating func schedule(after now: MonotonicTime) {
    let factor = sentCount < requestCount ? Int64(1) << Int64(sentCount - 1) : Self.finalWaitFactor
    nextTime = now + initialTimeout * factor
  }

  /// What is due at `now`. The schedule follows its own times, so that a late wake-up does not push the rest back.
  package mutating func advance(now: MonotonicTime) -> Action {
    guard now >= nextTime else { return .wait }
    guard sentCount < requestCount else { return .fail }
    sentCount += 1
    schedule(after: nextTime)
    // After a long sleep the missed requests are not sent in a burst.
    if nextTime <= now { schedule(after: now) }
    return .retransmit
  }

  /// From the first request to the failure, when every wake-up is on time.
  package static func duration(initialTimeout: TimeDelta, requestCount: Int = defaultRequestCount) -> TimeDelta {
    initialTimeout * ((Int64(1) << Int64(requestCount - 1)) - 1 + finalWaitFactor)
  }
}
