import RTCBase

/// Asks a silent peer whether it is there (RFC 9260 §8.3).
struct Heartbeat {
  let interval: TimeDelta
  private(set) var deadline: MonotonicTime?
  private(set) var isDue = false
  private var nonce: UInt32 = 0
  private var sentTime: MonotonicTime?

  /// What the peer sends back: a nonce and a time.
  static let informationByteCount = 12

  init(interval: TimeDelta) { self.interval = interval }

  mutating func start(now: MonotonicTime) {
    sentTime = nil
    deadline = now + interval
  }

  mutating func stop() {
    deadline = nil
    isDue = false
    sentTime = nil
  }

  enum Expiry {
    case none
    case asks
    /// The last question was not answered.
    case missed
  }

  mutating func expire(now: MonotonicTime, timeout: TimeDelta) -> Expiry {
    guard let deadline, deadline <= now else { return .none }
    let wasAnswered = sentTime == nil
    isDue = true
    self.deadline = now + timeout
    return wasAnswered ? .asks : .missed
  }

  mutating func write(to packet: PacketBuffer, random: RandomSource, now: MonotonicTime) {
    isDue = false
    nonce = random.uint32()
    sentTime = now
    let start = packet.beginChunk(.heartbeat)
    let parameter = packet.beginParameter(1)
    packet.append(nonce)
    packet.append(UInt64(bitPattern: now.nanoseconds))
    packet.endParameter(parameter)
    packet.endChunk(start)
  }

  /// - Returns: the round trip, when this answers the last question.
  mutating func handleAnswer(_ value: RawSpan, now: MonotonicTime) -> TimeDelta? {
    guard let parameter = SCTPParameter(value, at: 0), parameter.type == 1,
      parameter.value.count == Self.informationByteCount, let sentTime,
      value.uint32(at: parameter.value.lowerBound) == nonce
    else { return nil }
    start(now: now)
    return now - sentTime
  }
}
