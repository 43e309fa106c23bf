import RTCBase
import RTCRTP
import Testing

@testable import RTCReceive

@Suite struct AudioReceiverTests {
  @Test("A calm network needs no concealment and next to no delay")
  func calm() {
    var simulation = AudioSimulation(seed: 1)
    simulation.run(seconds: 60)
    let statistics = simulation.statistics
    #expect(statistics.concealedSamples == 0)
    #expect(statistics.packetsDiscarded == 0)
    #expect(statistics.currentDelay <= .milliseconds(25))
    #expect(statistics.totalSamplesReceived > 48_000 * 59)
  }

  @Test("RX-06: 100 ms of uniform jitter gives less than 1 % concealment after warm-up", arguments: 1...6)
  func uniformJitter(seed: UInt64) {
    var simulation = AudioSimulation(seed: seed)
    simulation.path.jitter = .milliseconds(100)
    simulation.run(seconds: 5)
    let warm = simulation.statistics
    simulation.run(seconds: 115)
    let share = simulation.concealment(since: warm)
    #expect(share < 0.01, "\(share)")
    #expect(simulation.statistics.currentDelay < .milliseconds(160))
  }

  @Test("RX-06: the buffer drains when the network is calm again")
  func drains() {
    var simulation = AudioSimulation(seed: 9)
    simulation.path.jitter = .milliseconds(100)
    simulation.run(seconds: 30)
    #expect(simulation.statistics.currentDelay > .milliseconds(80))
    simulation.path.jitter = .zero
    simulation.run(seconds: 45)
    #expect(simulation.statistics.currentDelay < .milliseconds(35), "\(simulation.statistics.currentDelay)")
    #expect(simulation.statistics.removedSamplesForAcceleration > 48 * 50)
    let calm = simulation.statistics
    simulation.run(seconds: 30)
    #expect(simulation.statistics.concealedSamples == calm.concealedSamples)
  }

  @Test("RX-06: it adapts within two seconds when jitter begins")
  func adaptsUp() {
    var simulation = AudioSimulation(seed: 4)
    simulation.run(seconds: 20)
    simulation.path.jitter = .milliseconds(100)
    simulation.run(seconds: 2)
    let adapted = simulation.statistics
    simulation.run(seconds: 20)
    #expect(simulation.concealment(since: adapted) < 0.01)
  }

  @Test("A drifting clock of the sender is absorbed for ten minutes", arguments: [-500.0, 500.0])
  func drift(_ drift: Double) {
    var simulation = AudioSimulation(seed: 5)
    simulation.keepsPlayouts = false
    simulation.drift = drift
    simulation.path.jitter = .milliseconds(20)
    simulation.run(seconds: 10)
    let warm = simulation.statistics
    simulation.run(seconds: 600)
    let statistics = simulation.statistics
    #expect(simulation.concealment(since: warm) < 0.003)
    #expect(statistics.packetsDiscarded == warm.packetsDiscarded)
    #expect(statistics.currentDelay < .milliseconds(80))
    // 500 ppm of 600 s are 300 ms.
    let moved = statistics.insertedSamplesForDeceleration - statistics.removedSamplesForAcceleration
    #expect(abs(Double(moved) / 48 - drift / 500 * 300) < 80)
  }

  @Test("RX-08: 10 % loss is concealed and counted")
  func loss() {
    var simulation = AudioSimulation(seed: 6)
    simulation.path.loss = 0.1
    simulation.run(seconds: 60)
    let statistics = simulation.statistics
    let lost = simulation.stream.snapshot.packetsLost
    #expect(lost > 200)
    #expect(abs(Double(statistics.concealedSamples) / 960 - Double(lost)) < Double(lost) * 0.1)
    #expect(statistics.concealmentEvents > 150 && statistics.concealmentEvents <= lost)
  }

  @Test("RX-08: in-band error correction is used when the packet after the lost one is there")
  func forwardErrorCorrection() {
    var simulation = AudioSimulation(seed: 7)
    simulation.makePayload = { AudioSimulation.silkWithCopy($0) }
    simulation.path.loss = 0.1
    simulation.path.jitter = .milliseconds(30)
    simulation.run(seconds: 60)
    let statistics = simulation.statistics
    let lost = simulation.stream.snapshot.packetsLost
    #expect(Double(statistics.forwardErrorCorrectionEvents) > Double(lost) * 0.6)
    #expect(statistics.concealedSamples < lost * 960 / 2)
    // Each correction is followed by the packet that it came from.
    for (index, playout) in simulation.playouts.enumerated().dropLast() {
      guard case .decodeForwardErrorCorrection(let payload) = playout.action else { continue }
      #expect(simulation.playouts[index + 1].action == .decode(payload: payload))
    }
  }

