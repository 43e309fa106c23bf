import RTCBase

/// The receiving side of a stream: messages under way, and those that wait for an earlier one.
struct IncomingStream {
  let identifier: SCTPStreamIdentifier
  let isInterleaved: Bool
  /// The ordered message that is due.
  private(set) var next = MessageIdentifier(rawValue: 0)
  /// Ordered messages from the one that is due on, in order.
  private(set) var ordered: [PartialMessage] = []
  private(set) var unordered: [PartialMessage] = []
  /// Fragments of unordered messages whose beginnings did not come yet: without interleaving nothing else tells messages apart.
  private(set) var loose: [LooseFragment] = []

  struct LooseFragment {
    var chunk: DataChunk
    var payload: [UInt8]
  }

  enum Verdict {
    case accepted
    /// Contradicts what came before.
    case invalid
    case tooLarge
  }

  init(identifier: SCTPStreamIdentifier, isInterleaved: Bool) {
    self.identifier = identifier
    self.isInterleaved = isInterleaved
  }

  /// Steps between two messages: SSNs have 16 bits, MIDs 32.
  private func distance(_ lhs: MessageIdentifier, _ rhs: MessageIdentifier) -> Int {
    Self.distance(lhs, rhs, isInterleaved: isInterleaved)
  }

  private static func distance(_ lhs: MessageIdentifier, _ rhs: MessageIdentifier, isInterleaved: Bool) -> Int {
    isInterleaved
      ? lhs.distance(from: rhs) : Int(Int16(bitPattern: UInt16(truncatingIfNeeded: lhs.rawValue &- rhs.rawValue)))
  }

  private func following(_ message: MessageIdentifier) -> MessageIdentifier {
    let next = message.next
    return isInterleaved ? next : MessageIdentifier(rawValue: next.rawValue & 0xFFFF)
  }

  var hasHeld: Bool { !ordered.isEmpty || !unordered.isEmpty || !loose.isEmpty }

  /// A whole message that is due passes through without being kept.
  mutating func passes(_ chunk: DataChunk) -> Bool {
    guard chunk.isBeginning, chunk.isEnd else { return false }
    if chunk.isUnordered { return !isInterleaved || !unordered.contains { $0.identifier == chunk.message } }
    guard chunk.message == next, ordered.isEmpty else { return false }
    next = following(next)
    return true
  }

  mutating func insert(
    _ chunk: DataChunk, _ payload: RawSpan, limit: Int, cost: inout Int, _ deliver: (PartialMessage) -> Void
  ) -> Verdict {
    if chunk.isUnordered {
      return isInterleaved
        ? insertUnordered(chunk, payload, limit: limit, cost: &cost, deliver)
        : insertLoose(chunk, payload, limit: limit, cost: &cost, deliver)
    }
    guard distance(chunk.message, next) >= 0 else { return .invalid }
    var index = ordered.count
    while index > 0, distance(ordered[index - 1].identifier, chunk.message) > 0 { index -= 1 }
    if index > 0, ordered[index - 1].identifier == chunk.message {
      index -= 1
    } else {
      ordered.insert(PartialMessage(identifier: chunk.message), at: index)
      cost += Reassembly.overhead
    }
    let number = isInterleaved ? chunk.fragment.rawValue : chunk.tsn.rawValue
    let before = ordered[index].cost
    guard ordered[index].insert(chunk, number: number, payload: payload) else { return .invalid }
    cost += ordered[index].cost - before
    if ordered[index].byteCount > limit { return .tooLarge }
    if index == 0, ordered[0].isComplete { deliverDue(cost: &cost, deliver) }
    return .accepted
  }

  private mutating func deliverDue(cost: inout Int, _ deliver: (PartialMessage) -> Void) {
    var count = 0
    while count < ordered.count, ordered[count].isComplete, ordered[count].identifier == next {
      cost -= ordered[count].cost
      deliver(ordered[count])
      next = following(next)
      count += 1
    }
    ordered.removeFirst(count)
  }

