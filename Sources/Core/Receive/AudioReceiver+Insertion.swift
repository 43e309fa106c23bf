import RTCBase
import RTCPayload
import RTCRTP

extension AudioReceiver {
  /// Takes a packet in. Its buffer stays the caller's.
  ///
  /// - Parameters:
  ///   - number: The packet's number on the line of `ReceiveStatistics`.
  ///   - isRetransmission: Such a packet says nothing about the path's jitter.
  package mutating func handle(_ packet: ReceivedRTPPacket, number: Int64, isRetransmission: Bool = false) {
    let header = packet.header
    guard !header.payloadRange.isEmpty,
      let format = configuration.formats.first(where: { $0.payloadType == header.payloadType })
    else { return }
    let payload = packet.buffer.bytes.extracting(header.payloadRange)
    var item = AudioPacket(
      payload: payload.copied(), payloadType: header.payloadType, number: number, rtpTimestamp: header.timestamp,
      samples: 0, announcesSilence: false, holdsErrorCorrection: false, audioLevel: packet.extensions.audioLevel,
      arrival: packet.arrival)
    switch format.coding {
    case .opus:
      guard let opus = OpusPacket(parsing: payload) else {
        statistics.packetsDiscarded &+= 1
        return
      }
      item.samples = opus.sampleCount
      item.announcesSilence = opus.isDiscontinuous
      item.holdsErrorCorrection = opus.hasForwardErrorCorrection
    case .bytePerSample:
      item.samples = item.payload.count / max(1, format.channels)
    case .other:
      break
    }
    insert(item, clockRate: format.clockRate, isRetransmission: isRetransmission)
  }

  /// Forgets what is buffered: the sender began anew.
  package mutating func reset() {
    while removeFirstPacket() != nil { statistics.packetsDiscarded &+= 1 }
    state = .idle
    lastNumber = nil
    statistics.timelineResets &+= 1
  }

  mutating func insert(_ newPacket: AudioPacket, clockRate: Int, isRetransmission: Bool) {
    var packet = newPacket
    if MediaClock(rate: clockRate) != clock { adopt(clockRate: clockRate) }
    packet.timestamp = unwrapper.unwrap(packet.rtpTimestamp)
    let outcome = estimator.update(
      timestamp: packet.timestamp, arrival: packet.arrival, countsForTarget: !isRetransmission)
    if outcome == .discontinuity { reset() }
    if let lastNumber, state == .playing, packet.number <= lastNumber {
      statistics.packetsDiscarded &+= 1
      return
    }
    if packet.samples == 0 { packet.samples = inferredSamples(of: packet) }
    if !packets.hasRoom(for: packet.number) { makeRoom(for: packet.number) }
    guard packets.insert(packet, at: packet.number) else {
      statistics.packetsDiscarded &+= 1
      return
    }
    payloadBytes += packet.payload.count
    if state == .idle { state = .prebuffering(since: packet.arrival) }
  }

  /// Drops the oldest packets until the newest fits.
  private mutating func makeRoom(for number: Int64) {
    while !packets.isEmpty, !packets.hasRoom(for: number), packets.first < number {
      _ = removeFirstPacket()
      statistics.packetsDiscarded &+= 1
    }
  }

  /// Drops the oldest of what waits until no more than `limit` bytes are held.
  mutating func trim(to limit: Int) {
    while heldBytes > limit, removeFirstPacket() != nil {
      statistics.packetsDiscarded &+= 1
      packets.shrink()
    }
    packets.shrink()
  }

  mutating func removeFirstPacket() -> AudioPacket? {
    guard let packet = packets.removeFirst() else { return nil }
    payloadBytes -= packet.payload.count
    return packet
  }

  /// The distance to the packet before, where the two are neighbours; else what the packets so far had.
  private func inferredSamples(of packet: AudioPacket) -> Int {
    guard let previous = packets[packet.number &- 1] else { return lastSamples }
    let distance = packet.timestamp &- previous.timestamp
    return distance > 0 && distance <= Int64(clock.rate / 8) ? Int(distance) : lastSamples
  }

  /// A payload type with another clock: timestamps before and after cannot be compared (RFC 7160 §4).
  private mutating func adopt(clockRate: Int) {
    reset()
    clock = MediaClock(rate: clockRate)
    estimator = PlayoutDelayEstimator(clock: clock)
    lastSamples = clock.rate / 50
  }
}
