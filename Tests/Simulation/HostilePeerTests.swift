import RTCBase
import RTCEngine
import RTCJSEP
import RTCRTP
import RTCTestKit
import Testing
import WebRTCTypes

/// What a peer may do to us that has passed ICE and DTLS: its packets are authentic, and mean harm.
@Suite("Hostile peers")
struct HostilePeerTests {
  /// A running call whose SRTP lets everything pass, and the datagrams that the callee sent in it.
  private func makeCall() throws -> (call: TestCall, recorded: [[UInt8]]) {
    let simulation = Simulation(
      seed: 9, impairments: .init(delay: .milliseconds(5)), crypto: UnprotectedCrypto(seed: 9))
    var recorded: [[UInt8]] = []
    let victim = TransportAddress(IPAddress(v4: 10, 0, 0, 1), port: 5_000)
    simulation.onDatagram = { bytes, _, destination in if destination == victim { recorded.append(bytes) } }
    let call = try TestCall(simulation: simulation)
    // A little loss brings requests and repetitions into the record.
    simulation.run(for: .seconds(1))
    simulation.network.setAllImpairments(.init(delay: .milliseconds(5), loss: 0.05))
    simulation.run(for: .seconds(2))
    simulation.network.setAllImpairments(.init(delay: .milliseconds(5)))
    simulation.run(for: .seconds(1))
    simulation.onDatagram = nil
    #expect(call.isConnected)
    return (call, recorded)
  }

  private func inject(_ datagrams: some Sequence<[UInt8]>, into call: TestCall) {
    let (source, target) = (call.callee.addresses[0], call.caller.addresses[0])
    for (number, datagram) in datagrams.enumerated() {
      datagram.withRawSpan { call.caller.engine.handle($0, from: source, to: target, now: call.simulation.now) }
      // As a shell does after each batch.
      if number % 32 == 31 { call.simulation.settle(call.caller) }
    }
    call.simulation.settle(call.caller)
  }

  /// The call goes on: its own packets still come, and what comes out is fresh.
  private func isAlive(_ call: TestCall, after what: String) {
    call.simulation.run(for: .seconds(4))
    let start = call.simulation.now
    let frames = call.caller.videoFrames.count
    let sound = call.caller.audioFrames.count
    call.simulation.run(for: .seconds(1))
    #expect(call.simulation.failures == [], "\(what)")
    #expect(call.caller.connectionState == .connected, "\(what)")
    #expect(call.caller.videoFrames.count > frames + 20, "video after \(what)")
    #expect(call.caller.audioFrames.count > sound + 35, "sound after \(what)")
    #expect(call.callee.longestVideoGap(from: start, to: call.simulation.now) < .milliseconds(300), "\(what)")
  }

  /// One packet of each kind and size, so that every path is there and none a hundred times.
  private func kinds(of datagrams: [[UInt8]]) -> [[UInt8]] {
    var seen: Set<[Int]> = []
    return datagrams.filter { bytes in
      guard bytes.count >= 2 else { return false }
      let isControl = bytes[0] >> 6 == 2 && (192...223).contains(bytes[1])
      let feedback = isControl ? Int(bytes[0] & 31) : 0
      return seen.insert([Int(bytes[0] >> 4), Int(bytes[1]), feedback, bytes.count / 400]).inserted
    }
  }

  @Test("Truncation at every length, and every flipped bit of the headers, of every kind of packet of a call")
  func damaged() throws {
    let (call, recorded) = try makeCall()
    let kinds = kinds(of: recorded)
    #expect(kinds.count > 12)
    var count = 0
    for packet in kinds {
      inject((0..<packet.count).lazy.map { Array(packet.prefix($0)) }, into: call)
      inject(
        (0..<8 * min(packet.count, 96)).lazy.map { bit in
          var damaged = packet
          damaged[bit / 8] ^= 1 << UInt8(bit % 8)
          return damaged
        }, into: call)
      count += packet.count + 8 * min(packet.count, 96)
    }
    #expect(count > 10_000)
    isAlive(call, after: "\(count) damaged packets")
    let dropped = call.caller.engine.makeDiagnostics().transports[0]
    #expect(dropped.media.malformed > 0 && dropped.media.duplicates > 0 && dropped.media.unrouted > 0)
    #expect(dropped.ice.totalDropped > 0)
  }

