import RTCBase
import RTCEngine
import RTCJSEP
import RTCRTP
import RTCSCTP
import RTCTestKit
import Testing
import WebRTCTypes

/// What a peer may do to us that has passed ICE and DTLS: its packets are authentic, and mean harm.
@Suite("Hostile peers")
struct HostilePeerTests {
  /// A running call whose SRTP lets everything pass, and the datagrams that the callee sent in it.
  private func makeCall(
    configure: (inout EngineConfiguration) -> Void = { _ in }
  ) throws -> (call: TestCall, recorded: [[UInt8]]) {
    let simulation = Simulation(
      seed: 9, impairments: .init(delay: .milliseconds(5)), crypto: UnprotectedCrypto(seed: 9))
    var recorded: [[UInt8]] = []
    let victim = TransportAddress(IPAddress(v4: 10, 0, 0, 1), port: 5_000)
    simulation.onDatagram = { bytes, _, destination in if destination == victim { recorded.append(bytes) } }
    let call = try TestCall(
      simulation: simulation,
      prepare: { simulation, peers in
        _ = try? peers[1].engine.openDataChannel(DataChannelOptions(label: "chat"), now: simulation.now)
        _ = try? peers[0].engine.openDataChannel(DataChannelOptions(label: "chat too"), now: simulation.now)
      },
      configure: {
        $0.jsep.supportsDataChannels = true; configure(&$0)
      })
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
      let first = bytes[0] >> 6 == 2 ? bytes[0] >> 4 : bytes[0]
      return seen.insert([Int(first), Int(bytes[1]), feedback, bytes.count / 400]).inserted
    }
  }

  @Test("Truncation at every length, and every flipped bit, of every kind of packet of a call")
  func damaged() throws {
    let (call, recorded) = try makeCall()
    // Payloads of video that differ in size alone are flipped in their beginning and end, one of them wholly.
    let kinds = kinds(of: recorded).sorted { $0.count > $1.count }
    #expect(kinds.count > 12)
    #expect(kinds.contains { UnprotectedCrypto.applicationData(in: $0) != nil })
    var count = 0
    for (number, packet) in kinds.enumerated() {
      inject((0..<packet.count).lazy.map { Array(packet.prefix($0)) }, into: call)
      let isWhole = number == 0 || packet.count <= 300
      let places = packet.indices.filter { isWhole || $0 < 96 || $0 >= packet.count - 32 }
      inject(
        places.lazy.flatMap { place in
          (0..<8).lazy.map { bit in
            var damaged = packet
            damaged[place] ^= 1 << UInt8(bit)
            return damaged
          }
        }, into: call)
      count += packet.count + 8 * places.count
    }
    #expect(count > 30_000)
    isAlive(call, after: "\(count) damaged packets")
    let dropped = call.caller.engine.makeDiagnostics().transports[0]
    #expect(dropped.media.malformed > 0 && dropped.media.duplicates > 0 && dropped.media.unrouted > 0)
    #expect(dropped.ice.totalDropped > 0 && dropped.datagrams.unknownDrops > 0)
    #expect(dropped.heldBytes < 4 << 20)
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

  /// What the public counters tell of control packets that could not be read.
  private func malformed(_ call: TestCall) -> UInt64 {
    call.caller.engine.makeDiagnostics().transports.reduce(0) { $0 + $1.media.malformed }
  }

  @Test("XR, SDES and BYE whose counts and lengths lie are each counted, and what is whole in them is read")
  func lyingControl() throws {
    let (call, _) = try makeCall()
    let streams = Streams(call)
    let (video, audio) = (word(streams.sentSSRC(.video)), word(streams.receivedSSRC(.audio)))
    // RFC 3611: receiver reference time, DLRR with no and with many sub-blocks, loss RLE and duplicate RLE whose lengths lie.
    let extended: [[UInt8]] = [
      video + [4, 0, 0, 2] + word(.max) + word(.max),
      video + [4, 0, 0xFF, 0xFF] + word(0),
      video + [5, 0, 0, 0], video + [5, 0, 0, 0xFF] + video + word(.max) + word(.max),
      video + [5, 0, 0, 30] + (0..<10).flatMap { _ in video + word(.max) + word(0) },
      video + [1, 0xFF, 0, 2] + audio + [0xFF, 0xFF, 0, 0],
      video + [1, 0, 0xFF, 0xFF] + audio + [0, 1, 0xFF, 0xFE] + [UInt8](repeating: 0xFF, count: 400),
      video + [2, 0, 0, 0] + video + [1, 0, 0, 0], video + [6, 0xFF, 0, 9] + [UInt8](repeating: 0xFF, count: 36),
      video + [255, 255, 255, 255], video,
    ]
    let before = malformed(call)
    // Of a type that is not used here: passed over, not malformed.
    inject(extended.map { control(207, 0, $0) }, into: call)
    #expect(malformed(call) == before)
    // The RTCP length itself lies.
    inject(extended.map { control(207, 0, $0, claiming: 0xFFFF) }, into: call)
    #expect(malformed(call) == before + UInt64(extended.count))

    // SDES: 31 chunks of which most are missing, an item that goes on behind the end, no end, nothing, and names of 255 bytes.
    let name = [UInt8](repeating: 0x41, count: 255)
    let descriptions: [(count: UInt8, body: [UInt8], isMalformed: Bool)] = [
      (31, audio + [1, 2, 65, 66, 0, 0, 0, 0], true),
      (31, (0..<30).flatMap { word($0) + [0, 0, 0, 0] }, true),
      (31, (0..<31).flatMap { word($0) + [0, 0, 0, 0] }, false),
      (1, audio + [1, 255, 65, 66], true), (1, audio + [1, 2, 65, 66], true), (1, audio + [1, 255] + name, true),
      (1, audio + [1, 255] + name + [0, 0, 0], false), (1, [], true), (0, [], false),
      (1, audio + (0..<100).flatMap { _ in [8, 0] as [UInt8] } + [0, 0, 0, 0], false),
      (2, audio + [1, 1, 65, 0] + audio + [1, 1, 66, 0], false),
    ]
    var expected = malformed(call)
    for (count, body, isMalformed) in descriptions {
      inject([control(202, count, body)], into: call)
      if isMalformed { expected += 1 }
      #expect(malformed(call) == expected, "SDES of \(count) chunks in \(body.count) bytes")
    }
    // BYE: 31 sources that are not there, reasons longer than the packet. None of them names a stream of the call.
    let goodbyes: [(count: UInt8, body: [UInt8], isMalformed: Bool)] = [
      (31, audio, true), (31, (0..<31).flatMap { word($0) }, false), (0, [255, 65, 66, 67], true),
      (1, word(1) + [255, 65, 66, 67], true), (1, word(1) + [3, 65, 66, 67], false),
      (31, (0..<31).flatMap { word($0) } + [200, 0, 0, 0], true), (0, [], false),
    ]
    for (count, body, isMalformed) in goodbyes {
      inject([control(203, count, body)], into: call)
      if isMalformed { expected += 1 }
      #expect(malformed(call) == expected, "BYE of \(count) sources in \(body.count) bytes")
    }
    let after = Streams(call)
    #expect(after.received.map(\.ssrc) == streams.received.map(\.ssrc))
    #expect(after.sent.map(\.ssrc) == streams.sent.map(\.ssrc))
    isAlive(call, after: "control packets that lie")
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
  private func payloadTypes(_ call: TestCall) throws -> (opus: UInt8, vp8: UInt8, rtx: UInt8) {
    let codecs = call.caller.engine.makeStatistics(now: call.simulation.now).codecs
    func type(_ name: String) throws -> UInt8 {
      UInt8(try #require(codecs.first { $0.mimeType == name }).payloadType)
    }
    let vp8 = try type("video/VP8")
    let section = call.caller.engine.jsep.localDescription?.sdp ?? ""
    let rtx = section.split(whereSeparator: \.isNewline).first { $0.hasSuffix("apt=\(vp8)") }
      .flatMap { $0.dropFirst(7).split(separator: " ").first }.flatMap { UInt8($0) }
    return (try type("audio/opus"), vp8, try #require(rtx))
  }

  @Test("5,000 SSRCs keep no more than their limit, and the call's own streams live")
  func manyStreams() throws {
    let (call, _) = try makeCall()
    let types = try payloadTypes(call)
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
    // 64 streams, their places for packets included.
    #expect(call.caller.engine.makeDiagnostics().transports[0].heldBytes < 2 << 20)
    isAlive(call, after: "5,000 streams")
  }

  @Test("Frames without end in as many streams as there may be hold no more than the connection may")
  func endlessFrames() throws {
    #expect(EngineLimits().receiveBuffer == 64 << 20)
    let limit = 8 << 20
    let (call, _) = try makeCall { $0.limits.receiveBuffer = limit }
    let types = try payloadTypes(call)
    let video = Streams(call).receivedSSRC(.video)
    let buffers = call.caller.engine.pool.createdCount
    let key: [UInt8] = [0x10, 0x10, 2, 0, 0x9D, 0x01, 0x2A, 0, 5, 0xD0, 2]
    let body = [UInt8](repeating: 7, count: 1_100)
    var most = 0
    for number in 0..<250 {
      inject(
        (0..<60).lazy.map { stream in
          // The call's own stream is not spared, and every fourth one is sound that is never played in time.
          let ssrc = stream == 0 ? video : UInt32(stream) &* 2_654_435_761
          let sequence = (stream == 0 ? 20_000 : 100) + number
          return stream % 4 == 3
            ? media(ssrc, types.opus, sequence, timestamp: UInt32(number) * 960 * 40, [0xF8] + body)
            : media(ssrc, types.vp8, sequence, timestamp: 1, marker: false, number == 0 ? key + body : [0x00] + body)
        }, into: call)
      most = max(most, call.caller.engine.makeDiagnostics().transports[0].heldBytes)
      // What is checked from time to time grows by a megabyte in between.
      #expect(most <= limit + 5 << 18)
    }
    #expect(most > limit / 2)
    let diagnostics = call.caller.engine.makeDiagnostics().transports[0]
    #expect(diagnostics.media.overflows > 5)
    #expect(call.caller.engine.pool.createdCount - buffers <= (limit + 5 << 18) / PacketBuffer.capacity)
    isAlive(call, after: "frames without end")
    #expect(call.caller.engine.makeDiagnostics().transports[0].heldBytes <= limit)
  }

  @Test("RTX abuse: original numbers that lie, nothing in it, repetitions, RTX of RTX, and a storm of it")
  func retransmissions() throws {
    let (call, _) = try makeCall()
    let types = try payloadTypes(call)
    let stream = try #require(Streams(call).received.first { $0.kind == .video })
    let rtx = try #require(stream.rtxSsrc)
    let random = RandomSource.seeded(12)
    let before = call.caller.engine.makeStatistics(now: call.simulation.now)
    let frames = call.caller.videoFrames.count
    var sequence = 30_000
    func repeating(_ original: Int, type: UInt8? = nil, _ payload: [UInt8]) -> [UInt8] {
      sequence += 1
      let number = [UInt8(truncatingIfNeeded: original >> 8), UInt8(truncatingIfNeeded: original)]
      return media(rtx, type ?? types.rtx, sequence & 0xFFFF, timestamp: random.uint32(), number + payload)
    }
    var packets: [[UInt8]] = []
    let key: [UInt8] = [0x10, 0x10, 2, 0, 0x9D, 0x01, 0x2A, 0, 5, 0xD0, 2]
    for original in 0..<3_000 {
      // Any number there is; what they are said to repeat is nothing, a part of a frame, or another retransmission.
      let lie = Int(random.uint16())
      switch original % 6 {
      case 0: packets.append(repeating(lie, []))
      case 1: packets.append(repeating(lie, [0x00] + random.bytes(40)))
      case 2: packets.append(repeating(lie, repeating(lie, key)))
      case 3: packets.append(repeating(17, key))
      case 4: packets.append(Array(repeating(lie, []).prefix(12 + original % 2)))
      default: packets.append(repeating(lie, type: types.vp8, [0x00, 1]))
      }
    }
    // The same again, under the same numbers.
    inject(packets + packets, into: call)
    for _ in 0..<10 {
      inject((0..<2_000).lazy.map { _ in repeating(Int(random.uint16()), [0x00] + random.bytes(1_000)) }, into: call)
      #expect(call.caller.engine.makeDiagnostics().transports[0].heldBytes < 8 << 20)
      call.simulation.run(for: .milliseconds(10))
    }
    let after = call.caller.engine.makeStatistics(now: call.simulation.now)
    #expect(after.inbound.count == before.inbound.count)
    // Neither sender nor sound knows of it.
    #expect(after.outbound.map(\.stream.ssrc) == before.outbound.map(\.stream.ssrc))
    let audio = (before, after)
    #expect(
      audio.0.inbound.first { $0.stream.kind == .audio }?.stream.packetsLost
        == audio.1.inbound.first { $0.stream.kind == .audio }?.stream.packetsLost)
    let repaired = try #require(Streams(call).received.first { $0.kind == .video })
    #expect(repaired.ssrc == stream.ssrc && repaired.rtxSsrc == rtx)
    // What repeats nothing counts as received, and what cannot be a repetition is no loss of the stream.
    #expect((repaired.packetsReceived ?? 0) - (stream.packetsReceived ?? 0) > 10_000)
    let diagnostics = call.caller.engine.makeDiagnostics().transports[0]
    #expect(diagnostics.media.duplicates > 1_000)
    isAlive(call, after: "retransmissions that lie")
    #expect(call.caller.videoFrames.count > frames + 20)
  }

  @Test("Key frames that claim 16,383 x 16,383 in 60 bytes, flipped bits of every payload, sequence numbers that leap")
  func payloads() throws {
    let (call, recorded) = try makeCall()
    let types = try payloadTypes(call)
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
      packets.append(media(video &+ 1, types.rtx, number, random.bytes(number % 5)))
      packets.append(media(0xABCD, types.rtx, number, [0xFF, 0xFF] + random.bytes(30)))
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

  @Test(
    "Feedback whose clock leaps by half of its circle 20,000 times is refused and counted, and the bitrate is unmoved by it"
  )
  func leapingClock() throws {
    let (call, _) = try makeCall()
    let video = word(Streams(call).sentSSRC(.video))
    func feedback(_ number: UInt32, _ reference: UInt32, _ chunk: UInt32, _ delta: [UInt8]) -> [UInt8] {
      control(
        205, 15,
        video + video + word(number << 16 | 1) + word(reference << 8) + Array(word(chunk << 16).prefix(2)) + delta)
    }
    // Nothing of what these name is known; each goes back by six days.
    for _ in 0..<20 {
      inject(
        (0..<1_000).lazy.map { feedback(0x7000, $0 % 2 == 0 ? 0 : 0x80_0000, 0x0001, [0, 0]) }, into: call)
    }
    // And these are about packets that were sent.
    var sent: [UInt32] = []
    for number in 1..<2_000 { sent.append(UInt32(number)) }
    inject(sent.lazy.map { feedback($0, $0 % 2 == 0 ? 0 : 0x80_0000, 0x2001, [0, 0]) }, into: call)
    call.simulation.run(for: .seconds(1))
    #expect(call.caller.engine.makeDiagnostics().transports[0].implausibleFeedback > 100)
    for target in call.caller.targets.values {
      #expect(target.bitrate >= .zero && target.bitrate <= .kilobitsPerSecond(700))
    }
    isAlive(call, after: "a clock that leaps")
    #expect(call.caller.targets.values.contains { $0.bitrate > .kilobitsPerSecond(200) })
  }
}
