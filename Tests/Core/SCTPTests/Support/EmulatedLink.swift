import RTCBase

/// One direction of a path: a rate, a queue that drops what it cannot hold, a delay, and loss.
struct EmulatedLink {
  struct Properties {
    /// Without limit when `nil`.
    var rate: Bitrate?
    var delay = TimeDelta.milliseconds(10)
    /// Probability that a packet is lost.
    var loss = 0.0
    var queueLimit = 1 << 20
    /// Up to so much more delay, at random: packets overtake each other.
    var jitter = TimeDelta.zero
  }

  var properties: Properties
  private var random: RandomSource
  private var busyUntil = MonotonicTime.zero
  private(set) var inFlight: [(arrival: MonotonicTime, destination: Int, bytes: [UInt8])] = []
  private(set) var droppedCount = 0
  private(set) var sentCount = 0

  init(_ properties: Properties, seed: UInt64) {
    self.properties = properties
    random = .seeded(seed)
  }

  mutating func send(_ bytes: [UInt8], to destination: Int, now: MonotonicTime) {
    sentCount += 1
    guard Double(random.uint32()) / 4_294_967_296 >= properties.loss else {
      droppedCount += 1
      return
    }
    var departure = now
    if let rate = properties.rate {
      let start = max(now, busyUntil)
      guard rate.byteCount(in: start - now) <= properties.queueLimit else {
        droppedCount += 1
        return
      }
      departure = start + rate.duration(ofBytes: bytes.count)
      busyUntil = departure
    }
    var arrival = departure + properties.delay
    if properties.jitter > .zero {
      arrival += TimeDelta(nanoseconds: Int64(random.uint32()) % properties.jitter.nanoseconds)
    }
    var index = inFlight.count
    while index > 0, inFlight[index - 1].arrival > arrival { index -= 1 }
    inFlight.insert((arrival, destination, bytes), at: index)
  }

  var nextArrival: MonotonicTime? { inFlight.first?.arrival }

  mutating func takeArrived(by now: MonotonicTime) -> [(destination: Int, bytes: [UInt8])] {
    let count = inFlight.firstIndex { $0.arrival > now } ?? inFlight.count
    let arrived = inFlight[..<count].map { ($0.destination, $0.bytes) }
    inFlight.removeFirst(count)
    return arrived
  }
}
