import RTCBase
import RTCPayload
import RTCRTP

@testable import RTCReceive

/// A video sender with retransmission and key frames on request, a path each way, and a `ReceiveStream`, in virtual time.
struct VideoSimulation {
  enum Event {
    case packet(sequence: UInt16, timestamp: UInt32, marker: Bool, payload: [UInt8], rtx: UInt16?)
    case nack([SequenceNumber])
    case keyFrameRequest
  }

  static let mediaSSRC: UInt32 = 1
  static let rtxSSRC: UInt32 = 2

  var path: Path
  var feedbackPath: Path
  let pool = PacketPool()
  var stream: ReceiveStream
  var now = MonotonicTime.zero
  var released: [(frame: ReceivedVideoFrame, number: Int, at: MonotonicTime)] = []
  var frameInterval = TimeDelta.milliseconds(33)
  var frameBytes = 6_000
  /// The layer of a frame: its temporal layer and whether it is a sync point.
  var layer: (Int) -> (layer: UInt8, sync: Bool)? = { _ in nil }
  var answersNacks = true
  var sendsFrames = true
  var nacksReceived = 0
  var packetsNacked = 0
  var keyFrameRequests: [MonotonicTime] = []
  private(set) var frameNumber = 0
  var keyFrames: [Int] = []

  var sequence: UInt16 = 65_400
  private var rtxSequence: UInt16 = 9
  var timestampBase: UInt32 = 0xFFFF_F000
  private var packetizer = VP8Packetizer(firstPictureID: 32_700)
  private var fragments: [PayloadFragment] = []
  private var history: [UInt16: Event] = [:]
  private var underway = Schedule<Event>()
  private var nextFrame = MonotonicTime.at(50)
  private var wantsKeyFrame = true

  init(seed: UInt64, usesNack: Bool = true) {
    let random = RandomSource.seeded(seed)
    path = Path(random: random)
    feedbackPath = Path(random: random)
    var configuration = ReceiveStream.Configuration(
      ssrc: SSRC(rawValue: Self.mediaSSRC),
      media: .video(
        VideoReceiver.Configuration(), formats: [(PayloadType(truncating: 96), VP8PayloadFormat())]))
    configuration.rtxSSRC = SSRC(rawValue: Self.rtxSSRC)
    configuration.rtxPayloadTypes = [(PayloadType(truncating: 97), PayloadType(truncating: 96))]
    configuration.usesNack = usesNack
    configuration.keyFrameMethod = .pictureLossIndication
    stream = ReceiveStream(configuration: configuration, pool: pool)
    stream.setRoundTripTime(.milliseconds(40))
  }

  var statistics: VideoReceiverStatistics { stream.snapshot.video ?? VideoReceiverStatistics() }

  mutating func run(seconds: Double) {
    let end = now + .seconds(seconds)
    var turns = 0
    while true {
      let deadline = stream.deadline?.time ?? .distantFuture
      let next = min(nextFrame, underway.next ?? .distantFuture, max(deadline, now))
      guard next <= end else { break }
      turns = next > now ? 0 : turns + 1
      precondition(turns < 10_000, "the stream's deadline does not advance")
      now = max(now, next)
      if nextFrame <= now { sendFrame() }
      while let (_, event) = underway.take(until: now) { handle(event) }
      drain()
    }
    now = end
  }

  private mutating func drain() {
    var requests: [SequenceNumber] = []
    stream.pollRequests(now: now, into: &requests)
    if !requests.isEmpty, let arrival = feedbackPath.arrival(of: now) { underway.add(.nack(requests), at: arrival) }
    packetsNacked += requests.count
    if stream.pollKeyFrameRequest(now: now) != nil {
      keyFrameRequests.append(now)
      if let arrival = feedbackPath.arrival(of: now) { underway.add(.keyFrameRequest, at: arrival) }
    }
    while let frame = stream.pollFrame(now: now) {
      released.append((frame, Self.number(in: frame.frame.bytes), now))
    }
  }

  static func number(in bytes: [UInt8]) -> Int {
    bytes.count < 16 ? -1 : Int(bytes[10]) << 16 | Int(bytes[11]) << 8 | Int(bytes[12])
  }

