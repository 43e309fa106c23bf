import RTCBase

/// Unordered messages under way without interleaving, of all streams: nothing but the run of their TSNs tells which fragments belong together.
struct UnorderedFragments {
  /// Messages whose beginnings came, by the TSN that each waits for.
  private var messages = SerialNumberMap<Message>()
  /// Fragments that wait for what is before them, by their TSN.
  private var loose = SerialNumberMap<Fragment>()

  private struct Message {
    var stream: SCTPStreamIdentifier
    var partial: PartialMessage
  }

  private struct Fragment {
    var stream: SCTPStreamIdentifier
    var isEnd: Bool
    var payload: [UInt8]

    var cost: Int { payload.count + Reassembly.overhead }
  }

  /// What there is room for: what this takes of memory.
  var capacity: Int { messages.capacity + loose.capacity }

  mutating func insert(
    _ chunk: DataChunk, _ payload: RawSpan, limits: Reassembly.Limits, cost: inout Int,
    completed: inout CompletedMessages
  ) -> PartialMessage.Verdict {
    let number = chunk.tsn.rawValue
    let position: Int
    if let known = messages.position(of: number) {
      // Whose end never came, or of another stream.
      guard !chunk.isBeginning, messages[known].stream == chunk.stream else { return .invalid }
      position = known
      messages[position].partial.append(payload, isEnd: chunk.isEnd, number: number)
      cost += payload.byteCount
      messages.renumber(at: position, to: number &+ 1)
    } else if chunk.isBeginning {
      var message = Message(stream: chunk.stream, partial: PartialMessage())
      cost += PartialMessage.overhead
      _ = message.partial.insert(chunk, number: number, payload: payload, limits: limits, cost: &cost)
      position = messages.insert(message, for: number &+ 1)
    } else {
      let fragment = Fragment(stream: chunk.stream, isEnd: chunk.isEnd, payload: payload.copied())
      cost += fragment.cost
      _ = loose.insert(fragment, for: number)
      return .incomplete
    }
    guard loose.isEmpty || absorbLoose(into: position, after: number, cost: &cost) else { return .invalid }
    if messages[position].partial.byteCount > limits.messageSize { return .tooLarge }
    guard messages[position].partial.isComplete else { return .incomplete }
    let message = messages.remove(at: position)
    cost -= message.partial.cost
    completed.append(message.stream, message.partial)
    return .complete
  }

  private mutating func absorbLoose(into position: Int, after number: UInt32, cost: inout Int) -> Bool {
    var next = number &+ 1
    while !messages[position].partial.isComplete, let found = loose.position(of: next) {
      let fragment = loose.remove(at: found)
      cost -= Reassembly.overhead
      guard fragment.stream == messages[position].stream else { return false }
      fragment.payload.withRawSpan { messages[position].partial.append($0, isEnd: fragment.isEnd, number: next) }
      next &+= 1
      messages.renumber(at: position, to: next)
    }
    return true
  }

  /// Nobody names unordered messages: those with holes before `tsn` are the ones (RFC 3758 §3.6).
  mutating func skip(through tsn: TSN, cost: inout Int) {
    while let message = messages.removeEarliest(through: tsn.rawValue) { cost -= message.partial.cost }
    while let fragment = loose.removeEarliest(through: tsn.rawValue) { cost -= fragment.cost }
  }
}
