import RTCBase

/// Stream reconfiguration (RFC 6525): our requests, one at a time, and the peer's.
struct StreamResets {
  /// Streams to be reset.
  private var waiting: Set<SCTPStreamIdentifier> = []
  /// Those of them that had nothing to send any more.
  private var ready = RingQueue<SCTPStreamIdentifier>()
  private(set) var underWay: Request?
  private var nextRequest: ReconfigurationNumber
  /// The number that the peer's next request has.
  private(set) var expected: ReconfigurationNumber
  /// The answer to the peer's last request, for when it asks again.
  private var lastResult = ReconfigurationResult.nothingToDo
  /// The peer's request that waits for what was sent before it.
  private var deferred: Deferred?
  /// Answers to be sent.
  private(set) var responses: [(number: ReconfigurationNumber, result: ReconfigurationResult)] = []
  private(set) var deadline: MonotonicTime?
  /// New requests that the packet being handled may still bring.
  private var requestsLeft = Self.packetLimit

  struct Request {
    var number: ReconfigurationNumber
    var lastTSN: TSN
    var streams: [SCTPStreamIdentifier]
    /// To be written with the next packet.
    var isDue = true
  }

  private struct Deferred {
    var number: ReconfigurationNumber
    var lastTSN: TSN
    var streams: [SCTPStreamIdentifier]
  }

  /// Streams that one request names at most.
  static let requestLimit = 128
  static let responseLimit = 8
  /// Requests of the peer carried out in one packet: one chunk's, since no more may be under way (RFC 6525 §5.1.1).
  static let packetLimit = 2

  init(localInitialTSN: TSN, peerInitialTSN: TSN) {
    nextRequest = ReconfigurationNumber(rawValue: localInitialTSN.rawValue)
    expected = ReconfigurationNumber(rawValue: peerInitialTSN.rawValue)
  }

  var isIdle: Bool { waiting.isEmpty && underWay == nil }

  // MARK: Ours

  /// - Returns: `false` when that is under way already; else `markReady` follows once the stream has nothing to send any more.
  mutating func reset(_ stream: SCTPStreamIdentifier) -> Bool {
    guard underWay?.streams.contains(stream) != true else { return false }
    return waiting.insert(stream).inserted
  }

  mutating func markReady(_ stream: SCTPStreamIdentifier) { ready.append(stream) }

  /// Makes a request of the streams that are ready, unless they have something to send again, after which they will be marked anew.
  mutating func begin(lastTSN: TSN, isStillReady: (SCTPStreamIdentifier) -> Bool) {
    guard underWay == nil, !ready.isEmpty else { return }
    var streams: [SCTPStreamIdentifier] = []
    while streams.count < Self.requestLimit, let stream = ready.popFirst() {
      guard isStillReady(stream) else { continue }
      waiting.remove(stream)
      streams.append(stream)
    }
    guard !streams.isEmpty else { return }
    underWay = Request(number: nextRequest, lastTSN: lastTSN, streams: streams)
    nextRequest = nextRequest.next
  }

  /// The peer answered; the streams that are reset now.
  mutating func handleResponse(
    to number: ReconfigurationNumber, _ result: ReconfigurationResult, now: MonotonicTime, retry: TimeDelta
  ) -> [SCTPStreamIdentifier] {
    guard let request = underWay, request.number == number else { return [] }
    if result == .inProgress {
      // The same request again, later (RFC 6525 §5.2.7).
      deadline = now + retry
      return []
    }
    // A refusal leaves nothing to wait for either.
    underWay = nil
    deadline = nil
    return request.streams
  }

  // MARK: The peer's

  mutating func beginPacket() { requestsLeft = Self.packetLimit }

  enum Verdict {
    case none
    /// Begin these anew; an empty list means all.
    case reset([SCTPStreamIdentifier])
  }

  mutating func handleRequest(
    _ number: ReconfigurationNumber, lastTSN: TSN, streams: [SCTPStreamIdentifier], cumulativeTSN: TSN
  ) -> Verdict {
    guard accept(number) else { return .none }
    if lastTSN.isAfter(cumulativeTSN) {
      deferred = Deferred(number: number, lastTSN: lastTSN, streams: streams)
      answer(number, .inProgress)
      return .none
    }
    answer(number, .performed)
    return .reset(streams)
  }

  /// A request of another kind, with its answer.
  mutating func handleRequest(_ number: ReconfigurationNumber, result: ReconfigurationResult) -> Bool {
    guard accept(number) else { return false }
    answer(number, result)
    return true
  }

  /// `true` for a new request in its turn; an old one gets its answer again.
  private mutating func accept(_ number: ReconfigurationNumber) -> Bool {
    switch number.distance(from: expected) {
    case 0:
      // One too many is as good as lost.
      guard requestsLeft > 0 else { return false }
      requestsLeft -= 1
      expected = number.next
      return true
    case -1:
      respond(number, lastResult)
      return false
    default:
      respond(number, .badSequenceNumber)
      return false
    }
  }

  /// More has come: what a deferred request waited for may be complete.
  mutating func advanced(to cumulativeTSN: TSN) -> Verdict {
    guard let request = deferred, !request.lastTSN.isAfter(cumulativeTSN) else { return .none }
    deferred = nil
    answer(request.number, .performed)
    return .reset(request.streams)
  }

  private mutating func answer(_ number: ReconfigurationNumber, _ result: ReconfigurationResult) {
    lastResult = result
    respond(number, result)
  }

  private mutating func respond(_ number: ReconfigurationNumber, _ result: ReconfigurationResult) {
    guard responses.count < Self.responseLimit else { return }
    responses.append((number, result))
  }

  // MARK: Output

  var hasOutput: Bool { !responses.isEmpty || underWay?.isDue == true }

  /// Adds one RE-CONFIG chunk if it fits.
  mutating func write(to packet: PacketBuffer, limit: Int, now: MonotonicTime, retry: TimeDelta) -> Bool {
    if let response = responses.first {
      guard limit - packet.count >= 16 else { return false }
      ReconfigurationParameter.write([.response(to: response.number, result: response.result)], to: packet)
      responses.removeFirst()
      return true
    }
    guard let request = underWay, request.isDue, limit - packet.count >= 24 + 2 * request.streams.count else {
      return false
    }
    ReconfigurationParameter.write(
      [
        .outgoingReset(
          request: request.number, response: ReconfigurationNumber(rawValue: expected.rawValue &- 1),
          lastTSN: request.lastTSN, streams: request.streams)
      ], to: packet)
    underWay?.isDue = false
    deadline = now + retry
    return true
  }

  /// - Returns: `true` when a request went unanswered, which counts towards giving up the association.
  mutating func handleTimeout(now: MonotonicTime) -> Bool {
    guard let deadline, deadline <= now, underWay != nil else { return false }
    underWay?.isDue = true
    self.deadline = nil
    return true
  }
}
