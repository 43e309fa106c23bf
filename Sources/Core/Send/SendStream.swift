import RTCBase
import RTCPayload
import RTCRTP

/// One stream of media that is sent, and its retransmissions: frames in, packets out.
///
/// It numbers packets and maps timestamps, keeps what may be asked for again, answers NACK, PLI and FIR, and makes sender reports.
/// Packets wait in the pacer; `didSend` tells the stream when one left.
package struct SendStream {
  package let id: SendStreamID
  package internal(set) var configuration: SendStreamConfiguration
  package internal(set) var statistics = SendStreamStatistics()

  var packetizer: any Packetizer
  var writer: RTPHeaderWriter
  var cache: RetransmissionCache
  var keyFrames = KeyFrameThrottle()
  var retransmissionBudget = RetransmissionBudget()
  var lastFIR: (sender: SSRC, number: UInt8)?
  var remote = RemoteReportState()

  var nextSequenceNumber: SequenceNumber
  var nextRTXSequenceNumber: SequenceNumber
  let firstSequenceNumber: SequenceNumber
  var timestamps: TimestampLine
  /// Counters of sender reports: the media stream alone (RFC 3550 §6.4.1).
  var reportedPackets: Int64 = 0
  var reportedOctets: Int64 = 0
  var sentSinceReport = false

  private var fragments: [PayloadFragment] = []
  private var meanFrameSize = 0.0
  /// Frames are of no use to the receiver until a key frame comes: none has been sent, or one was refused.
  private var awaitsKeyFrame: Bool

  init(
    id: SendStreamID, configuration: SendStreamConfiguration, packetizer: any Packetizer, random: RandomSource
  ) {
    self.id = id
    self.configuration = configuration
    self.packetizer = packetizer
    awaitsKeyFrame = configuration.kind == .video
    writer = RTPHeaderWriter(map: configuration.extensions)
    cache = RetransmissionCache(limits: configuration.cacheLimits)
    // In the lower half, so that the loss of the first packets across a wrap cannot confuse the roll-over counter (RFC 3711 §3.3.1).
    firstSequenceNumber = SequenceNumber(rawValue: random.uint16() & 0x7FFF)
    nextSequenceNumber = firstSequenceNumber
    nextRTXSequenceNumber = SequenceNumber(rawValue: random.uint16() & 0x7FFF)
    timestamps = TimestampLine(clockRate: configuration.clockRate, offset: random.uint32())
    fragments.reserveCapacity(64)
  }

  var kind: OutgoingPacket.Kind { configuration.kind == .audio ? .audio : .video }
  var usesRTX: Bool { configuration.rtxSSRC != nil && configuration.rtxPayloadType != nil }

  /// Takes what a new description changed. The line of sequence numbers and timestamps goes on.
  mutating func update(_ new: SendStreamConfiguration, packetizer: (any Packetizer)?) {
    timestamps.setClockRate(new.clockRate)
    let isOtherCodec = new.payloadType != configuration.payloadType && packetizer != nil
    if new.kind == .video, isOtherCodec || (new.isActive && !configuration.isActive) {
      // What the receiver decoded last is long gone, or of no use to another decoder.
      awaitsKeyFrame = true
      keyFrames.request()
    }
    configuration = new
    writer = RTPHeaderWriter(map: new.extensions)
    if let packetizer { self.packetizer = packetizer }
  }

  // MARK: Frames

  package enum FrameResult: Hashable, Sendable {
    case queued
    /// The pacer is full: nothing was sent, and video waits for a key frame, which is being asked for.
    case refused
    /// The stream is not active, or not there any more.
    case inactive
  }

  /// Cuts a frame into packets and queues them all, or none.
  mutating func send(
    _ frame: EncodedFrame, through pacer: inout Pacer, pool: PacketPool, now: MonotonicTime
  ) -> FrameResult {
    guard configuration.isActive else { return .inactive }
    let isVideo = configuration.kind == .video
    if isVideo, awaitsKeyFrame, !frame.isKeyFrame { return refuse(needsKeyFrame: true) }
    let captured = min(frame.captureTime ?? now, now)
    let timestamp = timestamps.map(frame.rtpTimestamp, at: captured)
    var extensions = reservedExtensions()
    if let level = frame.audioLevel { extensions.audioLevel = level }

    let headerSize = headerByteCount(extensions)
    let room = configuration.maximumPacketSize - headerSize - (usesRTX ? RTXPacket.overhead : 0)
    fragments.removeAll(keepingCapacity: true)
    packetizer.packetize(frame, maximumPayloadSize: max(64, room), into: &fragments)
    guard !fragments.isEmpty else { return .queued }
    guard pacer.admits(kind, packetCount: fragments.count) else { return refuse(needsKeyFrame: isVideo) }
    if frame.isKeyFrame { awaitsKeyFrame = false }

    var queued = 0
    let bytes = frame.bytes.span.bytes
    for index in fragments.indices {
      let fragment = fragments[index]
      let packet = pool.take()
      let header = RTPHeader(
        marker: fragment.marker, payloadType: configuration.payloadType,
        sequenceNumber: nextSequenceNumber, timestamp: timestamp, ssrc: configuration.ssrc)
      let layout = writer.write(header, extensions: extensions, into: packet)
      guard fragment.append(bytes, to: packet) else {
        // A format that cannot be cut made a payload beyond any packet.
        pool.give(packet)
        continue
      }
      let info = OutgoingPacket.Info(
        kind: kind, stream: id, ssrc: configuration.ssrc, sequenceNumber: nextSequenceNumber, layout: layout,
        byteCount: layout.headerByteCount + fragment.byteCount, enqueueTime: now,
        endsFrame: index == fragments.count - 1)
      guard pacer.enqueue(OutgoingPacket(buffer: packet, info: info)) else {
        pool.give(packet)
        continue
      }
      nextSequenceNumber = nextSequenceNumber.next
      queued += 1
    }
    guard queued > 0 else { return refuse(needsKeyFrame: isVideo) }
    if isVideo { countFrame(frame) }
    return .queued
  }

  private mutating func refuse(needsKeyFrame: Bool) -> FrameResult {
    statistics.framesDropped += 1
    if needsKeyFrame {
      awaitsKeyFrame = true
      keyFrames.request()
    }
    return .refused
  }

  private mutating func countFrame(_ frame: EncodedFrame) {
    if frame.isKeyFrame { statistics.keyFramesSent += 1 }
    let size = Double(frame.bytes.count)
    if meanFrameSize > 0, size > 2.5 * meanFrameSize { statistics.hugeFramesSent += 1 }
    meanFrameSize = meanFrameSize == 0 ? size : meanFrameSize * 0.95 + size * 0.05
  }

  // MARK: Headers

  /// The extensions of the next packet, with the places of what is known at departure.
  func reservedExtensions() -> RTPExtensionValues {
    var values = RTPExtensionValues()
    values.transportSequenceNumber = 0
    values.absoluteSendTime = 0
    if !remote.isKnown {
      values.midIdentifier = configuration.mid
      values.ridIdentifier = configuration.rid
    }
    return values
  }

  /// Bytes of the header that `values` make, computed as the writer lays them out.
  private func headerByteCount(_ values: RTPExtensionValues) -> Int {
    let map = writer.map
    guard !map.isEmpty else { return RTPHeader.fixedByteCount }
    var bytes = 0
    let elementHeader = map.hasLongIdentifiers ? 2 : 1
    func add(_ extension: RTPExtension, _ count: Int?) {
      if let count, map.contains(`extension`) { bytes += elementHeader + count }
    }
    add(.transportSequenceNumber, 2)
    if !map.contains(.transportSequenceNumber) { add(.transportSequenceNumberV2, 2) }
    add(.absoluteSendTime, 3)
    add(.audioLevel, values.audioLevel == nil ? nil : 1)
    add(.mid, values.midIdentifier?.byteCount)
    add(.rid, values.ridIdentifier?.byteCount)
    return RTPHeader.fixedByteCount + (bytes == 0 ? 0 : 4 + (bytes + 3) / 4 * 4)
  }

  // MARK: Departure

  /// A packet of this stream has left: counts it, and keeps it or gives it back to the pool.
  ///
  /// - Returns: whether the packet went into the cache. If not it is the caller's to give back, when it has been copied.
  mutating func didSend(
    _ packet: OutgoingPacket.Info, buffer: PacketBuffer, pool: PacketPool, now: MonotonicTime
  ) -> Bool {
    statistics.packetsSent += 1
    statistics.bytesSent += UInt64(packet.payloadByteCount)
    statistics.headerBytesSent += UInt64(packet.headerByteCount)
    if let repeats = packet.repeats, packet.kind == .retransmission {
      statistics.retransmittedPacketsSent += 1
      statistics.retransmittedBytesSent += UInt64(packet.payloadByteCount)
      cache.noteResent(repeats, now: now)
      return false
    }
    guard packet.kind != .padding else { return false }
    statistics.totalPacketSendDelay += max(.zero, now - packet.enqueueTime)
    reportedPackets += 1
    reportedOctets += Int64(packet.payloadByteCount)
    sentSinceReport = true
    if packet.endsFrame, packet.kind == .video { statistics.framesSent += 1 }
    guard configuration.isRetransmissionEnabled else { return false }
    cache.insert(
      buffer, layout: packet.layout, sequenceNumber: packet.sequenceNumber, now: now, pool: pool)
    return true
  }
}
