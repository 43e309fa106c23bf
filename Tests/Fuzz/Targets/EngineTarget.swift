import RTCBase
import RTCEngine
import RTCJSEP
import RTCSCTP
import RTCTestKit
import WebRTCTypes

/// A whole engine in a call with data channels; the input is what its peer sends, authentic and at its own pace.
///
/// A datagram that begins as a record of data does stands for chunks of SCTP, which get the header that the association expects.
func fuzzEngine(_ input: [UInt8]) {
  guard let call = FuzzedCall() else { return }
  // Some seconds in all: longer silences are for simulations, and would make a fuzzer slow.
  var patience = TimeDelta.seconds(3)
  for (number, (pause, datagram)) in DatagramSeries(input, limit: 40_000).enumerated() {
    if pause > .zero, pause <= patience {
      call.simulation.run(for: pause)
      patience -= pause
    }
    let bytes =
      datagram.first == 23
      ? UnprotectedCrypto.datagram(ofApplicationData: call.dataHeader + datagram.dropFirst()) : datagram
    bytes.withRawSpan {
      call.victim.engine.handle(
        $0, from: call.peer.addresses[0], to: call.victim.addresses[0], now: call.simulation.now)
    }
    // As a shell does after each batch; of thousands of datagrams the batches are larger.
    if number < 64 || number % 32 == 0 { call.simulation.settle(call.victim) }
  }
  call.simulation.settle(call.victim)
  call.simulation.run(for: TimeDelta.milliseconds(200))
  _ = call.victim.engine.makeStatistics(now: call.simulation.now).report
  _ = call.victim.engine.makeDiagnostics()
  precondition(call.simulation.failures.isEmpty, "\(call.simulation.failures)")
}

/// A call in which whatever comes from the peer counts as authentic; the peer is silent but for what it must say.
package struct FuzzedCall {
  package let simulation: Simulation
  package let victim: SimulatedPeer
  package let peer: SimulatedPeer
  /// Ports, tag and an empty checksum of what the peer sends to the victim (RFC 9260 §3.1, RFC 9653).
  package let dataHeader: [UInt8]

  package init?(for span: TimeDelta = .milliseconds(200)) {
    simulation = Simulation(seed: 1, impairments: .init(delay: .milliseconds(1)), crypto: UnprotectedCrypto(seed: 1))
    simulation.signallingDelay = .milliseconds(1)
    victim = simulation.addPeer("victim") { $0.jsep.supportsDataChannels = true }
    peer = simulation.addPeer("peer") { $0.jsep.supportsDataChannels = true }
    var header: [UInt8] = []
    let source = peer.addresses[0]
    simulation.onDatagram = { bytes, from, _ in
      if from == source, let data = UnprotectedCrypto.applicationData(in: bytes) { header = Array(data.prefix(8)) }
    }
    let options = DataChannelOptions(label: "fuzzed")
    guard let channel = try? victim.engine.openDataChannel(options, now: simulation.now),
      (try? simulation.connect(victim, peer)) != nil
    else { return nil }
    simulation.run(for: span)
    simulation.onDatagram = nil
    guard victim.connectionState == .connected, header.count == 8, victim.engine.dataChannel(channel)?.state == .open
    else { return nil }
    dataHeader = header + [0, 0, 0, 0]
  }
}
