import RTCBase
import RTCPayload
import RTCRTP
import Testing

@testable import RTCReceive

@Suite struct VideoReceiverTests {
  @Test("A perfect path releases every frame at once")
  func perfect() {
    var simulation = VideoSimulation(seed: 1)
    simulation.run(seconds: 20)
    #expect(simulation.released.count >= simulation.frameNumber - 1)
    #expect(simulation.brokenFrames == 0)
    #expect(simulation.undecodableFrames == 0)
    #expect(simulation.packetsNacked == 0)
    #expect(simulation.keyFrames.count == 1)
    #expect(simulation.statistics.currentDelay < .milliseconds(10))
    #expect(simulation.statistics.freezeCount == 0)
    #expect(simulation.statistics.frameWidth == 640)
    #expect(simulation.statistics.frameHeight == 480)
    let delays = simulation.statistics.jitterBufferDelay / Int64(simulation.released.count)
    #expect(delays < .milliseconds(15))
  }

  @Test("RP-09: at 2 % loss each way fewer than 0.05 % of the frames are missing", arguments: 1...4)
  func retransmission(seed: UInt64) {
    var simulation = VideoSimulation(seed: seed)
    simulation.path.loss = 0.02
    simulation.feedbackPath.loss = 0.02
    simulation.run(seconds: 120)
    let missing = simulation.frameNumber - simulation.released.count
    #expect(Double(missing) / Double(simulation.frameNumber) < 0.0005 + 2.0 / Double(simulation.frameNumber))
    #expect(simulation.brokenFrames == 0)
    #expect(simulation.undecodableFrames == 0)
    let snapshot = simulation.stream.snapshot
    // No storm: hardly more requests than losses.
    #expect(Double(simulation.packetsNacked) < Double(snapshot.packetsLost) * 1.3)
    #expect(snapshot.retransmittedPacketsReceived > snapshot.packetsLost * 9 / 10)
    #expect(snapshot.rtxPacketsReceived >= snapshot.retransmittedPacketsReceived)
    #expect(simulation.statistics.currentDelay < .milliseconds(150))
  }

  @Test("Jitter delays frames evenly instead of releasing them unevenly")
  func jitter() {
    var simulation = VideoSimulation(seed: 5)
    simulation.path.jitter = .milliseconds(40)
    simulation.run(seconds: 10)
    let warm = simulation.released.count
    simulation.run(seconds: 60)
    let late = simulation.released.dropFirst(warm).count { $0.at - $0.frame.due > .milliseconds(5) }
    #expect(Double(late) < Double(simulation.released.count) * 0.05)
    #expect(simulation.brokenFrames == 0)
    #expect(simulation.undecodableFrames == 0)
  }

  @Test("RP-11: without retransmission a loss leads to a key frame, never to a broken frame", arguments: 1...3)
  func keyFrames(seed: UInt64) {
    var simulation = VideoSimulation(seed: seed, usesNack: false)
    simulation.path.loss = 0.005
    simulation.run(seconds: 60)
    #expect(simulation.brokenFrames == 0)
    #expect(simulation.undecodableFrames == 0)
    #expect(simulation.keyFrames.count > 10)
    #expect(simulation.packetsNacked == 0)
    for (earlier, later) in zip(simulation.keyFrameRequests, simulation.keyFrameRequests.dropFirst()) {
      #expect(later - earlier >= .milliseconds(200))
    }
    // It goes on after each loss.
    let longest = zip(simulation.released, simulation.released.dropFirst()).map { $1.at - $0.at }.max() ?? .infinity
    #expect(longest < .milliseconds(700))
  }

  @Test("The picture comes back after an outage of three seconds")
  func outage() {
    var simulation = VideoSimulation(seed: 7)
    simulation.run(seconds: 5)
    simulation.path.loss = 1
    simulation.run(seconds: 3)
    simulation.path.loss = 0
    let before = simulation.released.count
    simulation.run(seconds: 1)
    #expect(simulation.released.count > before + 15)
    #expect(simulation.undecodableFrames == 0)
    #expect(simulation.statistics.freezeCount == 1)
    #expect(simulation.statistics.totalFreezesDuration > .milliseconds(2_900))
  }

  @Test("A sender that ignores NACKs and requests does not stop the receiver from asking, at a bounded rate")
  func deafSender() {
    var simulation = VideoSimulation(seed: 8)
    simulation.answersNacks = false
    simulation.feedbackPath.loss = 1
    simulation.run(seconds: 2)
    simulation.path.loss = 0.3
    simulation.run(seconds: 1)
    simulation.path.loss = 0
    simulation.run(seconds: 20)
    #expect(simulation.keyFrameRequests.count > 5)
    #expect(simulation.keyFrameRequests.count < 40)
    simulation.feedbackPath.loss = 0
    let before = simulation.released.count
    simulation.run(seconds: 5)
    #expect(simulation.released.count > before + 60)
    #expect(simulation.undecodableFrames == 0)
  }

