import RTCBase

/// Messages from `send` until their last fragment is acknowledged or given up, in slots that are used again.
///
/// Fragments name their message by its slot, so that they stay plain values.
struct OutgoingMessages {
  struct Message {
    var payload: [UInt8] = []
    var streamIndex = 0
    var payloadProtocol = PayloadProtocolIdentifier.binary
    var isUnordered = false
    /// Times a fragment may be sent again; `max` without limit.
    var retransmissionLimit = UInt32.max
    var expiry = MonotonicTime.distantFuture
    /// Given with the first fragment, so that what expires before leaves no hole.
    var identifier = MessageIdentifier(rawValue: 0)
    var hasStarted = false
    /// Bytes already cut into fragments.
    var sentByteCount = 0
    var fragmentCount: UInt32 = 0
    /// Fragments among the outstanding ones.
    var outstandingCount = 0
    var isAbandoned = false
    /// What is left of it in its stream's buffered amount.
    var bufferedByteCount = 0
    /// The message behind it in its stream's queue.
    var next = -1
    /// The limits depend on it (RFC 7496); others are never looked at for expiry.
    var isPartiallyReliable: Bool { retransmissionLimit != .max || expiry != .distantFuture }
    var isWhollySent: Bool { sentByteCount >= payload.count }
  }

  private(set) var slots: [Message] = []
  private var free: [Int] = []

  subscript(index: Int) -> Message {
    get { slots[index] }
    _modify { yield &slots[index] }
  }

  var count: Int { slots.count - free.count }

  mutating func insert(_ message: consuming Message) -> Int {
    guard let index = free.popLast() else {
      slots.append(message)
      return slots.count - 1
    }
    slots[index] = message
    return index
  }

  mutating func remove(_ index: Int) {
    slots[index].payload = []
    free.append(index)
  }

  mutating func removeAll() {
    slots = []
    free = []
  }
}
