import RTCBase

/// A message of which fragments came: the part without holes in one buffer, and strays that wait for what is before them.
///
/// Fragments are numbered by FSN with interleaving, and by TSN without.
struct PartialMessage {
  private(set) var payloadProtocol = PayloadProtocolIdentifier(rawValue: 0)
  private(set) var buffer: [UInt8] = []
  /// The number after the last in `buffer`; `nil` until the beginning came.
  private(set) var next: UInt32?
  private(set) var isComplete = false
  private(set) var strays: [UInt32: Stray] = [:]
  private(set) var strayByteCount = 0

  struct Stray {
    var isEnd: Bool
    var payload: [UInt8]
  }

  var byteCount: Int { buffer.count + strayByteCount }
  /// What keeping it takes of the receive window.
  var cost: Int { byteCount + Self.overhead + Reassembly.overhead * strays.count }
  /// Twice that of a whole message, for what it takes to find it.
  static let overhead = 2 * Reassembly.overhead

  enum Verdict {
    case incomplete
    case complete
    /// Contradicts what came before.
    case invalid
    case tooLarge
  }

  /// - Parameter cost: what everything held takes of the window, without what is new of this message.
  mutating func insert(
    _ chunk: DataChunk, number: UInt32, payload: RawSpan, limits: Reassembly.Limits, cost: inout Int
  ) -> Verdict {
    if isComplete { return .invalid }
    if chunk.isBeginning {
      guard next == nil else { return .invalid }
      payloadProtocol = chunk.payloadProtocol
      if limits.isRoomy, !chunk.isEnd { buffer.reserveCapacity(8 * payload.byteCount) }
    } else if number != next {
      return insertStray(chunk, number: number, payload: payload, limits: limits, cost: &cost)
    }
    append(payload, isEnd: chunk.isEnd, number: number)
    cost += payload.byteCount
    if !strays.isEmpty { absorbStrays(cost: &cost) }
    if byteCount > limits.messageSize { return .tooLarge }
    return isComplete ? .complete : .incomplete
  }

  private mutating func insertStray(
    _ chunk: DataChunk, number: UInt32, payload: RawSpan, limits: Reassembly.Limits, cost: inout Int
  ) -> Verdict {
    if let next, SerialNumberMap<Self>.distance(number, from: next) < 0 { return .invalid }
    guard strays[number] == nil else { return .invalid }
    strays[number] = Stray(isEnd: chunk.isEnd, payload: payload.copied())
    strayByteCount += payload.byteCount
    cost += payload.byteCount + Reassembly.overhead
    return byteCount > limits.messageSize ? .tooLarge : .incomplete
  }

  /// Adds the fragment that is next.
  mutating func append(_ payload: RawSpan, isEnd: Bool, number: UInt32) {
    payload.withUnsafeBytes { buffer.append(contentsOf: $0) }
    next = number &+ 1
    isComplete = isEnd
  }

  private mutating func absorbStrays(cost: inout Int) {
    while !isComplete, let number = next, let stray = strays.removeValue(forKey: number) {
      strayByteCount -= stray.payload.count
      cost -= Reassembly.overhead
      stray.payload.withRawSpan { append($0, isEnd: stray.isEnd, number: number) }
    }
    // A peer must not buy room once and have it kept.
    if strays.isEmpty {
      strays = [:]
    } else if strays.capacity > 64, strays.count < strays.capacity / 8 {
      strays = strays.reduce(into: Dictionary(minimumCapacity: strays.count)) { $0[$1.key] = $1.value }
    }
  }

  /// The whole, in no more than twice the room that it needs.
  consuming func takeBuffer() -> [UInt8] {
    buffer.capacity > 2 * buffer.count + Reassembly.overhead ? buffer.span.bytes.copied() : buffer
  }
}
