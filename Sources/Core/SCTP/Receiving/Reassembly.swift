import RTCBase

/// Joins fragments to messages and puts ordered ones in order, stream by stream: a hole in one stream holds up no other.
struct Reassembly {
  /// What keeping a message or a fragment costs besides its bytes.
  static let overhead = 128

  private var streams: [IncomingStream] = []
  private var indices: [SCTPStreamIdentifier: Int] = [:]
  /// Chunks of one stream tend to come together.
  private var last = 0
  let isInterleaved: Bool
  let maximumMessageSize: Int
  /// What is held back, with overhead, in terms of the receive window.
  private(set) var heldCost = 0
  /// What is whole and not yet released by the application.
  private(set) var untakenCost = 0
  private(set) var complete = RingQueue<SCTPReceivedMessage>()
  private(set) var deliveredCount: UInt64 = 0

  init(isInterleaved: Bool, maximumMessageSize: Int) {
    self.isInterleaved = isInterleaved
    self.maximumMessageSize = maximumMessageSize
  }

  private mutating func index(of identifier: SCTPStreamIdentifier) -> Int {
    if last < streams.count, streams[last].identifier == identifier { return last }
    if let index = indices[identifier] {
      last = index
      return index
    }
    streams.append(IncomingStream(identifier: identifier, isInterleaved: isInterleaved))
    last = streams.count - 1
    indices[identifier] = last
    return last
  }

  mutating func insert(_ chunk: DataChunk, _ payload: RawSpan) -> IncomingStream.Verdict {
    let index = index(of: chunk.stream)
    if streams[index].passes(chunk) {
      guard payload.byteCount <= maximumMessageSize else { return .tooLarge }
      deliver(chunk.stream, chunk.payloadProtocol, payload.copied())
      return .accepted
    }
    var delivered: [PartialMessage] = []
    let verdict = streams[index].insert(chunk, payload, limit: maximumMessageSize, cost: &heldCost) {
      delivered.append($0)
    }
    for message in delivered { deliver(chunk.stream, message.payloadProtocol, message.buffer) }
    return verdict
  }

  private mutating func deliver(
    _ stream: SCTPStreamIdentifier, _ payloadProtocol: PayloadProtocolIdentifier, _ payload: consuming [UInt8]
  ) {
    untakenCost += payload.count + Self.overhead
    deliveredCount &+= 1
    complete.append(SCTPReceivedMessage(stream: stream, payloadProtocol: payloadProtocol, payload: payload))
  }

  mutating func popMessage() -> SCTPReceivedMessage? { complete.popFirst() }

  /// The application took so many messages of so many bytes.
  mutating func release(messages: Int, byteCount: Int) {
    untakenCost = max(0, untakenCost - byteCount - messages * Self.overhead)
  }

  mutating func skip(_ chunk: ForwardTSNChunk) {
    for skip in chunk.skips {
      guard let index = indices[skip.stream] ?? (skip.isUnordered ? nil : index(of: skip.stream)) else { continue }
      if skip.isUnordered {
        streams[index].skipUnordered(through: skip.message, cost: &heldCost)
      } else {
        var delivered: [PartialMessage] = []
        streams[index].skipOrdered(through: skip.message, cost: &heldCost) { delivered.append($0) }
        for message in delivered { deliver(skip.stream, message.payloadProtocol, message.buffer) }
      }
    }
    guard !chunk.isInterleaved else { return }
    for index in streams.indices where streams[index].hasHeld {
      streams[index].skipLoose(through: chunk.cumulativeTSN, cost: &heldCost)
    }
  }

  mutating func reset(_ stream: SCTPStreamIdentifier) {
    guard let index = indices[stream] else { return }
    streams[index].reset(cost: &heldCost)
  }

  var streamIdentifiers: [SCTPStreamIdentifier] { streams.map(\.identifier) }
}