  private mutating func insertUnordered(
    _ chunk: DataChunk, _ payload: RawSpan, limit: Int, cost: inout Int, _ deliver: (PartialMessage) -> Void
  ) -> Verdict {
    var index = unordered.firstIndex { $0.identifier == chunk.message } ?? unordered.count
    if index == unordered.count {
      unordered.append(PartialMessage(identifier: chunk.message))
      cost += Reassembly.overhead
      index = unordered.count - 1
    }
    let before = unordered[index].cost
    guard unordered[index].insert(chunk, number: chunk.fragment.rawValue, payload: payload) else { return .invalid }
    cost += unordered[index].cost - before
    if unordered[index].byteCount > limit { return .tooLarge }
    if unordered[index].isComplete {
      cost -= unordered[index].cost
      deliver(unordered.remove(at: index))
    }
    return .accepted
  }

  private mutating func insertLoose(
    _ chunk: DataChunk, _ payload: RawSpan, limit: Int, cost: inout Int, _ deliver: (PartialMessage) -> Void
  ) -> Verdict {
    var index = unordered.count
    if chunk.isBeginning {
      unordered.append(PartialMessage(identifier: MessageIdentifier(rawValue: chunk.tsn.rawValue)))
      cost += Reassembly.overhead
    } else {
      index = unordered.firstIndex { $0.next == chunk.tsn.rawValue } ?? -1
    }
    guard index >= 0 else {
      var position = loose.count
      while position > 0, loose[position - 1].chunk.tsn.isAfter(chunk.tsn) { position -= 1 }
      loose.insert(LooseFragment(chunk: chunk, payload: payload.copied()), at: position)
      cost += payload.byteCount + Reassembly.overhead
      return .accepted
    }
    let before = unordered[index].cost
    guard unordered[index].insert(chunk, number: chunk.tsn.rawValue, payload: payload) else { return .invalid }
    cost += unordered[index].cost - before
    absorbLoose(into: index, cost: &cost)
    if unordered[index].byteCount > limit { return .tooLarge }
    if unordered[index].isComplete {
      cost -= unordered[index].cost
      deliver(unordered.remove(at: index))
    }
    return .accepted
  }

  private mutating func absorbLoose(into index: Int, cost: inout Int) {
    guard !loose.isEmpty, let next = unordered[index].next, !unordered[index].isComplete,
      let start = loose.firstIndex(where: { $0.chunk.tsn.rawValue == next })
    else { return }
    var position = start
    while position < loose.count, !unordered[index].isComplete,
      loose[position].chunk.tsn.rawValue == unordered[index].next
    {
      let fragment = loose[position]
      let before = unordered[index].cost
      _ = fragment.payload.withRawSpan {
        unordered[index].insert(fragment.chunk, number: fragment.chunk.tsn.rawValue, payload: $0)
      }
      cost += unordered[index].cost - before - fragment.payload.count - Reassembly.overhead
      position += 1
    }
    loose.removeSubrange(start..<position)
  }

  // MARK: Skipping and resetting

  /// Messages up to `message` that are not whole will never be (RFC 3758 §3.6).
  mutating func skipOrdered(through message: MessageIdentifier, cost: inout Int, _ deliver: (PartialMessage) -> Void) {
    guard distance(message, next) >= 0 else { return }
    var count = 0
    while count < ordered.count, distance(ordered[count].identifier, message) <= 0 {
      cost -= ordered[count].cost
      if ordered[count].isComplete { deliver(ordered[count]) }
      count += 1
    }
    ordered.removeFirst(count)
    next = following(message)
    deliverDue(cost: &cost, deliver)
  }

  mutating func skipUnordered(through message: MessageIdentifier, cost: inout Int) {
    unordered.removeAll { [isInterleaved] in
      guard Self.distance($0.identifier, message, isInterleaved: isInterleaved) <= 0 else { return false }
      cost -= $0.cost
      return true
    }
  }

  /// Without interleaving nobody names unordered messages: those with holes before `tsn` are the ones.
  mutating func skipLoose(through tsn: TSN, cost: inout Int) {
    unordered.removeAll {
      guard let next = $0.next, PartialMessage.distance(next, tsn.rawValue) <= 0 else { return false }
      cost -= $0.cost
      return true
    }
    loose.removeAll {
      guard !$0.chunk.tsn.isAfter(tsn) else { return false }
      cost -= $0.payload.count + Reassembly.overhead
      return true
    }
  }

  /// The peer begins the stream anew.
  mutating func reset(cost: inout Int) {
    for partial in ordered + unordered { cost -= partial.cost }
    for fragment in loose { cost -= fragment.payload.count + Reassembly.overhead }
    ordered.removeAll()
    unordered.removeAll()
    loose.removeAll()
    next = MessageIdentifier(rawValue: 0)
  }
}
