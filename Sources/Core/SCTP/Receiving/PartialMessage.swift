import RTCBase

/// A message of which fragments came: the part without holes in one buffer, and strays that wait for what is before them.
///
/// Fragments are numbered by FSN with interleaving, and by TSN without.
struct PartialMessage {
  let identifier: MessageIdentifier
  var payloadProtocol = PayloadProtocolIdentifier(rawValue: 0)
  var buffer: [UInt8] = []
  /// The number after the last in `buffer`; `nil` until the beginning came.
  private(set) var next: UInt32?
  private(set) var isComplete = false
  private(set) var strays: [Stray] = []
  private(set) var strayByteCount = 0

  struct Stray {
    var number: UInt32
    var isEnd: Bool
    var payload: [UInt8]
  }

  init(identifier: MessageIdentifier) { self.identifier = identifier }

  var byteCount: Int { buffer.count + strayByteCount }
  /// What keeping it takes of the receive window.
  var cost: Int { byteCount + Reassembly.overhead * (1 + strays.count) }

  /// - Returns: `false` for a fragment that contradicts those that came before.
  mutating func insert(_ chunk: DataChunk, number: UInt32, payload: RawSpan) -> Bool {
    if isComplete { return false }
    if chunk.isBeginning {
      guard next == nil else { return false }
      payloadProtocol = chunk.payloadProtocol
      append(payload, isEnd: chunk.isEnd, number: number)
    } else if number == next {
      append(payload, isEnd: chunk.isEnd, number: number)
    } else {
      if let next, Self.distance(number, next) < 0 { return false }
      // Nearly always it is the newest.
      var index = strays.count
      while index > 0, Self.distance(strays[index - 1].number, number) > 0 { index -= 1 }
      if index > 0, strays[index - 1].number == number { return false }
      strays.insert(Stray(number: number, isEnd: chunk.isEnd, payload: payload.copied()), at: index)
      strayByteCount += payload.byteCount
      return true
    }
    absorbStrays()
    return true
  }

  private mutating func append(_ payload: RawSpan, isEnd: Bool, number: UInt32) {
    if buffer.isEmpty, !isEnd { buffer.reserveCapacity(8 * payload.byteCount) }
    payload.withUnsafeBytes { buffer.append(contentsOf: $0) }
    next = number &+ 1
    isComplete = isEnd
  }

  private mutating func absorbStrays() {
    var absorbed = 0
    while absorbed < strays.count, !isComplete, strays[absorbed].number == next {
      buffer.append(contentsOf: strays[absorbed].payload)
      strayByteCount -= strays[absorbed].payload.count
      next = strays[absorbed].number &+ 1
      isComplete = strays[absorbed].isEnd
      absorbed += 1
    }
    if absorbed > 0 { strays.removeFirst(absorbed) }
  }

  static func distance(_ lhs: UInt32, _ rhs: UInt32) -> Int { Int(Int32(bitPattern: lhs &- rhs)) }
}