  @Test("Reordered packets are played in order and none is concealed")
  func reordering() {
    var simulation = AudioSimulation(seed: 8)
    simulation.path.jitter = .milliseconds(60)
    simulation.run(seconds: 60)
    var last = -1
    for playout in simulation.playouts {
      guard case .decode(let payload) = playout.action else { continue }
      let index = Int(payload[1]) << 16 | Int(payload[2]) << 8 | Int(payload[3])
      #expect(index > last)
      last = index
    }
    #expect(simulation.stream.snapshot.packetsReordered > 300)
  }

  @Test("Bursts of loss cost what was lost and the stream goes on")
  func bursts() {
    var simulation = AudioSimulation(seed: 10)
    simulation.path.loss = 0.01
    simulation.path.burst = 0.8
    simulation.run(seconds: 120)
    let lost = simulation.stream.snapshot.packetsLost
    #expect(lost > 100)
    #expect(Double(simulation.statistics.concealedSamples) < Double(lost) * 960 * 1.15)
    #expect(simulation.statistics.packetsDiscarded < 60)
  }

  @Test("A stall of the path is played late, then caught up by playing faster")
  func stall() {
    var simulation = AudioSimulation(seed: 11)
    simulation.run(seconds: 10)
    simulation.path.heldUntil = simulation.now + .milliseconds(320)
    simulation.run(seconds: 60)
    let statistics = simulation.statistics
    #expect(statistics.concealedSamples <= 48 * 320)
    #expect(statistics.packetsDiscarded == 0)
    #expect(statistics.currentDelay < .milliseconds(40))
  }

  @Test("Silence of a DTX sender is neither loss nor concealment")
  func discontinuousTransmission() {
    var simulation = AudioSimulation(seed: 12)
    simulation.path.jitter = .milliseconds(20)
    // Two seconds of speech, then three in which only every 20th packet is sent, of one byte.
    simulation.makePayload = { index in
      let position = index % 250
      if position < 100 { return AudioSimulation.celt(index) }
      return position % 20 == 0 ? [0xF8] : nil
    }
    simulation.run(seconds: 5)
    let warm = simulation.statistics
    simulation.run(seconds: 60)
    let statistics = simulation.statistics
    #expect(simulation.stream.snapshot.packetsLost == 0)
    #expect(statistics.silenceSamples > 48_000 * 30)
    #expect(simulation.concealment(since: warm) < 0.005)
    #expect(statistics.packetsDiscarded == 0)
  }

  @Test("The duration of every Opus and G.711 frame size is followed", arguments: [2.5, 5.0, 10.0, 40.0, 60.0, 120.0])
  func durations(_ milliseconds: Double) {
    var simulation = AudioSimulation(seed: 13)
    simulation.frameMilliseconds = milliseconds
    // CELT of 2.5 to 20 ms, or several frames of 20 ms.
    let head: [UInt8] =
      switch milliseconds {
      case 2.5: [0xE0]
      case 5: [0xE8]
      case 10: [0xF0]
      default: [0xFB, UInt8(milliseconds / 20)]
      }
    simulation.makePayload = { _ in head + [UInt8](repeating: 0, count: 12) }
    simulation.path.jitter = .milliseconds(10)
    simulation.run(seconds: 5)
    let warm = simulation.statistics
    simulation.run(seconds: 30)
    #expect(simulation.concealment(since: warm) < 0.01)
    #expect(abs(Double(simulation.statistics.totalSamplesReceived - warm.totalSamplesReceived) / 48_000 - 30) < 0.2)

    var g711 = AudioSimulation(seed: 14)
    g711.payloadType = 0
    g711.frameMilliseconds = milliseconds
    g711.makePayload = { _ in [UInt8](repeating: 0xFF, count: Int(milliseconds * 8)) }
    g711.run(seconds: 20)
    #expect(g711.playouts.last?.clockRate == 8_000)
    #expect(g711.statistics.concealedSamples == 0)
  }