  @Test("Every first byte with every length that a header may claim")
  func shapes() throws {
    let (call, _) = try makeCall()
    let random = RandomSource.seeded(3)
    for first in UInt8.min...UInt8.max {
      inject(
        [0, 1, 2, 3, 4, 7, 8, 11, 12, 13, 16, 20, 27, 28, 60, 255, 1_200, 1_536, 1_600].lazy.map { length in
          var bytes = random.bytes(length)
          if length > 0 { bytes[0] = first }
          return bytes
        }, into: call)
    }
    isAlive(call, after: "random packets of every shape")
  }

  /// What is known of the streams of the call, from the victim's view.
  private struct Streams {
    /// What the victim sends.
    var sent: [RTCOutboundRtpStreamStats]
    /// What it receives.
    var received: [RTCInboundRtpStreamStats]

    init(_ call: TestCall) {
      let statistics = call.caller.engine.makeStatistics(now: call.simulation.now)
      sent = statistics.outbound.map(\.stream)
      received = statistics.inbound.map(\.stream)
    }

    func sentSSRC(_ kind: MediaStreamTrackKind) -> UInt32 { sent.first { $0.kind == kind }?.ssrc ?? 0 }
    func receivedSSRC(_ kind: MediaStreamTrackKind) -> UInt32 { received.first { $0.kind == kind }?.ssrc ?? 0 }
  }

