import RTCBase

/// The sending side of a stream.
struct OutgoingStream {
  let identifier: SCTPStreamIdentifier
  /// Slots of the first and last message that wait; -1 for none.
  var head = -1
  var tail = -1
  var nextOrdered = MessageIdentifier(rawValue: 0)
  /// Only with interleaving, where unordered messages have numbers of their own (RFC 8260 §2.1).
  var nextUnordered = MessageIdentifier(rawValue: 0)
  /// The share when streams compete.
  var weight = usualWeight
  /// Of priority "low", which is the default (RFC 8831 §6.4).
  static let usualWeight = 256
  /// End of its last scheduled fragment in virtual time.
  var virtualFinish: UInt64 = 0
  var isScheduled = false
  /// Somebody waits for the queue to become empty.
  var tellsWhenEmpty = false
  var bufferedAmount = 0
  var lowThreshold = 0

  init(identifier: SCTPStreamIdentifier) { self.identifier = identifier }

  var isEmpty: Bool { head < 0 }
}
