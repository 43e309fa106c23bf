import RTCBase
import RTCSTUN

/// Consent to send on the path in use (RFC 7675 §5.1): a check every 4 to 6 s, each with its own transaction and sent once.
struct ICEConsent: Sendable {
  struct Request: Sendable {
    let id: STUNTransactionID
    let sentAt: MonotonicTime
  }

  let pairID: Int
  private(set) var nextCheck: MonotonicTime
  private(set) var expiry: MonotonicTime
  /// Unanswered ones, oldest first: at most what fits into the consent timeout.
  private(set) var requests: [Request] = []

  private static let requestLimit = 10

  init(
    pairID: Int, grantedAt: MonotonicTime, now: MonotonicTime, _ configuration: ICEConfiguration, _ random: RandomSource
  ) {
    self.pairID = pairID
    // A pair that was not used for a while is asked at once: what is left of its consent may be less than an interval.
    nextCheck = max(now, min(grantedAt, now) + Self.interval(configuration, random))
    expiry = grantedAt + configuration.consentTimeout
  }

  /// Randomised so that the checks of many connections do not fall together.
  private static func interval(_ configuration: ICEConfiguration, _ random: RandomSource) -> TimeDelta {
    configuration.consentInterval * (0.8 + 0.4 * Double(random.uint32()) / Double(UInt32.max))
  }

  mutating func recordRequest(
    _ id: STUNTransactionID, now: MonotonicTime, _ configuration: ICEConfiguration, _ random: RandomSource
  ) {
    if requests.count >= Self.requestLimit { requests.removeFirst() }
    requests.append(Request(id: id, sentAt: now))
    nextCheck = now + Self.interval(configuration, random)
  }

  func unansweredCount(since lastResponse: MonotonicTime) -> Int { requests.count { $0.sentAt > lastResponse } }

  func request(_ id: STUNTransactionID) -> Request? { requests.first { $0.id == id } }

  /// An answer to any request renews consent, and makes older requests moot.
  mutating func renew(answering id: STUNTransactionID, now: MonotonicTime, _ configuration: ICEConfiguration) {
    if let index = requests.firstIndex(where: { $0.id == id }) { requests.removeSubrange(...index) }
    extend(now: now, configuration)
  }

  /// A check of another kind on the same pair was answered.
  mutating func extend(now: MonotonicTime, _ configuration: ICEConfiguration) {
    expiry = max(expiry, now + configuration.consentTimeout)
  }

  /// When the path counts as disturbed, unless something comes in before: the peer was silent since `lastReceived` and left
  /// a request sent after that unanswered. `nil` while no request is open.
  func disturbance(since lastReceived: MonotonicTime, _ configuration: ICEConfiguration) -> MonotonicTime? {
    guard let request = requests.first(where: { $0.sentAt > lastReceived }) else { return nil }
    return max(lastReceived + configuration.disconnectedDelay, request.sentAt + configuration.consentAnswerDelay)
  }
}
