import RTCBase

/// Fragments sent and not cumulatively acknowledged, by their TSN: a ring without allocation in the steady state.
///
/// There may be tens of thousands, and each acknowledgement asks about all of them. So what is under way is also linked in the order in which it
/// was sent, of which loss detection looks at the beginning only (RFC 8985 §6.2), and what is acknowledged is passed by in one step.
struct OutstandingQueue {
  private var storage: [OutstandingChunk] = []
  private var head = 0
  private(set) var count = 0
  /// The TSN of the first chunk, or the next to be sent.
  private(set) var firstTSN: TSN
  private(set) var bytesInFlight = 0
  /// Payload not acknowledged, which is what the peer's window bounds.
  private(set) var unacknowledgedPayload = 0
  private(set) var inFlightCount = 0
  private(set) var lostCount = 0
  private(set) var acknowledgedCount = 0
  private(set) var abandonedCount = 0
  /// No chunk before this position is lost.
  private var lostHint = 0
  /// Of what is under way, sent before and after all others; meaningless while there is none.
  private var earliest: TSN
  private var latest: TSN

  init(firstTSN: TSN) {
    self.firstTSN = firstTSN
    earliest = firstTSN
    latest = firstTSN
  }

  var isEmpty: Bool { count == 0 }
  var nextTSN: TSN { firstTSN.advanced(by: count) }

  /// A chunk by its position behind the first.
  subscript(position: Int) -> OutstandingChunk {
    get { storage[(head + position) & (storage.count - 1)] }
    _modify { yield &storage[(head + position) & (storage.count - 1)] }
  }

  /// - Parameter chunk: sent after all others, if it is under way.
  mutating func append(_ chunk: OutstandingChunk) {
    if count == storage.count { grow(filling: chunk) }
    storage[(head + count) & (storage.count - 1)] = chunk
    self[count].links.settledEnd = nextTSN
    count += 1
    enter(count - 1)
  }

  private mutating func grow(filling chunk: OutstandingChunk) {
    var larger = [OutstandingChunk](repeating: chunk, count: max(64, storage.count * 2))
    for position in 0..<count { larger[position] = self[position] }
    storage = larger
    head = 0
  }

  mutating func removeFirst() {
    leave(0)
    head = (head + 1) & (storage.count - 1)
    count -= 1
    firstTSN = firstTSN.next
    lostHint = max(0, lostHint - 1)
  }

  /// For what is under way or lost; what is sent again is told to `markSent`, and what is settled stays so until `distrust`.
  mutating func setState(_ state: OutstandingChunk.State, at position: Int) {
    leave(position)
    self[position].state = state
    enter(position)
    if state == .lost { lostHint = min(lostHint, position) }
  }

  /// A lost chunk, or one that probes, is sent again, after all others.
  mutating func markSent(at position: Int, now: MonotonicTime, order: UInt64) {
    setState(.inFlight, at: position)
    self[position].transmissions &+= 1
    self[position].sentTime = now
    self[position].order = order
  }

  private mutating func enter(_ position: Int) {
    account(self[position], sign: 1)
    if self[position].state == .inFlight { link(position) }
  }

  private mutating func leave(_ position: Int) {
    account(self[position], sign: -1)
    if self[position].state == .inFlight { unlink(position) }
  }

  private mutating func account(_ chunk: OutstandingChunk, sign: Int) {
    switch chunk.state {
    case .inFlight:
      bytesInFlight += sign * chunk.size
      unacknowledgedPayload += sign * chunk.byteCount
      inFlightCount += sign
    case .lost:
      unacknowledgedPayload += sign * chunk.byteCount
      lostCount += sign
    case .acknowledged: acknowledgedCount += sign
    case .abandoned: abandonedCount += sign
    }
  }

  // MARK: The order of sending

  private func tsn(at position: Int) -> TSN { firstTSN.advanced(by: position) }
  private func position(of tsn: TSN) -> Int { tsn.distance(from: firstTSN) }

  /// Where the chunk is that was sent before all others under way.
  var firstSent: Int? { inFlightCount > 0 ? position(of: earliest) : nil }

  private mutating func link(_ position: Int) {
    let tsn = tsn(at: position)
    if inFlightCount == 1 {
      earliest = tsn
    } else {
      self[position].links.earlier = latest
      self[self.position(of: latest)].links.later = tsn
    }
    latest = tsn
  }

  private mutating func unlink(_ position: Int) {
    let tsn = tsn(at: position)
    let links = self[position].links
    switch (tsn == earliest, tsn == latest) {
    case (true, true): break
    case (true, false): earliest = links.later
    case (false, true): latest = links.earlier
    case (false, false):
      self[self.position(of: links.earlier)].links.later = links.later
      self[self.position(of: links.later)].links.earlier = links.earlier
    }
  }

  // MARK: What is settled

  private func isSettled(_ position: Int) -> Bool {
    switch self[position].state {
    case .inFlight, .lost: false
    case .acknowledged, .abandoned: true
    }
  }

  /// Where the first chunk from `position` on is that is under way or lost, or `end` if all before are acknowledged or given up.
  func firstUnsettled(from position: Int, before end: Int) -> Int {
    var position = position
    while position < end, isSettled(position) { position = afterSettled(position) }
    return min(position, end)
  }

  /// Everything in `positions` is acknowledged or given up: from its beginning the next look goes to its end in one step.
  mutating func noteSettled(_ positions: Range<Int>) {
    let end = tsn(at: positions.upperBound)
    var position = positions.lowerBound
    // All that were passed on the way now lead to the end: no step is made twice, wherever the next look begins.
    while position < positions.upperBound {
      let next = afterSettled(position)
      if end.isAfter(self[position].links.settledEnd) { self[position].links.settledEnd = end }
      position = next
    }
  }

  private func afterSettled(_ position: Int) -> Int {
    max(position + 1, self.position(of: self[position].links.settledEnd))
  }

  /// What is acknowledged may be lost from now on.
  mutating func distrust() {
    for position in 0..<count { self[position].links.settledEnd = tsn(at: position) }
  }

  /// The first chunk that waits to be sent again.
  mutating func firstLost() -> Int? {
    guard lostCount > 0 else { return nil }
    while lostHint < count {
      if self[lostHint].state == .lost { return lostHint }
      lostHint += 1
    }
    return nil
  }

  mutating func removeAll() { self = OutstandingQueue(firstTSN: firstTSN) }
}