  /// Bytes that begin as VP8 does and can be checked to the last.
  static func makeFrame(_ number: Int, isKey: Bool, count: Int) -> [UInt8] {
    var bytes = [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: count)
    for position in stride(from: 0, to: count, by: 251) { bytes[position] = UInt8(truncatingIfNeeded: position / 251) }
    let head: [UInt8] = [isKey ? 0x10 : 0x11, 0, 0, 0x9D, 0x01, 0x2A, 0x80, 0x02, 0xE0, 0x01]
    bytes.replaceSubrange(0..<10, with: head)
    bytes[10] = UInt8(truncatingIfNeeded: number >> 16)
    bytes[11] = UInt8(truncatingIfNeeded: number >> 8)
    bytes[12] = UInt8(truncatingIfNeeded: number)
    return bytes
  }

  private mutating func sendFrame() {
    defer { nextFrame += frameInterval }
    guard sendsFrames else { return }
    frameNumber += 1
    let isKey = wantsKeyFrame
    wantsKeyFrame = false
    if isKey { keyFrames.append(frameNumber) }
    let count = isKey ? frameBytes * 3 : frameBytes
    let layer = isKey ? layer(0).map { _ in (0, false) } : layer(frameNumber)
    let timestamp = timestamp(at: nextFrame)
    let bytes = Self.makeFrame(frameNumber, isKey: isKey, count: count)
    fragments.removeAll(keepingCapacity: true)
    packetizer.packetize(
      EncodedFrame(
        bytes: bytes, rtpTimestamp: timestamp, isKeyFrame: isKey, temporalLayer: layer?.0,
        isLayerSync: layer?.1 ?? false), maximumPayloadSize: 1_100, into: &fragments)
    for (index, fragment) in fragments.enumerated() {
      let event = Event.packet(
        sequence: sequence, timestamp: timestamp, marker: fragment.marker,
        payload: fragment.descriptorBytes + bytes[fragment.range], rtx: nil)
      history[sequence] = event
      history[sequence &- 2_000] = nil
      sequence &+= 1
      // Packets leave 300 us apart.
      if let arrival = path.arrival(of: nextFrame + .microseconds(Int64(index) * 300)) {
        underway.add(event, at: arrival)
      }
    }
  }

  func timestamp(at time: MonotonicTime) -> UInt32 {
    timestampBase &+ UInt32(truncatingIfNeeded: MediaClock(rate: 90_000).ticks(in: time - .zero))
  }

  func captureTime(of timestamp: UInt32) -> MonotonicTime {
    .zero + MediaClock(rate: 90_000).duration(ofTicks: Int64(timestamp &- timestampBase))
  }

  private mutating func handle(_ event: Event) {
    switch event {
    case .keyFrameRequest: wantsKeyFrame = true
    case .nack(let numbers):
      nacksReceived += 1
      guard answersNacks else { return }
      for number in numbers {
        guard case .packet(let sequence, let timestamp, let marker, let payload, _) = history[number.rawValue] else {
          continue
        }
        rtxSequence &+= 1
        let repeated = Event.packet(
          sequence: sequence, timestamp: timestamp, marker: marker, payload: payload, rtx: rtxSequence)
        if let arrival = path.arrival(of: now) { underway.add(repeated, at: arrival) }
      }
    case .packet(let sequence, let timestamp, let marker, let payload, let rtx):
      let original = [UInt8(sequence >> 8), UInt8(truncatingIfNeeded: sequence)]
      guard
        let packet = makePacket(
          pool: pool, ssrc: rtx == nil ? Self.mediaSSRC : Self.rtxSSRC, payloadType: rtx == nil ? 96 : 97,
          sequence: rtx ?? sequence, timestamp: timestamp, marker: marker,
          payload: rtx == nil ? payload : original + payload, at: now), stream.shouldAccept(packet.header)
      else { return }
      stream.handle(packet)
    }
  }

  /// Frames whose bytes are not those that were sent.
  var brokenFrames: Int {
    released.count { item in
      let bytes = item.frame.frame.bytes
      return bytes != Self.makeFrame(item.number, isKey: item.frame.frame.isKeyFrame, count: bytes.count)
        || bytes.count != (item.frame.frame.isKeyFrame ? frameBytes * 3 : frameBytes)
    }
  }

  /// Frames that follow neither the frame before them nor begin anew.
  var undecodableFrames: Int {
    zip(released, released.dropFirst()).count { !$1.frame.frame.isKeyFrame && $1.number != $0.number + 1 }
      + (released.first?.frame.frame.isKeyFrame == false ? 1 : 0)
  }
}
