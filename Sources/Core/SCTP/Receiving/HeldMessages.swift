import RTCBase

/// What a stream holds back: messages under way, and ordered ones that wait for an earlier one.
struct HeldMessages {
  /// From the one that is due on.
  private(set) var ordered = SerialNumberMap<PartialMessage>()
  /// Only with interleaving.
  private(set) var unordered = SerialNumberMap<PartialMessage>()

  var isEmpty: Bool { ordered.isEmpty && unordered.isEmpty }

  func holdsUnordered(_ message: MessageIdentifier) -> Bool { unordered.position(of: message.rawValue) != nil }

  /// Takes a fragment of an ordered message.
  /// - Parameters:
  ///   - message: its number, at or after the one that is due.
  ///   - cost: what everything held takes of the window.
  mutating func insert(
    _ chunk: DataChunk, _ payload: RawSpan, ordered message: MessageIdentifier, number: UInt32,
    stream: inout IncomingStream, limits: Reassembly.Limits, cost: inout Int, completed: inout CompletedMessages
  ) -> PartialMessage.Verdict {
    let position: Int
    if let known = ordered.position(of: message.rawValue) {
      position = known
    } else {
      position = ordered.insert(PartialMessage(), for: message.rawValue)
      cost += PartialMessage.overhead
    }
    let verdict = ordered[position].insert(chunk, number: number, payload: payload, limits: limits, cost: &cost)
    if verdict == .complete, message == stream.next { deliverDue(&stream, cost: &cost, completed: &completed) }
    return verdict
  }

  private mutating func deliverDue(_ stream: inout IncomingStream, cost: inout Int, completed: inout CompletedMessages)
  {
    while let position = ordered.position(of: stream.next.rawValue), ordered[position].isComplete {
      stream.next = stream.next.next
      let message = ordered.remove(at: position)
      cost -= message.cost
      completed.append(stream.identifier, message)
    }
  }

  /// Takes a fragment of an unordered message, with interleaving.
  mutating func insertUnordered(
    _ chunk: DataChunk, _ payload: RawSpan, limits: Reassembly.Limits, cost: inout Int,
    completed: inout CompletedMessages
  ) -> PartialMessage.Verdict {
    let position: Int
    if let known = unordered.position(of: chunk.message.rawValue) {
      position = known
    } else {
      position = unordered.insert(PartialMessage(), for: chunk.message.rawValue)
      cost += PartialMessage.overhead
    }
    let verdict = unordered[position].insert(
      chunk, number: chunk.fragment.rawValue, payload: payload, limits: limits, cost: &cost)
    if verdict == .complete {
      let message = unordered.remove(at: position)
      cost -= message.cost
      completed.append(chunk.stream, message)
    }
    return verdict
  }

  /// Ordered messages up to `message` that are not whole will never be (RFC 3758 §3.6).
  mutating func skipOrdered(
    through message: MessageIdentifier, stream: inout IncomingStream, cost: inout Int,
    completed: inout CompletedMessages
  ) {
    while let skipped = ordered.removeEarliest(through: message.rawValue) {
      cost -= skipped.cost
      if skipped.isComplete { completed.append(stream.identifier, skipped) }
    }
    stream.next = message.next
    deliverDue(&stream, cost: &cost, completed: &completed)
  }

  mutating func skipUnordered(through message: MessageIdentifier, cost: inout Int) {
    while let skipped = unordered.removeEarliest(through: message.rawValue) { cost -= skipped.cost }
  }

  /// The peer begins the stream anew.
  mutating func removeAll(cost: inout Int) {
    ordered.forEach { cost -= $0.cost }
    unordered.forEach { cost -= $0.cost }
    ordered.removeAll()
    unordered.removeAll()
  }
}
