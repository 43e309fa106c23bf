import RTCBase

/// A handshake message of the stand-in; bodies have the sizes of the real ones.
struct StandInMessage {
  enum Kind: UInt8 {
    case clientHello = 1
    case serverHello = 2
    case certificate = 11
    case serverKeyExchange = 12
    case certificateRequest = 13
    case serverHelloDone = 14
    case certificateVerify = 15
    case clientKeyExchange = 16
    case finished = 20
  }

  var kind: Kind
  var body: [UInt8]

  /// One piece of a message, as it lies in a record.
  struct Fragment {
    var kind: Kind
    var messageLength: Int
    var sequence: UInt16
    var offset: Int
    var bytes: [UInt8]

    init?(_ payload: [UInt8]) {
      var reader = ByteReader(payload.span.bytes)
      guard let kind = reader.readUInt8().flatMap(Kind.init), let length = reader.readUInt24(),
        let sequence = reader.readUInt16(), let offset = reader.readUInt24(), let count = reader.readUInt24(),
        let bytes = reader.readBytes(Int(count)), Int(offset) + Int(count) <= Int(length)
      else { return nil }
      self.kind = kind
      self.messageLength = Int(length)
      self.sequence = sequence
      self.offset = Int(offset)
      self.bytes = bytes
    }
  }

  /// The bytes of the fragment that starts at `offset`, at most `limit` of them with the header.
  func fragment(at offset: Int, sequence: UInt16, limit: Int) -> [UInt8] {
    let count = min(body.count - offset, limit - StandInRecord.fragmentHeaderSize)
    var writer = ByteWriter(limit: 65_535, reserving: StandInRecord.fragmentHeaderSize + count)
    writer.write(kind.rawValue)
    writer.writeUInt24(UInt32(body.count))
    writer.write(sequence)
    writer.writeUInt24(UInt32(offset))
    writer.writeUInt24(UInt32(count))
    writer.write(Array(body[offset..<offset + count]))
    return writer.bytes
  }
}

/// Joins the fragments of the peer's messages in order (RFC 6347 §4.2.3).
struct StandInReassembler {
  private struct Partial {
    var kind: StandInMessage.Kind
    var body: [UInt8]
    var missing: [Bool]
  }

  static let maximumMessage = 16_384
  static let maximumAhead = 8

  private(set) var nextSequence: UInt16 = 0
  private var partials: [UInt16: Partial] = [:]

  /// `false` for a piece of a message that is complete already: the peer repeats itself.
  mutating func add(_ fragment: StandInMessage.Fragment) -> Bool {
    guard fragment.sequence >= nextSequence else { return false }
    guard Int(fragment.sequence) < Int(nextSequence) + Self.maximumAhead, fragment.messageLength <= Self.maximumMessage
    else { return true }
    var partial =
      partials[fragment.sequence]
      ?? Partial(
        kind: fragment.kind, body: [UInt8](repeating: 0, count: fragment.messageLength),
        missing: [Bool](repeating: true, count: fragment.messageLength))
    guard partial.kind == fragment.kind, partial.body.count == fragment.messageLength else { return true }
    let range = fragment.offset..<fragment.offset + fragment.bytes.count
    partial.body.replaceSubrange(range, with: fragment.bytes)
    partial.missing.replaceSubrange(range, with: repeatElement(false, count: range.count))
    partials[fragment.sequence] = partial
    return true
  }

  mutating func nextMessage() -> StandInMessage? {
    guard let partial = partials[nextSequence], !partial.missing.contains(true) else { return nil }
    partials[nextSequence] = nil
    nextSequence &+= 1
    return StandInMessage(kind: partial.kind, body: partial.body)
  }
}
