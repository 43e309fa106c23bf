import RTCBase
import RTCCongestion
import RTCScenarios
import RTCTestKit
import Testing

@Suite("Disorder and long calls")
struct DisorderTests {
  @Test("Packets that fifty others overtake cost neither frames nor key frames")
  func reordering() throws {
    var impairments = NetworkImpairments(delay: .milliseconds(25))
    impairments.reordering = 0.05
    impairments.reorderingDelay = .milliseconds(500)
    let call = try TestCall(impairments: impairments)
    call.simulation.run(for: .seconds(20))
    for peer in call.peers {
      #expect(peer.brokenFrames == 0)
      #expect(peer.videoFrames.count > 560)
      #expect(peer.keyFrameRequests <= 2)
      #expect(peer.longestVideoGap(from: .zero + .seconds(3), to: call.simulation.now) < .milliseconds(300))
    }
  }

  @Test("At 100 ms of jitter less than a hundredth of the sound is concealed")
  func jitter() throws {
    let call = try TestCall(impairments: .init(delay: .milliseconds(25), jitter: .milliseconds(100)))
    call.simulation.run(for: .seconds(5))
    let before = call.peers.map { ($0.concealedTicks, $0.playedTicks) }
    call.simulation.run(for: .seconds(20))
    for (peer, (concealed, played)) in zip(call.peers, before) {
      #expect(Double(peer.concealedTicks - concealed) < 0.01 * Double(peer.playedTicks - played))
    }
  }

  @Test("RX-07: with pictures 80 ms later on their way, sound and picture are within 45 ms after 5 s")
  func lipSync() throws {
    var impairments = NetworkImpairments(delay: .milliseconds(25))
    impairments.jitter = .milliseconds(10)
    let call = try TestCall(impairments: impairments, prepare: { _, peers in peers[0].videoDelay = .milliseconds(80) })
    call.simulation.run(for: .milliseconds(1_300))
    #expect(call.callee.soundOffset(from: call.caller) < -45, "nothing holds the sound back yet")
    call.simulation.run(for: .milliseconds(3_700))
    for _ in 0..<15 {
      #expect(abs(call.callee.soundOffset(from: call.caller)) < 45)
      #expect(abs(call.caller.soundOffset(from: call.callee)) < 45)
      call.simulation.run(for: .seconds(1))
    }
  }

  @Test("Timestamps and sequence numbers that wrap, and the roll-over counter behind them, are followed")
  func wraps() throws {
    // Random numbers whose upper half is all ones: timestamps wrap within seconds, sequence numbers, which begin in the
    // lower half of their range, after half of it.
    let simulation = Simulation(seed: 3, impairments: .init(delay: .milliseconds(5), loss: 0.01))
    let peers = ["sender", "receiver"].enumerated().map { number, name in
      let random = RandomSource.seeded(UInt64(number))
      return simulation.addPeer(
        name, random: RandomSource { random.next() | 0xFFFF_0000_0000_0000 >> (number == 0 ? 0 : 60) }
      ) {
        $0.bitrateLimits = BitrateLimits(start: .kilobitsPerSecond(1_500), maximum: .kilobitsPerSecond(1_500))
        $0.maximumDatagramSize = 320
      }
    }
    _ = try peers[0].addVideo(now: simulation.now)
    try simulation.negotiate(peers[0], peers[1])
    simulation.run(for: .seconds(60))
    #expect(simulation.failures == [])
    let sent = try #require(peers[0].engine.makeStatistics(now: simulation.now).outbound.first?.stream.packetsSent)
    #expect(sent > 33_500)
    #expect(peers[1].brokenFrames == 0)
    #expect(peers[1].videoFrames.count > 1_760)
    #expect(peers[1].longestVideoGap(from: .zero + .seconds(2), to: simulation.now) < .milliseconds(300))
  }

  @Test("Clocks that differ by 500 ppm are followed: delay neither grows nor runs out", arguments: [500, -500])
  func drift(partsPerMillion: Int) throws {
    // Three minutes, in which 90 ms come together; `make soak` makes it an hour.
    let call = try DriftingCall(partsPerMillion: partsPerMillion, span: .seconds(180))
    #expect(call.problems == [], "\(call.report)")
  }

  @Test("A call at 3 % loss is the same in every bit when it is run again, and quick")
  func determinism() throws {
    let calls = [try LossyCall(), try LossyCall()]
    for call in calls { #expect(call.problems == [], "\(call.report)") }
    #expect(Set(calls.map(\.trafficHash)).count == 1)
    #expect(try LossyCall(seed: 12, span: .seconds(1)).trafficHash != LossyCall(span: .seconds(1)).trafficHash)
  }
}
