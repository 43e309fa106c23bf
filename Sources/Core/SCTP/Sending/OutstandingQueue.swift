import RTCBase

/// One fragment between its first sending and the moment that the cumulative acknowledgement passes it.
struct OutstandingChunk {
  enum State: UInt8 {
    case inFlight
    /// Taken for lost, waits to be sent again.
    case lost
    /// Received, but something before it was not.
    case acknowledged
    /// Given up; the peer is told to go past it.
    case abandoned
  }

  var message: Int
  var offset: Int
  /// Payload; nothing for a placeholder of what will never be sent.
  var byteCount: Int
  var fragment: UInt32
  var state = State.inFlight
  var isBeginning: Bool
  var isEnd: Bool
  /// Times sent.
  var transmissions: UInt32 = 1
  var sentTime: MonotonicTime
  /// Position in the sequence of all transmissions: order where times are equal.
  var order: UInt64

  /// What it takes of the congestion window.
  var size: Int { byteCount + DataChunk.overhead(isInterleaved: true) }
}

/// Fragments sent and not cumulatively acknowledged, by their TSN: a ring without allocation in the steady state.
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
  private(set) var abandonedCount = 0
  /// No chunk before this position is lost.
  private var lostHint = 0

  init(firstTSN: TSN) { self.firstTSN = firstTSN }

  var isEmpty: Bool { count == 0 }
  var nextTSN: TSN { firstTSN.advanced(by: count) }

  /// A chunk by its position behind the first.
  subscript(position: Int) -> OutstandingChunk {
    get { storage[(head + position) & (storage.count - 1)] }
    _modify { yield &storage[(head + position) & (storage.count - 1)] }
  }

  mutating func append(_ chunk: OutstandingChunk) {
    if count == storage.count { grow(filling: chunk) }
    storage[(head + count) & (storage.count - 1)] = chunk
    count += 1
    enter(chunk)
  }

  private mutating func grow(filling chunk: OutstandingChunk) {
    var larger = [OutstandingChunk](repeating: chunk, count: max(64, storage.count * 2))
    for position in 0..<count { larger[position] = self[position] }
    storage = larger
    head = 0
  }

  mutating func removeFirst() {
    leave(self[0])
    head = (head + 1) & (storage.count - 1)
    count -= 1
    firstTSN = firstTSN.next
    lostHint = max(0, lostHint - 1)
  }

  mutating func setState(_ state: OutstandingChunk.State, at position: Int) {
    leave(self[position])
    self[position].state = state
    enter(self[position])
    if state == .lost { lostHint = min(lostHint, position) }
  }

  /// A lost chunk is sent again.
  mutating func markSent(at position: Int, now: MonotonicTime, order: UInt64) {
    setState(.inFlight, at: position)
    self[position].transmissions &+= 1
    self[position].sentTime = now
    self[position].order = order
  }

  private mutating func enter(_ chunk: OutstandingChunk) { account(chunk, sign: 1) }
  private mutating func leave(_ chunk: OutstandingChunk) { account(chunk, sign: -1) }

  private mutating func account(_ chunk: OutstandingChunk, sign: Int) {
    switch chunk.state {
    case .inFlight:
      bytesInFlight += sign * chunk.size
      unacknowledgedPayload += sign * chunk.byteCount
      inFlightCount += sign
    case .lost:
      unacknowledgedPayload += sign * chunk.byteCount
      lostCount += sign
    case .acknowledged: break
    case .abandoned: abandonedCount += sign
    }
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

  mutating func removeAll() {
    storage = []
    head = 0
    count = 0
    bytesInFlight = 0
    unacknowledgedPayload = 0
    inFlightCount = 0
    lostCount = 0
    abandonedCount = 0
    lostHint = 0
  }
}
