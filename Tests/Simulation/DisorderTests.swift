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
    impairments.reorderingDelay = .milliseconds(1_100)
    let call = try TestCall(impairments: impairments)
    var orders = [ArrivalOrder(), ArrivalOrder()]
    let addresses = call.peers.map(\.addresses[0].ip)
    call.simulation.onArrival = { bytes, source, _ in orders[source.ip == addresses[0] ? 0 : 1].note(bytes) }
    call.simulation.run(for: .seconds(30))
    call.simulation.onArrival = nil
    for (number, peer) in call.peers.enumerated() {
      #expect(peer.brokenFrames == 0)
      // What is played is as late as the overtaken packets.
      #expect(peer.videoFrames.count > 850)
      #expect(peer.keyFrameRequests <= 2)
      #expect(peer.audioConcealment < 0.01)
      #expect(peer.longestVideoGap(from: .zero + .seconds(3), to: call.simulation.now) < .milliseconds(300))
      #expect(peer.longestAudioGap(from: .zero + .seconds(3), to: call.simulation.now) < .milliseconds(100))
      let path = call.simulation.network.statistics(from: addresses[number], to: addresses[1 - number])
      #expect(path.reorderedCount > 0)
      for sent in peer.engine.makeStatistics(now: call.simulation.now).outbound {
        #expect(orders[number].mostOvertaking[sent.stream.ssrc] ?? 0 >= 50, "\(sent.stream.kind)")
      }
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
    // `make soak` goes on until the numbers of retransmissions wrap, too.
    let call = try WrappingCall(span: .seconds(90), loss: 0.01)
    #expect(call.problems == [], "\(call.report)")
    for numbers in WrappingCall.Numbers.allCases where numbers != .retransmissions {
      #expect(call.wraps[numbers] == 1, "\(numbers.rawValue)")
    }
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
