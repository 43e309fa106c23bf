/// The datagrams of the flight on its way, for when OpenSSL will not send them again because the wall clock was set back.
struct DTLSFlight {
  /// A flight with a long certificate, in the smallest datagrams.
  private static let limit = 32
  private static let longestInterval: Int64 = 3_200_000

  private var datagrams: [[UInt8]] = []
  private var nextRepetition: Int?
  private var repetitions = 0
  private var isOver = false

  /// The next datagram belongs to another flight, or to OpenSSL's own repetition of this one.
  mutating func end() {
    isOver = true
    nextRepetition = nil
    repetitions = 0
  }

  mutating func append(_ datagram: [UInt8]) {
    if isOver {
      datagrams.removeAll(keepingCapacity: true)
      isOver = false
    }
    if datagrams.count < Self.limit { datagrams.append(datagram) }
  }

  mutating func repeatWhole() {
    nextRepetition = 0
    repetitions += 1
  }

  mutating func nextRepeated() -> [UInt8]? {
    guard let index = nextRepetition, index < datagrams.count else {
      nextRepetition = nil
      return nil
    }
    nextRepetition = index + 1
    return datagrams[index]
  }

  /// Microseconds until the next repetition: twice as long each time, as RFC 6347 §4.2.4.1 asks.
  func interval(_ interval: Int64) -> Int64 {
    repetitions == 0 ? interval : min(Self.longestInterval, interval << Int64(min(repetitions, 10)))
  }
}