  @Test("RX-09: the payload type may change in mid-stream, even to another clock")
  func codecSwitch() {
    var simulation = AudioSimulation(seed: 15)
    simulation.run(seconds: 5)
    simulation.payloadType = 0
    simulation.makePayload = { _ in [UInt8](repeating: 0xFF, count: 160) }
    simulation.run(seconds: 5)
    simulation.payloadType = 111
    simulation.makePayload = { AudioSimulation.celt($0) }
    simulation.run(seconds: 5)
    let decoded = simulation.playouts.filter { if case .decode = $0.action { true } else { false } }
    #expect(decoded.count > 700)
    #expect(decoded.filter { $0.payloadType.rawValue == 0 }.count > 200)
    #expect(decoded.last?.payloadType.rawValue == 111)
  }

  @Test("A sender that stops costs nothing after a while, and is heard at once when it resumes")
  func idle() {
    var simulation = AudioSimulation(seed: 16)
    simulation.run(seconds: 5)
    simulation.makePayload = { _ in nil }
    simulation.run(seconds: 20)
    #expect(simulation.stream.deadline == nil)
    let count = simulation.playouts.count
    simulation.makePayload = { AudioSimulation.celt($0) }
    simulation.run(seconds: 2)
    #expect(simulation.playouts.count - count > 90)
    #expect(simulation.statistics.currentDelay < .milliseconds(60))
  }

  @Test("RX-04: a wanted delay is kept within 30 ms", arguments: [200, 1_000, 3_900])
  func playoutDelayTarget(milliseconds: Int64) {
    var simulation = AudioSimulation(seed: 17)
    simulation.stream.playoutDelayTarget = .milliseconds(milliseconds)
    simulation.run(seconds: 40)
    #expect((simulation.statistics.currentDelay - .milliseconds(milliseconds)).magnitude < .milliseconds(30))
    #expect(simulation.statistics.packetsDiscarded == 0)
  }

  @Test("Instructions follow each other without gap or overlap")
  func continuity() {
    var simulation = AudioSimulation(seed: 18)
    simulation.path.jitter = .milliseconds(80)
    simulation.path.loss = 0.05
    simulation.run(seconds: 30)
    for (earlier, later) in zip(simulation.playouts, simulation.playouts.dropFirst()) {
      #expect(later.due == earlier.due + earlier.duration)
      #expect(later.outputSamples > 0)
    }
  }

  @Test("Hostile packets neither trap nor fill memory", arguments: 1...4)
  func hostile(seed: UInt64) {
    let random = RandomSource.seeded(seed)
    let pool = PacketPool()
    var stream = ReceiveStream(
      configuration: .init(
        ssrc: SSRC(rawValue: 1),
        media: .audio(
          AudioReceiver.Configuration(formats: [
            .opus(PayloadType(truncating: 111)), .g711(PayloadType(truncating: 0)),
            AudioFormat(payloadType: PayloadType(truncating: 9), coding: .other, clockRate: 16_000, channels: 1),
          ]))), pool: pool)
    var now = MonotonicTime.zero
    var sequence: UInt16 = 0
    var timestamp: UInt32 = 0
    for step in 0..<30_000 {
      let chaos = random.next() % 16
      sequence = chaos == 0 ? random.uint16() : sequence &+ UInt16(truncatingIfNeeded: random.next() % 3)
      timestamp = chaos == 1 ? random.uint32() : timestamp &+ UInt32(truncatingIfNeeded: random.next() % 4_000) &- 500
      now += .microseconds(Int64(random.next() % (chaos == 2 ? 3_000_000 : 20_000)))
      let payload = random.bytes(Int(random.next() % 40))
      if let packet = makePacket(
        pool: pool, payloadType: [111, 0, 9, 13][Int(random.next() % 4)], sequence: sequence, timestamp: timestamp,
        marker: chaos == 3, payload: payload, at: now)
      {
        stream.handle(packet)
      }
      var actions = 0
      if step % 3 == 0 { while stream.pollPlayout(now: now) != nil, actions < 5_000 { actions += 1 } }
      #expect(actions < 5_000)
    }
    #expect(pool.createdCount < 8)
  }
}
