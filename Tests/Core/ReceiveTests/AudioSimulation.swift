import RTCBase
import RTCPayload
import RTCRTP

@testable import RTCReceive

/// An audio sender, a path, and an `AudioReceiver` whose instructions are carried out, in virtual time.
struct AudioSimulation {
  struct Packet {
    var sequence: UInt16
    var timestamp: UInt32
    var payload: [UInt8]
  }

  var path: Path
  let pool = PacketPool()
  var stream: ReceiveStream
  var now = MonotonicTime.zero
  var underway = Schedule<Packet>()
  var playouts: [AudioPlayout] = []
  /// Longer by this than told, in millionths.
  var drift = 0.0
  var frameMilliseconds = 20.0
  var payloadType: UInt8 = 111
  var makePayload: (Int) -> [UInt8]? = { AudioSimulation.celt($0) }

  private(set) var sent = 0
  var sequence: UInt16 = 65_000
  var timestamp: UInt32 = Self.firstTimestamp
  private var nextSend = Self.firstSend
  var keepsPlayouts = true

  /// 20 ms of CELT with a number in it.
  static func celt(_ index: Int) -> [UInt8] {
    [
      0xF8, UInt8(truncatingIfNeeded: index >> 16), UInt8(truncatingIfNeeded: index >> 8),
      UInt8(truncatingIfNeeded: index),
    ]
  }

  /// 20 ms of SILK whose flags say that it holds a copy of the packet before.
  static func silkWithCopy(_ index: Int) -> [UInt8] {
    [0x48, 0xC0, UInt8(truncatingIfNeeded: index >> 8), UInt8(truncatingIfNeeded: index)]
  }

  init(seed: UInt64, formats: [AudioFormat] = [.opus(PayloadType(truncating: 111)), .g711(PayloadType(truncating: 0))])
  {
    path = Path(random: .seeded(seed))
    stream = ReceiveStream(
      configuration: .init(ssrc: SSRC(rawValue: 1), media: .audio(AudioReceiver.Configuration(formats: formats))),
      pool: pool)
  }

  var statistics: AudioReceiverStatistics { stream.snapshot.audio ?? AudioReceiverStatistics() }

  mutating func run(until end: MonotonicTime) {
    while true {
      let deadline = stream.deadline?.time ?? .distantFuture
      let next = min(nextSend, underway.next ?? .distantFuture, max(deadline, now))
      guard next <= end else { break }
      now = max(now, next)
      if nextSend <= now { send() }
      while let (_, packet) = underway.take(until: now) { deliver(packet) }
      while let playout = stream.pollPlayout(now: now) {
        if keepsPlayouts { playouts.append(playout) }
      }
    }
    now = end
  }

  mutating func run(seconds: Double) { run(until: now + .seconds(seconds)) }

  private mutating func send() {
    let samples = UInt32(frameMilliseconds * (payloadType == 111 ? 48 : 8))
    if let payload = makePayload(sent) {
      let packet = Packet(sequence: sequence, timestamp: timestamp, payload: payload)
      sequence &+= 1
      if let arrival = path.arrival(of: nextSend) { underway.add(packet, at: arrival) }
    }
    timestamp &+= samples
    sent += 1
    nextSend += .seconds(frameMilliseconds / 1_000 * (1 + drift / 1e6))
  }

  private mutating func deliver(_ packet: Packet) {
    guard
      let received = makePacket(
        pool: pool, payloadType: payloadType, sequence: packet.sequence, timestamp: packet.timestamp,
        payload: packet.payload, at: now), stream.shouldAccept(received.header)
    else { return }
    stream.handle(received)
  }

  private static let firstSend = MonotonicTime.at(100)
  private static let firstTimestamp: UInt32 = 0xFFFF_0000

  /// What the sender's clock of timestamps shows; only without drift.
  func timestamp(at time: MonotonicTime) -> UInt32 {
    Self.firstTimestamp
      &+ UInt32(truncatingIfNeeded: MediaClock(rate: 48_000).ticks(in: time - Self.firstSend))
  }

  func captureTime(of timestamp: UInt32) -> MonotonicTime {
    Self.firstSend + MediaClock(rate: 48_000).duration(ofTicks: Int64(timestamp &- Self.firstTimestamp))
  }

  /// Counters since an earlier snapshot, as shares of the samples played.
  func concealment(since earlier: AudioReceiverStatistics) -> Double {
    let now = statistics
    return Double(now.concealedSamples - earlier.concealedSamples)
      / Double(max(1, now.totalSamplesReceived - earlier.totalSamplesReceived))
  }
}
