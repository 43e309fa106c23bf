import RTCBase
import RTCPayload
import RTCRTP
import Testing

@testable import RTCReceive

/// How much work a sender can make the playout of sound do, and that short packets are concealed well all the same.
@Suite struct PlayoutPaceTests {
  private static func makeStream(_ pool: PacketPool) -> ReceiveStream {
    ReceiveStream(
      configuration: .init(
        ssrc: SSRC(rawValue: 1),
        media: .audio(
          AudioReceiver.Configuration(formats: [
            .opus(PayloadType(truncating: 111)), .g711(PayloadType(truncating: 0)),
          ]))), pool: pool)
  }

  /// 2.5 ms of Opus, and a byte of G.711.
  private static let shortest: [(payloadType: UInt8, payload: [UInt8])] = [(111, [0xE0, 1, 2]), (0, [0xFF])]

  /// Everything that is due until `end`, each at its time.
  private func drain(_ stream: inout ReceiveStream, until end: MonotonicTime) -> [AudioPlayout] {
    var playouts: [AudioPlayout] = []
    while let due = stream.deadline?.time, due <= end, playouts.count < 100_000 {
      while let playout = stream.pollPlayout(now: due) { playouts.append(playout) }
    }
    return playouts
  }

  @Test("RX-08: one short packet a second makes no more instructions than sound does", arguments: [0, 1])
  func shortPackets(kind: Int) throws {
    let pool = PacketPool()
    let (payloadType, payload) = Self.shortest[kind]
    // As many streams as may sound at a time.
    var streams = (0..<64).map { _ in Self.makeStream(pool) }
    for second in 0..<10 {
      var count = 0
      for index in streams.indices {
        let now = MonotonicTime.at(Double(second * 1_000 + index))
        streams[index].handle(
          try #require(
            makePacket(
              pool: pool, payloadType: payloadType, sequence: UInt16(second),
              timestamp: UInt32(second) * (kind == 0 ? 48_000 : 8_000), payload: payload, at: now)))
        count += drain(&streams[index], until: now + .seconds(1)).count
      }
      #expect(count <= 64 * 55)
    }
    // After the last one it is over within little more than a second.
    for index in streams.indices {
      #expect(drain(&streams[index], until: .at(20_000)).count <= 5)
      #expect(streams[index].deadline == nil)
    }
  }

  @Test("RX-08: whatever is sent, it makes a few instructions a packet and 50 a second", arguments: 1...6)
  func pace(seed: UInt64) throws {
    let random = RandomSource.seeded(seed)
    let pool = PacketPool()
    var stream = Self.makeStream(pool)
    var (sequence, timestamp, packets, made) = (UInt16(0), UInt32(0), 0, 0)
    var now = MonotonicTime.zero
    let rate: UInt64 = seed % 2 == 0 ? 48 : 8
    let (payloadType, payload) = Self.shortest[seed % 2 == 0 ? 0 : 1]
    for _ in 0..<3_000 {
      // Gaps with and without loss, a delay that is pushed up, packets that come late, in bursts and again.
      let pause = random.next() % 4 == 0 ? random.next() % 2_900 : random.next() % 30
      now += .milliseconds(Int64(pause))
      made += drain(&stream, until: now).count
      timestamp &+= UInt32(rate * (random.next() % 8 == 0 ? pause / 2 : pause) + random.next() % (rate * 8))
      sequence &+= UInt16(random.next() % 8 == 0 ? random.next() % 60 : 1)
      let back = random.next() % 16 == 0 ? UInt16(random.next() % 4) : 0
      stream.handle(
        try #require(
          makePacket(
            pool: pool, payloadType: payloadType, sequence: sequence &- back,
            timestamp: timestamp &- UInt32(back) * 120, payload: payload, at: now)))
      packets += 1
    }
    let seconds = (now - .zero).seconds
    #expect(made > packets / 2)
    #expect(Double(made) <= Double(packets) * 6 + seconds * 50, "\(made) of \(packets) packets in \(seconds) s")
  }

  @Test("RX-08: a lost packet of a few milliseconds is concealed with as much", arguments: [2.5, 5.0])
  func shortLoss(milliseconds: Double) {
    var simulation = AudioSimulation(seed: 21)
    simulation.frameMilliseconds = milliseconds
    simulation.makePayload = { _ in [milliseconds == 5 ? 0xE8 : 0xE0, 1, 2, 3] }
    simulation.path.loss = 0.02
    simulation.run(seconds: 60)
    let lost = Double(simulation.stream.snapshot.packetsLost)
    #expect(lost > 200)
    #expect(abs(Double(simulation.statistics.concealedSamples) / (48 * milliseconds) - lost) < lost * 0.15)
    #expect(simulation.statistics.packetsDiscarded == 0)
    #expect(simulation.statistics.currentDelay < .milliseconds(25))
  }

  @Test("RX-08: what is made up in ever longer pieces is counted to the sample, whenever the next packet comes")
  func accounts() {
    var simulation = AudioSimulation(seed: 22)
    simulation.frameMilliseconds = 2.5
    simulation.makePayload = { _ in [0xE0, 1, 2, 3] }
    simulation.path.loss = 0.01
    simulation.path.burst = 0.7
    for stall in [7, 13, 29, 61, 333, 777, 950, 1_400, 2_200] {
      simulation.path.heldUntil = simulation.now + .milliseconds(Int64(stall))
      simulation.run(seconds: 12)
    }
    let statistics = simulation.statistics
    func samples(_ isCounted: (AudioPlayout) -> Bool) -> Int64 {
      simulation.playouts.reduce(0) { $0 + (isCounted($1) ? Int64($1.samples) : 0) }
    }
    #expect(
      statistics.totalSamplesReceived == simulation.playouts.reduce(0) { $0 + Int64($1.outputSamples) })
    // The sender is never silent here, so silence is what nothing is left to conceal with.
    #expect(statistics.silentConcealedSamples == samples { $0.action == .silence })
    #expect(statistics.silentConcealedSamples > 0)
    #expect(
      statistics.concealedSamples == samples { $0.action == .conceal } + statistics.silentConcealedSamples)
    let stretched = simulation.playouts.reduce(0) { $0 + Int64($1.stretch) }
    #expect(stretched == statistics.insertedSamplesForDeceleration - statistics.removedSamplesForAcceleration)
    for (earlier, later) in zip(simulation.playouts, simulation.playouts.dropFirst()) {
      #expect(later.due >= earlier.due + earlier.duration)
      #expect(later.due == earlier.due + earlier.duration || earlier.action == .silence)
    }
  }

  @Test("RX-06: sound that a stall held up plays as soon as it is there", arguments: [200, 900, 1_100, 2_500])
  func stall(milliseconds: Int64) throws {
    var simulation = AudioSimulation(seed: 23)
    simulation.run(seconds: 10)
    let end = simulation.now + .milliseconds(milliseconds)
    simulation.path.heldUntil = end
    simulation.run(seconds: 5)
    let back = try #require(
      simulation.playouts.first {
        if case .decode = $0.action { $0.due > end - .milliseconds(100) && $0.arrival ?? .zero >= end } else { false }
      })
    #expect(back.due - end <= .milliseconds(20))
  }
}
