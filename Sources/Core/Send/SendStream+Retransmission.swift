import RTCBase
import RTCRTP

extension SendStream {
  /// Numbers of one request looked at; a request may hold more than anybody can mean.
  static let maximumNumbersPerRequest = 1_024
  private static let maximumResends: UInt8 = 10

  /// Answers a generic NACK (RFC 4585 §6.2.1): queues what is still kept and was not repeated within a round trip.
  mutating func handle(
    _ request: NegativeAcknowledgement, roundTripTime: TimeDelta, through pacer: inout Pacer, pool: PacketPool,
    now: MonotonicTime
  ) {
    statistics.nackCount += 1
    guard configuration.isRetransmissionEnabled, configuration.isActive else { return }
    let quiet = min(max(roundTripTime, .milliseconds(5)), .seconds(1))
    for number in request.sequenceNumbers.prefix(Self.maximumNumbersPerRequest) {
      guard let index = cache.find(number), let entry = cache.entry(at: index),
        entry.resentCount < Self.maximumResends,
        entry.lastResent.map({ now - $0 >= quiet }) ?? true,
        pacer.admits(.retransmission, packetCount: 1),
        retransmissionBudget.take(Int(entry.byteCount), now: now),
        let packet = makeRetransmission(at: index, kind: .retransmission, pool: pool, now: now)
      else {
        statistics.retransmissionsRefused += 1
        continue
      }
      if pacer.enqueue(packet) { cache.countResend(at: index, now: now) } else { pool.give(packet.buffer) }
    }
  }

  /// The packet on the RTX stream (RFC 4588 §4), or the same packet again.
  private mutating func makeRetransmission(
    at index: Int, kind: OutgoingPacket.Kind, pool: PacketPool, now: MonotonicTime
  ) -> OutgoingPacket? {
    guard let entry = cache.entry(at: index), let original = cache.buffer(at: index) else { return nil }
    let buffer = pool.take()
    if let ssrc = configuration.rtxSSRC, let payloadType = configuration.rtxPayloadType {
      guard
        let layout = RTXPacket.build(
          repeating: original, ssrc: ssrc, payloadType: payloadType, sequenceNumber: nextRTXSequenceNumber,
          writer: writer, into: buffer)
      else {
        pool.give(buffer)
        return nil
      }
      defer { nextRTXSequenceNumber = nextRTXSequenceNumber.next }
      return OutgoingPacket(
        buffer: buffer,
        info: .init(
          kind: kind, stream: id, ssrc: ssrc, sequenceNumber: nextRTXSequenceNumber, layout: layout,
          byteCount: buffer.count, enqueueTime: now, repeats: entry.sequenceNumber))
    }
    buffer.assign(original.bytes)
    return OutgoingPacket(
      buffer: buffer,
      info: .init(
        kind: kind, stream: id, ssrc: configuration.ssrc, sequenceNumber: entry.sequenceNumber, layout: entry.layout,
        byteCount: buffer.count, enqueueTime: now, repeats: entry.sequenceNumber))
  }

  /// Padding for a probe: the newest packet once more, or padding alone when little is wanted; `nil` without an RTX stream.
  ///
  /// On the RTX stream it costs the media stream no sequence number, and what it repeats may even be of use.
  mutating func makePadding(byteCount: Int, pool: PacketPool, now: MonotonicTime) -> OutgoingPacket? {
    guard let ssrc = configuration.rtxSSRC, let payloadType = configuration.rtxPayloadType else { return nil }
    if byteCount > 255, let index = cache.newestIndex, cache.entry(at: index)?.byteCount ?? 0 > 255 {
      return makeRetransmission(at: index, kind: .padding, pool: pool, now: now)
    }
    guard let timestamp = timestamps.lastOutput else { return nil }
    let buffer = pool.take()
    let header = RTPHeader(
      payloadType: payloadType, sequenceNumber: nextRTXSequenceNumber, timestamp: timestamp, ssrc: ssrc)
    var extensions = reservedExtensions()
    extensions.repairedRidIdentifier = extensions.ridIdentifier
    extensions.ridIdentifier = nil
    let length = min(max(byteCount, 1), 255)
    let layout = RTXPacket.buildPadding(
      header, extensions: extensions, paddingLength: length, writer: writer, into: buffer)
    defer { nextRTXSequenceNumber = nextRTXSequenceNumber.next }
    return OutgoingPacket(
      buffer: buffer,
      info: .init(
        kind: .padding, stream: id, ssrc: ssrc, sequenceNumber: nextRTXSequenceNumber, layout: layout,
        byteCount: buffer.count, enqueueTime: now, paddingByteCount: length))
  }

  // MARK: Key frames

  /// PLI (RFC 4585 §6.3.1).
  mutating func handlePictureLossIndication() {
    statistics.pliCount += 1
    keyFrames.request()
  }

  /// FIR (RFC 5104 §4.3.1): the same number from the same sender is the same command, repeated because the answer is not there yet.
  mutating func handle(_ entry: FullIntraRequest.Entry, from sender: SSRC) {
    statistics.firCount += 1
    if let last = lastFIR, last.sender == sender, last.number == entry.sequenceNumber { return }
    lastFIR = (sender, entry.sequenceNumber)
    keyFrames.request()
  }
}
