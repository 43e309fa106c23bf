import RTCBase

/// Asks for a key frame, at a bounded rate, until one comes (PLI: RFC 4585 §6.3.1; FIR: RFC 5104 §4.3.1).
package struct KeyFrameRequester: Sendable {
  package enum Method: Hashable, Sendable {
    case pictureLossIndication
    case fullIntraRequest
  }

  package enum Request: Hashable, Sendable {
    case pictureLossIndication
    /// The command's number: repeated with the same number until a key frame comes (RFC 5104 §4.3.1.2).
    case fullIntraRequest(sequenceNumber: UInt8)
  }

  private let method: Method
  private let minimumInterval: TimeDelta
  private var isWanted = false
  private var nextRequest = MonotonicTime.distantPast
  private var unanswered = 0
  private var firSequenceNumber: UInt8 = 0
  package private(set) var pictureLossIndicationCount: Int64 = 0
  package private(set) var fullIntraRequestCount: Int64 = 0

  package var roundTripTime = TimeDelta.milliseconds(100)

  package init(method: Method = .pictureLossIndication, minimumInterval: TimeDelta = .milliseconds(200)) {
    self.method = method
    self.minimumInterval = minimumInterval
  }

  package mutating func request() {
    guard !isWanted else { return }
    isWanted = true
    unanswered = 0
    if method == .fullIntraRequest { firSequenceNumber &+= 1 }
  }

  /// A key frame came, or what asked for it is no longer in need.
  package mutating func satisfy() { isWanted = false }

  package var deadline: Deadline? { isWanted ? Deadline(nextRequest, "receive.keyframe") : nil }

  package mutating func poll(now: MonotonicTime) -> Request? {
    guard isWanted, now >= nextRequest else { return nil }
    // The answer needs a round trip and the time to send a large frame. A sender that does not answer is asked less often.
    let interval = max(roundTripTime * 3 / 2, minimumInterval)
    nextRequest = now + min(interval * Int64(1 + min(unanswered, 4)), .seconds(2))
    unanswered += 1
    switch method {
    case .pictureLossIndication:
      pictureLossIndicationCount &+= 1
      return .pictureLossIndication
    case .fullIntraRequest:
      fullIntraRequestCount &+= 1
      return .fullIntraRequest(sequenceNumber: firSequenceNumber)
    }
  }
}
