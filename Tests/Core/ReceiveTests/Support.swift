import RTCBase
import RTCPayload
import RTCRTP

@testable import RTCReceive

extension MonotonicTime {
  /// Milliseconds of the test.
  static func at(_ value: Double) -> MonotonicTime { .zero + TimeDelta.seconds(value / 1_000) }
}

extension RandomSource {
  /// Uniform in 0..<1.
  func unit() -> Double { Double(next() >> 11) / Double(1 << 53) }
}

/// Things that happen later, in the order of their times; those of equal times in the order they were scheduled.
struct Schedule<Element> {
  private var entries: [(time: MonotonicTime, order: Int, element: Element)] = []
  private var order = 0

  var next: MonotonicTime? { entries.last?.time }

  mutating func add(_ element: Element, at time: MonotonicTime) {
    order += 1
    var (low, high) = (0, entries.count)
    while low < high {
      let middle = (low + high) / 2
      // Descending, so that the earliest is taken from the end.
      if entries[middle].time > time { low = middle + 1 } else { high = middle }
    }
    entries.insert((time, order, element), at: low)
  }

  mutating func take(until now: MonotonicTime) -> (time: MonotonicTime, element: Element)? {
    guard let last = entries.last, last.time <= now else { return nil }
    entries.removeLast()
    return (last.time, last.element)
  }
}

/// A path: delay, jitter, loss, bursts of loss.
struct Path {
  var delay = TimeDelta.milliseconds(20)
  var jitter = TimeDelta.zero
  var loss = 0.0
  /// The chance that a lost packet is followed by another lost one.
  var burst = 0.0
  /// Nothing arrives before this.
  var heldUntil = MonotonicTime.zero
  private var isBursting = false
  let random: RandomSource

  init(random: RandomSource) { self.random = random }

  /// When a packet sent at `time` arrives; `nil` when it is lost.
  mutating func arrival(of time: MonotonicTime) -> MonotonicTime? {
    let isLost = isBursting && burst > 0 ? random.unit() < burst : random.unit() < loss
    isBursting = isLost
    let arrival = time + delay + jitter * random.unit()
    return isLost ? nil : max(arrival, heldUntil)
  }
}

func makePacket(
  pool: PacketPool, ssrc: UInt32 = 1, payloadType: UInt8 = 96, sequence: UInt16, timestamp: UInt32,
  marker: Bool = false, payload: [UInt8], at arrival: MonotonicTime
) -> ReceivedRTPPacket? {
  let buffer = pool.take()
  RTPHeaderWriter().write(
    RTPHeader(
      marker: marker, payloadType: PayloadType(truncating: payloadType),
      sequenceNumber: SequenceNumber(rawValue: sequence), timestamp: timestamp, ssrc: SSRC(rawValue: ssrc)),
    into: buffer)
  _ = payload.withRawSpan { buffer.append($0) }
  return ReceivedRTPPacket(parsing: buffer, map: RTPExtensionMap(), arrival: arrival)
}
