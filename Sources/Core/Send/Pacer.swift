import RTCBase
import RTCCongestion

/// Spreads packets over time, so that a frame of many packets does not fill the queues of the path at once.
///
/// A leaky bucket at the pacing rate, with bursts of at most the pacing window. Audio goes first and never waits, though it counts;
/// then retransmissions, since somebody waits for them; then video in the order in which it came; padding only to complete a probe.
/// Nothing is dropped here: whoever queues a frame asks `admits(_:)` first, so that a frame goes whole or not at all, and no sequence
/// number is lost to a drop.
package struct Pacer {
  package struct Configuration: Hashable, Sendable {
    /// Packets that wait at most, for each kind.
    package var maximumAudioPackets = 64
    package var maximumRetransmissionPackets = 512
    package var maximumVideoPackets = 4_096
    /// How long video may wait at the present rate, before a frame is refused.
    package var maximumVideoDelay = TimeDelta.seconds(2)
    /// A frame below this many packets of queue is always admitted: at a very low rate nothing else would be.
    package var minimumVideoPackets = 32
    package init() {}
  }

  private struct ActiveProbe {
    var cluster: ProbeCluster
    var start: MonotonicTime
    var packets = 0
    var bytes = 0
    var isComplete: Bool { packets >= cluster.minimumPackets && bytes >= cluster.minimumBytes }
    var due: MonotonicTime { start + cluster.rate.duration(ofBytes: bytes) }
  }

  private static let lowestRate = Bitrate.kilobitsPerSecond(20)
  private static let maximumProbes = 8
  /// A probe whose packets cannot leave in time measures nothing.
  private static let probePatience = TimeDelta.milliseconds(500)

  private let configuration: Configuration
  private var audio: RingQueue<OutgoingPacket>
  private var retransmissions: RingQueue<OutgoingPacket>
  private var video: RingQueue<OutgoingPacket>
  private var probes = RingQueue<ProbeCluster>(bound: Self.maximumProbes, initialCapacity: 2)
  private var active: ActiveProbe?

  package private(set) var rate: Bitrate
  package private(set) var window = TimeDelta.milliseconds(5)
  /// When everything sent so far will have drained at the pacing rate.
  private var busyUntil = MonotonicTime.distantPast

  package private(set) var queuedVideoBytes = 0
  package private(set) var queuedRetransmissionBytes = 0

  package init(rate: Bitrate = .kilobitsPerSecond(3_000), configuration: Configuration = Configuration()) {
    self.rate = max(rate, Self.lowestRate)
    self.configuration = configuration
    audio = RingQueue(bound: configuration.maximumAudioPackets)
    retransmissions = RingQueue(bound: configuration.maximumRetransmissionPackets)
    video = RingQueue(bound: configuration.maximumVideoPackets, initialCapacity: 64)
  }

  package var queuedPacketCount: Int { audio.count + retransmissions.count + video.count }

  /// How long the video that waits takes at the present rate.
  package var videoDelay: TimeDelta { rate.duration(ofBytes: queuedVideoBytes + queuedRetransmissionBytes) }

  package mutating func setRate(_ newRate: Bitrate, window: TimeDelta, now: MonotonicTime) {
    let bounded = max(newRate, Self.lowestRate)
    self.window = min(max(window, .zero), .milliseconds(100))
    guard bounded != rate else { return }
    if busyUntil > now {
      let factor = Double(rate.bitsPerSecond) / Double(bounded.bitsPerSecond)
      busyUntil = now + (busyUntil - now) * factor
    }
    rate = bounded
  }

  /// Whether a frame of so many packets may be queued now.
  package func admits(_ kind: OutgoingPacket.Kind, packetCount: Int) -> Bool {
    switch kind {
    case .audio: return audio.count + packetCount <= audio.bound
    case .retransmission, .padding: return retransmissions.count + packetCount <= retransmissions.bound
    case .video:
      guard video.count + packetCount <= video.bound else { return false }
      return video.count < configuration.minimumVideoPackets || videoDelay <= configuration.maximumVideoDelay
    }
  }

  /// Queues a packet; `false`, leaving it to the caller, when its queue is full.
  package mutating func enqueue(_ packet: consuming OutgoingPacket) -> Bool {
    let byteCount = packet.byteCount
    switch packet.kind {
    case .audio: return audio.append(packet)
    case .retransmission, .padding:
      guard retransmissions.append(packet) else { return false }
      queuedRetransmissionBytes += byteCount
      return true
    case .video:
      guard video.append(packet) else { return false }
      queuedVideoBytes += byteCount
      return true
    }
  }

  package mutating func enqueue(_ probe: ProbeCluster) { probes.append(probe) }

  // MARK: Departure

  /// What to do now. Call it until it answers `wait`.
  package mutating func nextPacket(now: MonotonicTime) -> PacingDecision {
    if let packet = audio.popFirst() {
      account(packet.byteCount, now: now)
      return .send(packet, probe: nil)
    }
    startProbe(now: now)
    if let probe = active {
      guard probe.due <= now else { return .wait(Deadline(probe.due, "pacer.probe")) }
      if let packet = popMedia() {
        accountProbe(packet.byteCount, now: now)
        return .send(packet, probe: probe.cluster.id)
      }
      return .pad(byteCount: max(1, probe.cluster.minimumBytes - probe.bytes), probe: probe.cluster.id)
    }
    guard !video.isEmpty || !retransmissions.isEmpty else { return .wait(nil) }
    busyUntil = min(busyUntil, now + .seconds(1))
    guard busyUntil < now + window else { return .wait(Deadline(busyUntil, "pacer.packet")) }
    guard let packet = popMedia() else { return .wait(nil) }
    account(packet.byteCount, now: now)
    return .send(packet, probe: nil)
  }

  /// After `pad`: so many bytes of padding were sent. With nothing sent, the probe is given up.
  package mutating func didPad(_ byteCount: Int, now: MonotonicTime) {
    if byteCount > 0 { accountProbe(byteCount, now: now) } else { active = nil }
  }

  /// When `nextPacket` will have something.
  package func deadline(now: MonotonicTime) -> Deadline? {
    if !audio.isEmpty { return Deadline(now, "pacer.audio") }
    if let active { return Deadline(max(now, active.due), "pacer.probe") }
    guard !video.isEmpty || !retransmissions.isEmpty else { return nil }
    if !probes.isEmpty { return Deadline(now, "pacer.probe") }
    return Deadline(busyUntil < now + window ? now : min(busyUntil, now + .seconds(1)), "pacer.packet")
  }

  private mutating func popMedia() -> OutgoingPacket? {
    if let packet = retransmissions.popFirst() {
      queuedRetransmissionBytes -= packet.byteCount
      return packet
    }
    guard let packet = video.popFirst() else { return nil }
    queuedVideoBytes -= packet.byteCount
    return packet
  }

  private mutating func account(_ byteCount: Int, now: MonotonicTime) {
    busyUntil = max(busyUntil, now) + rate.duration(ofBytes: byteCount)
  }

  // MARK: Probes

  /// A probe begins with media, so that there is something to repeat as padding.
  private mutating func startProbe(now: MonotonicTime) {
    if let probe = active, now - probe.due > Self.probePatience { active = nil }
    guard active == nil, !probes.isEmpty, !video.isEmpty || !retransmissions.isEmpty,
      let cluster = probes.popFirst()
    else { return }
    active = ActiveProbe(cluster: cluster, start: now)
  }

  private mutating func accountProbe(_ byteCount: Int, now: MonotonicTime) {
    account(byteCount, now: now)
    guard var probe = active else { return }
    probe.packets += 1
    probe.bytes += byteCount
    active = probe.isComplete ? nil : probe
  }

  /// Takes out all packets of a stream and gives their storage back.
  package mutating func removePackets(of stream: SendStreamID, into pool: PacketPool) {
    audio.removeAll(where: { $0.stream == stream }, { pool.give($0.buffer) })
    retransmissions.removeAll(where: { $0.stream == stream }, { pool.give($0.buffer) })
    video.removeAll(where: { $0.stream == stream }, { pool.give($0.buffer) })
    queuedVideoBytes = 0
    queuedRetransmissionBytes = 0
    video.forEach { queuedVideoBytes += $0.byteCount }
    retransmissions.forEach { queuedRetransmissionBytes += $0.byteCount }
  }
}

/// What the pacer wants done.
package enum PacingDecision {
  /// Send the packet now, as part of a probe or not.
  case send(OutgoingPacket, probe: ProbeCluster.ID?)
  /// Make and send padding for a probe, about so many bytes or as much as one packet holds, then call `didPad`.
  case pad(byteCount: Int, probe: ProbeCluster.ID)
  /// Nothing to do until then, or until a packet is queued.
  case wait(Deadline?)
}
