import CBenchmarkSupport
import RTCBase
import RTCCongestion
import RTCPayload
import RTCRTP
import RTCReceive
import RTCSecurity
import RTCSend

/// The parts of the packet paths alone, in a warm cache: what they cost at least.
struct PartBenchmarks {
  /// Nanoseconds and allocations of one packet in one part.
  struct Cost {
    var nanoseconds: Measurement
    var allocations: Measurement
  }

  private let extensions = RTPExtensionMap([(1, .audioLevel), (2, .absoluteSendTime), (3, .transportSequenceNumber)])
  private let media = SSRC(rawValue: 1)
  private let payloadType = PayloadType(truncating: 96)

  private static func cost(runs: Int = 5, count: Int, _ body: () throws -> Void) rethrows -> Cost {
    var nanoseconds: [Double] = []
    var allocations: [Double] = []
    for _ in 0..<runs {
      var cost = ThreadCost()
      let mark = ThreadCost.Mark()
      try body()
      cost.add(since: mark)
      nanoseconds.append(Double(cost.nanoseconds) / Double(count))
      allocations.append(Double(cost.allocations) / Double(count))
    }
    return Cost(nanoseconds: Measurement(nanoseconds), allocations: Measurement(allocations))
  }

  // MARK: RTP

  private func write(
    _ number: Int, timestamp: UInt32, marker: Bool, _ writer: RTPHeaderWriter, into packet: PacketBuffer
  ) {
    let header = RTPHeader(
      marker: marker, payloadType: payloadType,
      sequenceNumber: SequenceNumber(rawValue: UInt16(truncatingIfNeeded: number)),
      timestamp: timestamp, ssrc: media)
    var values = RTPExtensionValues()
    values.absoluteSendTime = 0
    values.transportSequenceNumber = 0
    writer.write(header, extensions: values, into: packet)
  }

  /// Header and two extensions of a packet.
  func parse() -> Cost {
    let packet = PacketBuffer()
    write(1, timestamp: 0, marker: false, RTPHeaderWriter(map: extensions), into: packet)
    packet.append([UInt8](repeating: 7, count: 1_150).span.bytes)
    let count = 200_000
    var seen = 0
    let cost = Self.cost(count: count) {
      for _ in 0..<count {
        guard let header = RTPHeader(parsing: packet.bytes) else { continue }
        let values = RTPExtensionValues(parsing: packet.bytes, header: header, map: extensions)
        seen &+= header.payloadRange.count &+ Int(values.transportSequenceNumber ?? 1)
      }
    }
    precondition(seen > 0, "what is measured must not be optimised away")
    return cost
  }

  // MARK: SRTP

  /// Protection and unprotection of 1,200 bytes, by two contexts that share keys.
  func srtp(_ profile: SRTPProfile, _ crypto: any CryptoProvider) throws -> (protect: Cost, unprotect: Cost) {
    let size = profile.keyLength + profile.saltLength
    let (one, other) = ([UInt8](repeating: 1, count: size), [UInt8](repeating: 2, count: size))
    let sender = try crypto.makeSRTPContext(
      SRTPKeyingMaterial(profile: profile, localKeyAndSalt: one, remoteKeyAndSalt: other))
    let receiver = try crypto.makeSRTPContext(
      SRTPKeyingMaterial(profile: profile, localKeyAndSalt: other, remoteKeyAndSalt: one))
    let writer = RTPHeaderWriter(map: extensions)
    let payload = [UInt8](repeating: 7, count: 1_200 - profile.rtpOverhead - 24)
    let packets = (0..<1_000).map { _ in PacketBuffer() }
    var protecting: [Double] = []
    var unprotecting: [Double] = []
    var protectingAllocations: [Double] = []
    var unprotectingAllocations: [Double] = []
    var number = 0
    for _ in 0..<7 {
      for packet in packets {
        packet.removeAll()
        write(number, timestamp: 0, marker: false, writer, into: packet)
        packet.append(payload.span.bytes)
        number += 1
      }
      let there = try Self.cost(runs: 1, count: packets.count) {
        for packet in packets { try sender.protectRTP(packet) }
      }
      let back = try Self.cost(runs: 1, count: packets.count) {
        for packet in packets { try receiver.unprotectRTP(packet) }
      }
      protecting.append(there.nanoseconds.median)
      unprotecting.append(back.nanoseconds.median)
      protectingAllocations.append(there.allocations.median)
      unprotectingAllocations.append(back.allocations.median)
    }
    return (
      Cost(nanoseconds: Measurement(protecting), allocations: Measurement(protectingAllocations)),
      Cost(nanoseconds: Measurement(unprotecting), allocations: Measurement(unprotectingAllocations))
    )
  }

  // MARK: Streams

