import RTCBase

/// The receiving side of a stream: what is due. What it holds back lies elsewhere, since nearly all of the many streams that a peer may
/// use hold back nothing.
struct IncomingStream {
  let identifier: SCTPStreamIdentifier
  /// The ordered message that is due. Without interleaving the lower 16 bits are its SSN.
  var next = MessageIdentifier(rawValue: 0)
  /// Where what it holds back lies; -1 for nothing.
  var held = -1

  init(identifier: SCTPStreamIdentifier) { self.identifier = identifier }

  /// A message's number on the circle of 32 bits: SSNs have 16, and mean the one nearest to what is due.
  func number(of message: MessageIdentifier, isInterleaved: Bool) -> MessageIdentifier {
    if isInterleaved { return message }
    let steps = Int16(bitPattern: UInt16(truncatingIfNeeded: message.rawValue &- next.rawValue))
    return MessageIdentifier(rawValue: next.rawValue &+ UInt32(bitPattern: Int32(steps)))
  }
}
