import RTCBase

/// One fragment between its first sending and the moment that the cumulative acknowledgement passes it.
struct OutstandingChunk {
  enum State: UInt8 {
    case inFlight
    /// Taken for lost, waits to be sent again.
    case lost
    /// Received, but something before it was not.
    case acknowledged
    /// Given up; the peer is told to go past it.
    case abandoned
  }

  var message: Int
  var offset: Int
  /// Payload; nothing for a placeholder of what will never be sent.
  var byteCount: Int
  var fragment: UInt32
  var state = State.inFlight
  var isBeginning: Bool
  var isEnd: Bool
  /// Times sent.
  var transmissions: UInt32 = 1
  var sentTime: MonotonicTime
  /// Position in the sequence of all transmissions: order where times are equal.
  var order: UInt64
  /// The queue's own marks.
  var links = Links()

  /// What it takes of the congestion window.
  var size: Int { byteCount + DataChunk.overhead(isInterleaved: true) }

  /// Ways through the queue that pass by what is of no interest.
  struct Links {
    /// While under way: what was last sent before and first after it, of what is under way. At both ends of that sequence meaningless.
    var earlier = TSN(rawValue: 0)
    var later = TSN(rawValue: 0)
    /// While acknowledged or given up: so are all from here to before this one. No further than itself if that is not known.
    var settledEnd = TSN(rawValue: 0)
  }
}
