import RTCBase
import RTCEngine
import RTCJSEP
import RTCTestKit
import WebRTCTypes

/// A whole engine in a call; the input is what its peer sends, authentic and at its own pace.
func fuzzEngine(_ input: [UInt8]) {
  guard let call = FuzzedCall() else { return }
  // Some seconds in all: longer silences are for simulations, and would make a fuzzer slow.
  var patience = TimeDelta.seconds(3)
  for (pause, datagram) in DatagramSeries(input) {
    if pause > .zero, pause <= patience {
      call.simulation.run(for: pause)
      patience -= pause
    }
    datagram.withRawSpan {
      call.victim.engine.handle(
        $0, from: call.peer.addresses[0], to: call.victim.addresses[0], now: call.simulation.now)
    }
    call.simulation.settle(call.victim)
  }
  call.simulation.run(for: TimeDelta.milliseconds(200))
  _ = call.victim.engine.makeStatistics(now: call.simulation.now).report
  precondition(call.simulation.failures.isEmpty, "\(call.simulation.failures)")
}

/// A call whose SRTP lets everything pass; the peer is silent once it is connected.
package struct FuzzedCall {
  package let simulation: Simulation
  package let victim: SimulatedPeer
  package let peer: SimulatedPeer

  package init?(for span: TimeDelta = .milliseconds(200)) {
    simulation = Simulation(seed: 1, impairments: .init(delay: .milliseconds(1)), crypto: UnprotectedCrypto(seed: 1))
    simulation.signallingDelay = .milliseconds(1)
    victim = simulation.addPeer("victim")
    peer = simulation.addPeer("peer")
    guard (try? simulation.connect(victim, peer)) != nil else { return nil }
    simulation.run(for: span)
    guard victim.connectionState == .connected else { return nil }
  }
}
