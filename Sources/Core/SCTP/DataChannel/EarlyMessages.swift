/// Messages on streams that no channel has yet: those of a channel whose negotiation this side has still to finish.
///
/// Bounded; the oldest go first.
struct EarlyMessages {
  static let countLimit = 256
  static let byteLimit = 1 << 20

  private(set) var messages: [SCTPReceivedMessage] = []
  private(set) var byteCount = 0

  /// - Returns: those that were dropped to make room, and their bytes.
  mutating func append(_ message: SCTPReceivedMessage) -> (messages: Int, byteCount: Int) {
    messages.append(message)
    byteCount += message.payload.count
    var dropped = (messages: 0, byteCount: 0)
    while messages.count > Self.countLimit || byteCount > Self.byteLimit {
      let count = messages.removeFirst().payload.count
      dropped.messages += 1
      dropped.byteCount += count
      byteCount -= count
    }
    return dropped
  }

  mutating func takeAll(on stream: SCTPStreamIdentifier) -> [SCTPReceivedMessage] {
    let taken = messages.filter { $0.stream == stream }
    guard !taken.isEmpty else { return [] }
    messages.removeAll { $0.stream == stream }
    byteCount -= taken.reduce(0) { $0 + $1.payload.count }
    return taken
  }
}
