import RTCBase
import RTCCongestion
import RTCPayload
import RTCRTP

/// Everything that one transport sends as RTP: its streams, the pacer, the bandwidth estimate and what each encoder may use.
///
/// Frames go in by `send`, RTCP by `handle`; packets come out of `nextPacket`, one at a time, until it answers `nil`:
///
///     while let packet = sender.nextPacket(now: now) {
///       outgoing.assign(packet.buffer.bytes)   // the copy that is protected in place
///       srtp.protect(outgoing); send(outgoing)
///     }
///
/// The packet is lent until the next call. Its bytes are plain text that the retransmission cache may keep, so that protection works
/// on a copy, which the owner makes in the buffer that goes to the socket.
package struct MediaSender {
  package struct Configuration: Hashable, Sendable {
    package var limits = BitrateLimits()
    package var pacer = Pacer.Configuration()
    /// What SRTP adds to an RTP packet: 16 bytes with GCM, 10 with HMAC-SHA1-80.
    package var protectionOverhead = 16
    package init() {}
  }

  /// What the owner has to do.
  package enum Event: Hashable, Sendable {
    /// Ask the stream's encoder for a key frame.
    case keyFrameRequested(SendStreamID)
    /// Tell the stream's encoder its new bitrate.
    case encoderTargetChanged(SendStreamID, Bitrate)
  }

  static let maximumStreams = 4_096
  private static let videoBackPressure = TimeDelta.milliseconds(300)

  package let pool: PacketPool
  package internal(set) var estimator: any BandwidthEstimator
  package internal(set) var pacer: Pacer
  package var reports: RTCPScheduler

  /// Mutated in place by index; a stream is large, and must not be copied for a packet.
  var streams: [SendStream] = []
  private var ids: [SendStreamID] = []
  var history = SentPacketHistory()
  var allocator = BitrateAllocator()
  var retransmissionRate = AcknowledgedBitrate()
  var compound = CompoundOutcome()
  let configuration: Configuration
  let wallClock: WallClock
  let random: RandomSource

  private var lastID: UInt32 = 0
  private var events = RingQueue<Event>(bound: 2 * maximumStreams, initialCapacity: 8)
  private var lent: PacketBuffer?
  private var lastAllocation: (target: Bitrate, repair: Bitrate)?

  /// - Parameter estimator: the congestion controller; `nil` takes the send-side estimator with the configuration's limits.
  package init(
    configuration: Configuration = Configuration(), estimator: (any BandwidthEstimator)? = nil, pool: PacketPool,
    random: RandomSource, wallClock: WallClock
  ) {
    self.configuration = configuration
    self.estimator = estimator ?? SendSideEstimator(configuration: .init(limits: configuration.limits))
    self.pool = pool
    self.random = random
    self.wallClock = wallClock
    pacer = Pacer(rate: self.estimator.estimate.pacingRate, configuration: configuration.pacer)
    reports = RTCPScheduler(random: random, sessionBandwidth: self.estimator.estimate.target)
    allocator.packetOverhead = 12 + 24 + configuration.protectionOverhead
  }

  // MARK: Streams

  /// Adds a stream; `nil` when there are too many.
  package mutating func addStream(
    _ configuration: SendStreamConfiguration, packetizer: any Packetizer, now: MonotonicTime
  ) -> SendStreamID? {
    guard streams.count < Self.maximumStreams else { return nil }
    lastID += 1
    let id = SendStreamID(number: lastID)
    var stream = SendStream(id: id, configuration: configuration, packetizer: packetizer, random: random)
    stream.retransmissionBudget.setTarget(estimator.estimate.target, now: now)
    streams.append(stream)
    ids.append(id)
    reports.start(now: now)
    reallocate(now: now, isForced: true)
    return id
  }

  /// Takes what a new description changed; numbers and timestamps go on. A new SSRC needs a new stream.
  package mutating func updateStream(
    _ id: SendStreamID, _ configuration: SendStreamConfiguration, packetizer: (any Packetizer)? = nil,
    now: MonotonicTime
  ) {
    guard let index = index(of: id) else { return }
    if streams[index].configuration.isActive, !configuration.isActive {
      // What waits would go on for as long as the pacer takes.
      let pool = pool
      pacer.removePackets(of: id, into: pool)
    }
    streams[index].update(configuration, packetizer: packetizer)
    collectKeyFrameRequests(now: now)
    reallocate(now: now, isForced: true)
  }

  /// Ends a stream: what it had queued is gone. The answer is the BYE to send (RFC 3550 §6.6).
  package mutating func removeStream(_ id: SendStreamID, now: MonotonicTime) -> Goodbye? {
    guard let index = index(of: id) else { return nil }
    let pool = pool
    pacer.removePackets(of: id, into: pool)
    streams[index].cache.removeAll(into: pool)
    let ended = streams.remove(at: index)
    ids.remove(at: index)
    reallocate(now: now, isForced: true)
    let rtx = ended.usesRTX ? ended.configuration.rtxSSRC : nil
    return Goodbye(ssrcs: [ended.configuration.ssrc] + (rtx.map { [$0] } ?? []))
  }

  package func statistics(of id: SendStreamID) -> SendStreamStatistics? {
    index(of: id).map { streams[$0].statistics }
  }
  package func configuration(of id: SendStreamID) -> SendStreamConfiguration? {
    index(of: id).map { streams[$0].configuration }
  }
  package func encoderTarget(of id: SendStreamID) -> Bitrate? { allocator.target(of: id) }
  package var streamIDs: [SendStreamID] { ids }
  /// Messages of transport-wide feedback that were refused, since their times cannot be true or the same datagram told it all before.
  package var implausibleFeedback: Int { history.implausibleCount }

  func index(of id: SendStreamID) -> Int? {
    for index in ids.indices where ids[index] == id { return index }
    return nil
  }

  func index(ofMedia ssrc: SSRC) -> Int? {
    for index in streams.indices where streams[index].configuration.ssrc == ssrc { return index }
    return nil
  }

  // MARK: Frames

  /// Cuts a frame into packets and queues them all, or none.
  ///
  /// An encoder that looks at `isVideoCongested` before it encodes is spared the key frame that a refused frame costs.
  @discardableResult
  package mutating func send(_ frame: EncodedFrame, on id: SendStreamID, now: MonotonicTime) -> SendStream.FrameResult {
    guard let index = index(of: id) else { return .inactive }
    let pool = pool
    let result = streams[index].send(frame, through: &pacer, pool: pool, now: now)
    if result == .refused { collectKeyFrameRequests(now: now) }
    return result
  }

  /// Whether so much video waits that the next picture is better skipped than encoded.
  package var isVideoCongested: Bool { pacer.videoDelay > Self.videoBackPressure }

  // MARK: Packets

  /// The next packet to send now, with its transport sequence number and send time filled in; `nil` when nothing may go yet.
  package mutating func nextPacket(now: MonotonicTime) -> OutgoingPacket? {
    if let returned = lent.take() { pool.give(returned) }
    while true {
      switch pacer.nextPacket(now: now) {
      case .send(let packet, let probe):
        depart(packet.info, packet.buffer, probe: probe, now: now)
        return packet
      case .pad(let byteCount, let probe):
        guard let packet = makePadding(byteCount, now: now) else {
          pacer.didPad(0, now: now)
          continue
        }
        pacer.didPad(packet.byteCount, now: now)
        depart(packet.info, packet.buffer, probe: probe, now: now)
        return packet
      case .wait:
        return nil
      }
    }
  }

  private mutating func depart(
    _ packet: OutgoingPacket.Info, _ buffer: PacketBuffer, probe: ProbeCluster.ID?, now: MonotonicTime
  ) {
    let size = packet.byteCount + configuration.protectionOverhead
    if packet.layout.hasTransportSequenceNumber {
      let number = UInt16(truncatingIfNeeded: history.nextSequenceNumber)
      packet.layout.setTransportSequenceNumber(number, in: buffer)
      estimator.handleSentPacket(history.record(size: size, probe: probe, now: now))
    } else {
      estimator.handleSentPacket(SentPacket(sequenceNumber: nil, sendTime: now, size: size, probe: probe))
    }
    if packet.layout.hasAbsoluteSendTime {
      packet.layout.setAbsoluteSendTime(wallClock.ntpTime(at: now).absoluteSendTime, in: buffer)
    }
    while let cluster = estimator.pollProbe() { pacer.enqueue(cluster) }
    if packet.kind == .retransmission { retransmissionRate.add(size, at: now - .zero) }
    if packet.kind != .padding { reports.noteMedia(now: now) }
    let pool = pool
    var isKept = false
    if let index = index(of: packet.stream) {
      isKept = streams[index].didSend(packet, buffer: buffer, pool: pool, now: now)
    }
    if !isKept { lent = buffer }
  }

  private mutating func makePadding(_ byteCount: Int, now: MonotonicTime) -> OutgoingPacket? {
    let pool = pool
    for index in streams.indices
    where streams[index].configuration.kind == .video && streams[index].configuration.isActive {
      if let packet = streams[index].makePadding(byteCount: byteCount, pool: pool, now: now) { return packet }
    }
    return nil
  }

  // MARK: Time

  /// When `nextPacket`, `handleTimeout` or a report wants to be called.
  ///
  /// Mutating for speed: what is mutating is called in place.
  package mutating func deadline(now: MonotonicTime) -> Deadline? {
    var earliest = Deadline.earliest(pacer.deadline(now: now), estimator.deadline)
    earliest = .earliest(earliest, reports.deadline)
    for index in streams.indices {
      if let due = streams[index].keyFrames.due {
        earliest = .earliest(earliest, Deadline(due, "send.key-frame-request"))
      }
    }
    return earliest
  }

  /// Key-frame requests and estimates that are due. Packets and reports are asked for by `nextPacket` and `reports.isDue`.
  package mutating func handleTimeout(now: MonotonicTime) {
    if let deadline = estimator.deadline, deadline.time <= now {
      estimator.handleTimeout(now: now)
      applyEstimate(now: now)
    }
    collectKeyFrameRequests(now: now)
  }

  package mutating func pollEvent() -> Event? { events.popFirst() }

  mutating func collectKeyFrameRequests(now: MonotonicTime) {
    for index in streams.indices where !events.isFull && streams[index].keyFrames.take(now: now) {
      events.append(.keyFrameRequested(ids[index]))
    }
  }

  // MARK: Bitrate

  /// Takes over what the estimator decided.
  mutating func applyEstimate(now: MonotonicTime) {
    let estimate = estimator.estimate
    pacer.setRate(estimate.pacingRate, window: estimate.pacingWindow, now: now)
    while let cluster = estimator.pollProbe() { pacer.enqueue(cluster) }
    reports.setSessionBandwidth(estimate.target)
    for index in streams.indices { streams[index].retransmissionBudget.setTarget(estimate.target, now: now) }
    reallocate(now: now)
  }

  private mutating func reallocate(now: MonotonicTime, isForced: Bool = false) {
    let target = estimator.estimate.target
    let repair = retransmissionRate.bitrate(at: now - .zero)
    if !isForced, let last = lastAllocation, last.target == target, last.repair == repair { return }
    lastAllocation = (target, repair)
    let requests = streams.map { stream in
      let configuration = stream.configuration
      return BitrateAllocator.Request(
        stream: stream.id, kind: configuration.kind, minimum: configuration.minimumBitrate,
        maximum: configuration.maximumBitrate, weight: configuration.priority, isActive: configuration.isActive)
    }
    estimator.setDemand(allocator.demand(requests), now: now)
    for change in allocator.allocate(target, retransmissions: repair, among: requests) {
      events.append(.encoderTargetChanged(change.stream, change.bitrate))
    }
  }
}