  /// Frames of 32 packets through one receive stream: statistics, NACK, assembly, jitter buffer.
  func receiveStream() -> Cost {
    let pool = PacketPool()
    var configuration = ReceiveStream.Configuration(
      ssrc: media, media: .video(.init(), formats: [(payloadType, VP8PayloadFormat())]))
    configuration.usesNack = true
    configuration.keyFrameMethod = .pictureLossIndication
    var stream = ReceiveStream(configuration: configuration, pool: pool)
    var packetizer = VP8Packetizer(firstPictureID: 5)
    let writer = RTPHeaderWriter(map: extensions)
    var fragments: [PayloadFragment] = []
    var batch: [ReceivedRTPPacket] = []
    var now = MonotonicTime.zero
    var number = 0
    var timestamp: UInt32 = 0
    var costs: [ThreadCost] = []
    let frames = 300
    for run in 0..<6 {
      var cost = ThreadCost()
      for frame in 0..<frames {
        now += .milliseconds(33)
        timestamp &+= 2_970
        let bytes: [UInt8] = (run + frame == 0 ? [0x10, 0, 0, 0x9D, 0x01, 0x2A, 0x80, 2, 0xE0, 1] : [0x11, 0, 0])
        let content = bytes + [UInt8](repeating: 3, count: 32 * BenchmarkEngine.payloadBytesPerPacket - bytes.count)
        fragments.removeAll(keepingCapacity: true)
        packetizer.packetize(EncodedFrame(bytes: content, rtpTimestamp: 0), maximumPayloadSize: 1_150, into: &fragments)
        for fragment in fragments {
          let buffer = pool.take()
          write(number, timestamp: timestamp, marker: fragment.marker, writer, into: buffer)
          fragment.append(content.span.bytes, to: buffer)
          number += 1
          if let packet = ReceivedRTPPacket(parsing: buffer, map: extensions, arrival: now) { batch.append(packet) }
        }
        let mark = ThreadCost.Mark()
        for packet in batch where stream.shouldAccept(packet.header) { stream.handle(packet) }
        while stream.pollFrame(now: now) != nil {}
        cost.add(since: mark)
        batch.removeAll(keepingCapacity: true)
      }
      // The first run makes what later ones use again.
      if run > 0 { costs.append(cost) }
    }
    let packets = Double(frames * fragments.count)
    return Cost(
      nanoseconds: Measurement(costs.map { Double($0.nanoseconds) / packets }),
      allocations: Measurement(costs.map { Double($0.allocations) / packets }))
  }

  /// Frames of 32 packets through send stream, pacer and retransmission cache, each packet leaving at its time.
  func sendStream() -> Cost {
    let rate = Bitrate.kilobitsPerSecond(20_000)
    var configuration = MediaSender.Configuration()
    configuration.limits = BitrateLimits(minimum: rate, start: rate, maximum: rate)
    var sender = MediaSender(
      configuration: configuration, pool: PacketPool(), random: .seeded(1),
      wallClock: WallClock(nanosecondsSince1970: 1_790_000_000_000_000_000, at: .zero))
    var stream = SendStreamConfiguration(
      kind: .video, ssrc: media, payloadType: payloadType, clockRate: 90_000, cname: "bench")
    stream.isRetransmissionEnabled = true
    stream.rtxSSRC = SSRC(rawValue: 2)
    stream.rtxPayloadType = PayloadType(truncating: 97)
    stream.extensions = extensions
    guard let id = sender.addStream(stream, packetizer: VP8Packetizer(firstPictureID: 1), now: .zero) else {
      preconditionFailure("an empty sender takes a stream")
    }
    let content = [UInt8](repeating: 7, count: 32 * BenchmarkEngine.payloadBytesPerPacket)
    var now = MonotonicTime.zero
    var costs: [(cost: ThreadCost, packets: Int)] = []
    for run in 0..<6 {
      var cost = ThreadCost()
      var packets = 0
      let mark = ThreadCost.Mark()
      for _ in 0..<300 {
        let frame = EncodedFrame(
          bytes: content, rtpTimestamp: UInt32(truncatingIfNeeded: now.nanoseconds * 9 / 100_000), captureTime: now)
        sender.send(frame, on: id, now: now)
        let end = now + .milliseconds(33)
        while true {
          while sender.nextPacket(now: now) != nil { packets += 1 }
          guard let due = sender.deadline(now: now), due.time < end else { break }
          now = max(due.time, now)
          _ = sender.reports.isDue(now: now)
          sender.handleTimeout(now: now)
        }
        now = end
      }
      cost.add(since: mark)
      if run > 0 { costs.append((cost, packets)) }
    }
    return Cost(
      nanoseconds: Measurement(costs.map { Double($0.cost.nanoseconds) / Double($0.packets) }),
      allocations: Measurement(costs.map { Double($0.cost.allocations) / Double($0.packets) }))
  }
}