  private func word(_ value: UInt32) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
  }

  private func control(_ type: UInt8, _ count: UInt8, _ body: [UInt8], claiming words: Int? = nil) -> [UInt8] {
    let length = words ?? (body.count + 3) / 4
    return [0x80 | count, type, UInt8(truncatingIfNeeded: length >> 8), UInt8(truncatingIfNeeded: length)] + body
  }

  @Test("Malformed RTCP: counts of 255, lengths that lie, nothing, and everything cut short")
  func control() throws {
    let (call, _) = try makeCall()
    let streams = Streams(call)
    let video = word(streams.sentSSRC(.video))
    let remb: [UInt8] = Array("REMB".utf8)
    var packets: [[UInt8]] = []
    for types: UInt8 in 192...223 {
      for count: UInt8 in [0, 1, 15, 31] {
        packets.append(control(types, count, []))
        packets.append(control(types, count, video + video))
        packets.append(control(types, count, [UInt8](repeating: 0xFF, count: 64)))
        packets.append(control(types, count, [UInt8](repeating: 0, count: 64)))
        packets.append(control(types, count, video, claiming: 0xFFFF))
        packets.append(control(types, count | 0x20, video + video))
        packets.append(control(types, count | 0x20, video + [0, 0, 0, 255]))
      }
    }
    // REMB for 255 streams, of every exponent, and with fewer than it says.
    for exponent: UInt32 in 0..<64 {
      let head = video + word(0) + remb + word(255 << 24 | exponent << 18 | 0x3_FFFF)
      packets.append(control(206, 15, head + (0..<255).flatMap { word($0) }))
      packets.append(control(206, 15, head + video))
    }
    // Transport feedback: runs of nothing, 65,535 packets of 20 bytes, clocks that jump by half of their circle.
    for reference: UInt32 in [0, 0x7F_FFFF, 0x80_0000, 0xFF_FFFF] {
      for chunk: UInt32 in [0, 0x1FFF, 0x2000, 0x3FFF, 0x5FFF, 0x7FFF, 0xBFFF, 0xFFFF] {
        let chunks = [UInt8](repeating: 0, count: 0) + word(chunk << 16 | chunk) + word(chunk << 16 | chunk)
        for status: UInt32 in [0, 1, 14, 0xFFFF] {
          packets.append(
            control(
              205, 15,
              video + video + word(status) + word(reference << 8) + chunks + [UInt8](repeating: 0x80, count: 40)))
        }
      }
    }
    // Reports from the end of time about streams of ours, again and again.
    for value: UInt32 in [0, 1, 0x7FFF_FFFF, 0x8000_0000, .max] {
      let block = video + word(value) + word(value) + word(value) + word(value) + word(value)
      packets.append(control(201, 31, video + block))
      packets.append(control(201, 1, video + block))
      packets.append(
        control(
          200, 1,
          word(streams.receivedSSRC(.video)) + word(value) + word(value) + word(value) + word(value) + word(value)
            + block))
    }
    inject(packets, into: call)
    isAlive(call, after: "malformed control packets")
    let before = Streams(call)
    // Items without an end, and goodbyes of everybody.
    inject([control(202, 31, video + [1, 255]), control(203, 31, (0..<31).flatMap { word($0) })], into: call)
    inject([control(203, 2, word(before.receivedSSRC(.video)) + word(before.receivedSSRC(.audio)))], into: call)
    isAlive(call, after: "goodbyes")
  }

  @Test("Storms of NACK, PLI and FIR cost a bounded share of the bitrate")
  func storms() throws {
    let (call, _) = try makeCall()
    let streams = Streams(call)
    let video = word(streams.sentSSRC(.video))
    let (from, to) = (call.caller.addresses[0].ip, call.callee.addresses[0].ip)
    call.simulation.run(for: .seconds(2))
    let before = call.simulation.network.statistics(from: from, to: to).sentBytes
    let requests = call.caller.keyFrameRequests
    let all = (0..<256).flatMap { word(UInt32($0) * 17 << 16 | 0xFFFF) }
    for number in 0..<200 {
      let half = (0..<256).flatMap { word(UInt32(truncatingIfNeeded: number * 300 + $0 * 17) << 16 | 0xFFFF) }
      inject(
        [
          control(205, 1, video + video + all), control(205, 1, video + video + half), control(206, 1, video + video),
          control(206, 4, video + word(0) + video + [UInt8(truncatingIfNeeded: number), 0, 0, 0]),
        ], into: call)
      call.simulation.run(for: .milliseconds(10))
    }
    let sent = call.simulation.network.statistics(from: from, to: to).sentBytes - before
    // Two seconds at 600 kbit/s, and half as much again for repetitions.
    #expect(sent < 260_000)
    #expect(call.caller.keyFrameRequests - requests <= 8)
    isAlive(call, after: "storms")
    #expect(call.caller.engine.makeDiagnostics().transports[0].retransmissionsRefused > 10_000)
  }

  private func media(
    _ ssrc: UInt32, _ payloadType: UInt8, _ number: Int, timestamp: UInt32 = 0, marker: Bool = true, _ payload: [UInt8]
  ) -> [UInt8] {
    [
      0x80, (marker ? 0x80 : 0) | payloadType, UInt8(truncatingIfNeeded: number >> 8),
      UInt8(truncatingIfNeeded: number),
    ]
      + word(timestamp) + word(ssrc) + payload
  }

  /// The payload types of the call.
  private func payloadTypes(_ call: TestCall) -> (opus: UInt8, vp8: UInt8, rtx: UInt8?) {
    let codecs = call.caller.engine.makeStatistics(now: call.simulation.now).codecs
    func type(_ name: String) -> UInt8? { codecs.first { $0.mimeType == name }.map { UInt8($0.payloadType) } }
    let section = call.caller.engine.jsep.localDescription?.sdp ?? ""
    let vp8 = type("video/VP8") ?? 96
    let rtx = section.split(whereSeparator: \.isNewline).first { $0.hasSuffix("apt=\(vp8)") }
      .flatMap { $0.dropFirst(7).split(separator: " ").first }.flatMap { UInt8($0) }
    return (type("audio/opus") ?? 111, vp8, rtx)
  }

  @Test("5,000 SSRCs keep no more than their limit, and the call's own streams live")
  func manyStreams() throws {
    let (call, _) = try makeCall()
    let types = payloadTypes(call)
    for round in 0..<5 {
      inject(
        (0..<1_000).lazy.map { number in
          media(
            UInt32(round * 1_000 + number) &* 2_654_435_761, number % 2 == 0 ? types.vp8 : types.opus, number,
            [0x10, 0x10, 2, 0, 0x9D, 0x01, 0x2A, 0, 5, 0xD0, 2, 1, 2, 3])
        }, into: call)
      call.simulation.run(for: .milliseconds(20))
    }
    #expect(Streams(call).received.count <= 64)
    isAlive(call, after: "5,000 streams")
  }

  @Test("Key frames that claim 16,383 x 16,383 in 60 bytes, flipped bits of every payload, sequence numbers that leap")
  func payloads() throws {
    let (call, recorded) = try makeCall()
    let types = payloadTypes(call)
    let streams = Streams(call)
    let (video, audio) = (streams.receivedSSRC(.video), streams.receivedSSRC(.audio))
    let random = RandomSource.seeded(8)
    var packets: [[UInt8]] = []
    for number in 0..<400 {
      let giant: [UInt8] = [0x10, 0x10, 2, 0, 0x9D, 0x01, 0x2A, 0xFF, 0x3F, 0xFF, 0x3F] + random.bytes(49)
      packets.append(media(video, types.vp8, Int(random.uint16()), timestamp: random.uint32(), giant))
      packets.append(
        media(audio, types.opus, Int(random.uint16()), timestamp: random.uint32(), random.bytes(number % 60)))
      // Frames without a beginning, without an end, and of no bytes.
      packets.append(
        media(video, types.vp8, number * 3, timestamp: UInt32(number), marker: number % 7 == 0, [0x00, 1, 2]))
      packets.append(media(video, types.vp8, number * 97, timestamp: 7, [0x90, 0xFF]))
      packets.append(media(audio, types.opus, number * 311, timestamp: .max, [0xFF, 0x3F]))
      if let rtx = types.rtx {
        packets.append(media(video &+ 1, rtx, number, random.bytes(number % 5)))
        packets.append(media(0xABCD, rtx, number, [0xFF, 0xFF] + random.bytes(30)))
      }
    }
    inject(packets, into: call)
    let media = recorded.filter { $0.count > 20 && $0[0] >> 6 == 2 && !(192...223).contains($0[1]) }
    inject(
      (0..<6_000).lazy.map { number in
        var damaged = media[number % media.count]
        // A new number each time, or it would be taken for a repetition.
        damaged[2] = UInt8(truncatingIfNeeded: number >> 8) &+ 0x40
        damaged[3] = UInt8(truncatingIfNeeded: number)
        let bit = Int(random.uint16()) % (8 * (damaged.count - 12))
        damaged[12 + bit / 8] ^= 1 << UInt8(bit % 8)
        return damaged
      }, into: call)
    isAlive(call, after: "hostile payloads")
  }

  @Test("Lying reports and feedback leave the bitrate within its limits")
  func lies() throws {
    let (call, _) = try makeCall()
    let streams = Streams(call)
    let video = word(streams.sentSSRC(.video))
    let random = RandomSource.seeded(1)
    for _ in 0..<300 {
      inject(
        [
          control(201, 1, video + video + random.bytes(20)),
          control(205, 15, video + video + random.bytes(4) + random.bytes(4) + random.bytes(40)),
          control(206, 15, video + word(0) + Array("REMB".utf8) + [1] + random.bytes(3) + video),
          control(200, 0, word(streams.receivedSSRC(.video)) + random.bytes(20)),
        ], into: call)
      call.simulation.run(for: .milliseconds(5))
      for target in call.caller.targets.values {
        #expect(target.bitrate >= .zero && target.bitrate <= .kilobitsPerSecond(700))
      }
    }
    call.simulation.run(for: .seconds(10))
    isAlive(call, after: "lies")
  }
}