  @Test("An upper temporal layer may be lost without harm to the lower one")
  func temporalLayers() {
    var simulation = VideoSimulation(seed: 9, usesNack: false)
    simulation.layer = { $0 % 2 == 1 ? (1, $0 % 8 == 1) : (0, false) }
    simulation.run(seconds: 1)
    let requests = simulation.keyFrameRequests.count
    // A whole frame of layer 1 is lost now and then.
    for _ in 0..<20 {
      while simulation.frameNumber % 2 != 0 { simulation.run(seconds: 0.033) }
      simulation.path.loss = 1
      simulation.run(seconds: 0.033)
      simulation.path.loss = 0
      simulation.run(seconds: 0.33)
    }
    #expect(simulation.keyFrameRequests.count == requests)
    #expect(simulation.brokenFrames == 0)
    #expect(simulation.released.count > simulation.frameNumber / 2)
    #expect(simulation.released.count < simulation.frameNumber - 10)
  }

  @Test("RX-04: a wanted delay is kept within 30 ms", arguments: [200, 1_000, 4_000])
  func playoutDelayTarget(milliseconds: Int64) {
    var simulation = VideoSimulation(seed: 10)
    simulation.stream.playoutDelayTarget = .milliseconds(milliseconds)
    simulation.run(seconds: 40)
    let held = simulation.released.suffix(50).map { $0.at - $0.frame.lastPacketArrival }
    for delay in held { #expect((delay - .milliseconds(milliseconds)).magnitude < .milliseconds(30)) }
    #expect(simulation.statistics.framesDropped == 0)
  }

  @Test("A sender that begins anew with other numbers is followed")
  func restart() {
    var simulation = VideoSimulation(seed: 11)
    simulation.run(seconds: 3)
    simulation.sequence = simulation.sequence &+ 20_000
    simulation.timestampBase = simulation.timestampBase &+ 0x7000_0000
    let before = simulation.released.count
    simulation.run(seconds: 2)
    #expect(simulation.released.count > before + 40)
    #expect(simulation.brokenFrames == 0)
    #expect(simulation.undecodableFrames == 0)
  }

  @Test(
    "Timestamps that jump while frames wait hold up neither these nor what follows",
    arguments: [-10, -3_600, -20_000, 10, 3_600])
  func jumpWhileWaiting(seconds: Int) throws {
    var simulation = VideoSimulation(seed: 14)
    simulation.stream.playoutDelayTarget = .milliseconds(400)
    simulation.run(seconds: 5)
    let start = simulation.now
    for _ in 0..<3 {
      simulation.timestampBase = simulation.timestampBase &+ UInt32(truncatingIfNeeded: seconds * 90_000)
      simulation.run(seconds: 2)
    }
    let times = simulation.released.map(\.at).filter { $0 > start - .milliseconds(100) }
    #expect(times.count > 160)
    // The delay that frames have, and one of them.
    for (earlier, later) in zip(times, times.dropFirst()) { #expect(later - earlier < .milliseconds(500)) }
    #expect(simulation.statistics.timelineResets == 3)
    #expect(simulation.brokenFrames == 0 && simulation.undecodableFrames == 0)
    #expect((simulation.statistics.currentDelay - .milliseconds(400)).magnitude < .milliseconds(50))
  }

  @Test("In the steady state packets are reused, and all go back when the stream closes")
  func pool() {
    var simulation = VideoSimulation(seed: 12)
    simulation.path.loss = 0.02
    simulation.run(seconds: 5)
    let created = simulation.pool.createdCount
    simulation.run(seconds: 30)
    #expect(simulation.pool.createdCount <= created + 200)
    simulation.stream.close()
    #expect(simulation.pool.freeCount == simulation.pool.createdCount)
  }

  @Test("Hostile packets neither trap nor fill memory", arguments: 1...6)
  func hostile(seed: UInt64) {
    let random = RandomSource.seeded(seed)
    var simulation = VideoSimulation(seed: seed)
    let pool = simulation.pool
    var now = MonotonicTime.zero
    var sequence: UInt16 = 0
    var timestamp: UInt32 = 0
    for step in 0..<40_000 {
      let chaos = random.next() % 24
      sequence = chaos == 0 ? random.uint16() : sequence &+ UInt16(truncatingIfNeeded: random.next() % 3)
      timestamp = chaos == 1 ? random.uint32() : timestamp &+ (random.next() % 3 == 0 ? 3_000 : 0)
      now += .microseconds(Int64(random.next() % (chaos == 2 ? 3_000_000 : 2_000)))
      var payload = random.bytes(Int(random.next() % 30))
      if random.next() % 2 == 0 {
        let first: UInt8 = random.next() % 2 == 0 ? 0x10 : 0x00
        payload = [first, UInt8(truncatingIfNeeded: random.next() & 1), 0, 0, 0x9D, 0x01, 0x2A, 1, 0, 1, 0] + payload
      }
      let isRTX = random.next() % 5 == 0
      if let packet = makePacket(
        pool: pool, ssrc: isRTX ? 2 : 1, payloadType: [96, 96, 96, 97, 13][Int(random.next() % 5)], sequence: sequence,
        timestamp: timestamp, marker: random.next() % 3 == 0, payload: payload, at: now)
      {
        simulation.stream.handle(packet)
      }
      guard step % 4 == 0 else { continue }
      var requests: [SequenceNumber] = []
      simulation.stream.pollRequests(now: now, into: &requests)
      #expect(requests.count <= 500)
      _ = simulation.stream.pollKeyFrameRequest(now: now)
      var frames = 0
      while simulation.stream.pollFrame(now: now) != nil { frames += 1 }
      #expect(frames <= 300)
    }
    #expect(pool.createdCount <= 4_200)
    simulation.stream.close()
    #expect(pool.freeCount == min(pool.createdCount, pool.limit))
  }
}
