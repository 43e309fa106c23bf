import RTCBase

/// Joins fragments to messages and puts ordered ones in order, stream by stream: a hole in one stream holds up no other.
///
/// However a peer chooses numbers and streams, a chunk costs about the same, and memory stays in proportion to the window.
struct Reassembly {
  /// What keeping a message or a fragment costs besides its bytes.
  static let overhead = 128

  /// What a fragment must keep to.
  struct Limits {
    var messageSize: Int
    /// So little is held that room may be reserved ahead.
    var isRoomy: Bool
  }

  /// Held bytes up to which a message's beginning reserves room for what follows.
  private static let roomyCost = 1 << 16
  /// Streams' room for held messages that is kept for others.
  private static let spareCount = 16

  /// Streams that something came on since they began.
  private var streams: [IncomingStream] = []
  private var indices: [SCTPStreamIdentifier: Int] = [:]
  /// Chunks of one stream tend to come together.
  private var last = 0
  /// What streams hold back, in slots that are used again.
  private var held: [HeldMessages] = []
  private var freeHeld: [Int] = []
  private var unordered = UnorderedFragments()
  let isInterleaved: Bool
  let maximumMessageSize: Int
  /// What is held back, with overhead, in terms of the receive window.
  private(set) var heldCost = 0
  private(set) var completed = CompletedMessages()

  init(isInterleaved: Bool, maximumMessageSize: Int) {
    self.isInterleaved = isInterleaved
    self.maximumMessageSize = maximumMessageSize
  }

  var streamCount: Int { streams.count }
  /// Messages and fragments that there is room for without asking for memory.
  var capacity: Int {
    held.reduce(held.capacity + unordered.capacity) { $0 + $1.ordered.capacity + $1.unordered.capacity }
  }

  private var limits: Limits { Limits(messageSize: maximumMessageSize, isRoomy: heldCost < Self.roomyCost) }

  private mutating func index(of identifier: SCTPStreamIdentifier) -> Int {
    if last < streams.count, streams[last].identifier == identifier { return last }
    if let index = indices[identifier] {
      last = index
      return index
    }
    streams.append(IncomingStream(identifier: identifier))
    last = streams.count - 1
    indices[identifier] = last
    return last
  }

  mutating func insert(_ chunk: DataChunk, _ payload: RawSpan) -> PartialMessage.Verdict {
    let isWhole = chunk.isBeginning && chunk.isEnd
    if isWhole, payload.byteCount > maximumMessageSize { return .tooLarge }
    if chunk.isUnordered {
      guard isInterleaved else {
        guard !isWhole else { return pass(chunk, payload) }
        return unordered.insert(chunk, payload, limits: limits, cost: &heldCost, completed: &completed)
      }
      return insertUnordered(chunk, payload, isWhole: isWhole)
    }
    let index = index(of: chunk.stream)
    let message = streams[index].number(of: chunk.message, isInterleaved: isInterleaved)
    let distance = message.distance(from: streams[index].next)
    guard distance >= 0 else { return .invalid }
    if isWhole, distance == 0, streams[index].held < 0 {
      streams[index].next = message.next
      return pass(chunk, payload)
    }
    let slot = hold(index)
    let verdict = held[slot].insert(
      chunk, payload, ordered: message, number: isInterleaved ? chunk.fragment.rawValue : chunk.tsn.rawValue,
      stream: &streams[index], limits: limits, cost: &heldCost, completed: &completed)
    if verdict == .complete { releaseIfEmpty(index) }
    return verdict
  }

  private mutating func insertUnordered(
    _ chunk: DataChunk, _ payload: RawSpan, isWhole: Bool
  ) -> PartialMessage.Verdict {
    let index = index(of: chunk.stream)
    if isWhole, streams[index].held < 0 || !held[streams[index].held].holdsUnordered(chunk.message) {
      return pass(chunk, payload)
    }
    let slot = hold(index)
    let verdict = held[slot].insertUnordered(
      chunk, payload, limits: limits, cost: &heldCost, completed: &completed)
    if verdict == .complete { releaseIfEmpty(index) }
    return verdict
  }

  /// A whole message that waits for nothing is not held.
  private mutating func pass(_ chunk: DataChunk, _ payload: RawSpan) -> PartialMessage.Verdict {
    completed.append(chunk.stream, chunk.payloadProtocol, payload.copied())
    return .complete
  }

  /// Where a stream holds back what came too early.
  private mutating func hold(_ index: Int) -> Int {
    if streams[index].held >= 0 { return streams[index].held }
    if let slot = freeHeld.popLast() {
      streams[index].held = slot
    } else {
      streams[index].held = held.count
      held.append(HeldMessages())
    }
    return streams[index].held
  }

  private mutating func releaseIfEmpty(_ index: Int) {
    let slot = streams[index].held
    guard slot >= 0, held[slot].isEmpty else { return }
    streams[index].held = -1
    // The room of a few is kept.
    if freeHeld.count >= Self.spareCount { held[slot] = HeldMessages() }
    freeHeld.append(slot)
  }

  mutating func popMessage() -> SCTPReceivedMessage? { completed.popFirst() }

  // MARK: Skipping and resetting

  /// - Parameter streamCount: streams that the peer may use; it cannot give up what it could not send.
  mutating func skip(_ chunk: ForwardTSNChunk, streamCount: UInt16) {
    for skip in chunk.skips where skip.stream.rawValue < streamCount {
      if skip.isUnordered {
        guard let index = indices[skip.stream], streams[index].held >= 0 else { continue }
        held[streams[index].held].skipUnordered(through: skip.message, cost: &heldCost)
        releaseIfEmpty(index)
        continue
      }
      let index = index(of: skip.stream)
      let message = streams[index].number(of: skip.message, isInterleaved: isInterleaved)
      guard message.distance(from: streams[index].next) >= 0 else { continue }
      guard streams[index].held >= 0 else {
        streams[index].next = message.next
        continue
      }
      held[streams[index].held].skipOrdered(
        through: message, stream: &streams[index], cost: &heldCost, completed: &completed)
      releaseIfEmpty(index)
    }
    if !isInterleaved { unordered.skip(through: chunk.cumulativeTSN, cost: &heldCost) }
  }

  /// The peer begins a stream anew: as if nothing had ever come on it.
  mutating func reset(_ stream: SCTPStreamIdentifier) {
    guard let index = indices.removeValue(forKey: stream) else { return }
    if streams[index].held >= 0 {
      held[streams[index].held].removeAll(cost: &heldCost)
      releaseIfEmpty(index)
    }
    streams.swapAt(index, streams.count - 1)
    streams.removeLast()
    if index < streams.count { indices[streams[index].identifier] = index }
  }

  /// The peer begins all of them anew.
  mutating func resetAll() {
    for index in streams.indices where streams[index].held >= 0 {
      held[streams[index].held].removeAll(cost: &heldCost)
    }
    streams = []
    indices = [:]
    held = []
    freeHeld = []
  }

  mutating func release(messages: Int, byteCount: Int) { completed.release(messages: messages, byteCount: byteCount) }
}
