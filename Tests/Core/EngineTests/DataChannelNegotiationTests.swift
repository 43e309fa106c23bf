import RTCBase
import RTCEngine
import RTCSCTP
import RTCTestKit
import Testing
import WebRTCTypes

@Suite("Data channels in the engine, before any packet")
struct DataChannelNegotiationTests {
  private func makePeer(_ configure: (inout EngineConfiguration) -> Void = { _ in }) -> (Simulation, SimulatedPeer) {
    let simulation = Simulation(seed: 1)
    let peer = simulation.addPeer("peer") {
      $0.jsep.supportsDataChannels = true
      configure(&$0)
    }
    return (simulation, peer)
  }

  @Test("DC-01, PC-06: a first channel asks for negotiation, and the offer has a section for it")
  func negotiation() throws {
    let (simulation, peer) = makePeer()
    let channel = try peer.engine.openDataChannel(DataChannelOptions(label: "a"), now: simulation.now)
    #expect(peer.channel(channel)?.state == .connecting)
    #expect(peer.channel(channel)?.id == nil)
    #expect(peer.sctp == nil)
    let offer = try peer.engine.createOffer(RTCOfferOptions())
    #expect(offer.sdp.contains("m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n"))
    peer.engine.announceNegotiationNeeded()
    _ = try peer.engine.openDataChannel(DataChannelOptions(label: "b"), now: simulation.now)
    peer.engine.announceNegotiationNeeded()
    simulation.settle(peer)
    #expect(peer.negotiationNeededCount == 1)
  }

  @Test("DC-01, DC-02: what cannot be is refused, and changes nothing")
  func refusals() throws {
    let (simulation, peer) = makePeer()
    func error(_ options: DataChannelOptions) -> String? {
      do {
        _ = try peer.engine.openDataChannel(options, now: simulation.now)
        return nil
      } catch {
        return error.name
      }
    }
    let long = String(repeating: "x", count: 65_536)
    #expect(error(DataChannelOptions(label: long)) == "TypeError")
    #expect(error(DataChannelOptions(subprotocol: long)) == "TypeError")
    #expect(error(DataChannelOptions(isNegotiated: true)) == "TypeError")
    #expect(error(DataChannelOptions(isNegotiated: true, id: 65_535)) == "TypeError")
    peer.engine.announceNegotiationNeeded()
    simulation.settle(peer)
    #expect(peer.negotiationNeededCount == 0)
    #expect(error(DataChannelOptions(isNegotiated: true, id: 65_534)) == nil)
    #expect(error(DataChannelOptions(isNegotiated: true, id: 65_534)) == "OperationError")
    peer.engine.close(now: simulation.now)
    #expect(error(DataChannelOptions()) == "InvalidStateError")
    let (_, without) = makePeer { $0.jsep.supportsDataChannels = false }
    #expect(throws: WebRTCError.self) { try without.engine.openDataChannel(DataChannelOptions(), now: .zero) }
  }
}
