import RTCEngine
import Testing
import WebRTCTypes

@Suite("The states of a connection, from those of its transports")
struct ConnectionStatesTests {
  typealias Transport = ConnectionStates.Transport

  @Test(
    "PC-12: the ICE state is the first row of the specification's table that fits",
    arguments: [
      ([], .new), ([.new, .new], .new), ([.new, .closed], .new), ([.closed], .new), ([.new, .checking], .checking),
      ([.new, .connected], .checking), ([.checking, .completed], .checking), ([.connected, .completed], .connected),
      ([.connected, .closed], .connected), ([.completed, .completed], .completed), ([.completed, .closed], .completed),
      ([.disconnected, .checking], .disconnected), ([.disconnected, .failed], .failed), ([.failed, .new], .failed),
    ] as [([RTCIceTransportState], RTCIceConnectionState)])
  func iceConnectionState(states: [RTCIceTransportState], expected: RTCIceConnectionState) {
    let transports = states.map { Transport(ice: $0, dtls: .new) }
    #expect(ConnectionStates.iceConnection(transports, isClosed: false) == expected)
    #expect(ConnectionStates.iceConnection(transports.reversed(), isClosed: false) == expected)
    #expect(ConnectionStates.iceConnection(transports, isClosed: true) == .closed)
  }

  @Test(
    "PC-13: the connection's state is the first row of the specification's table that fits",
    arguments: [
      ([], .new), ([(.new, .new)], .new), ([(.closed, .closed), (.new, .new)], .new),
      ([(.checking, .new)], .connecting),
      ([(.connected, .new)], .connecting), ([(.connected, .connecting)], .connecting),
      ([(.connected, .connected), (.new, .new)], .connecting), ([(.connected, .connected)], .connected),
      ([(.completed, .connected), (.closed, .closed)], .connected), ([(.connected, .closed)], .connected),
      ([(.disconnected, .connected)], .disconnected), ([(.disconnected, .connected), (.failed, .connected)], .failed),
      ([(.connected, .failed)], .failed), ([(.connected, .connected), (.connected, .failed)], .failed),
    ] as [([(RTCIceTransportState, RTCDtlsTransportState)], RTCPeerConnectionState)])
  func connectionState(states: [(RTCIceTransportState, RTCDtlsTransportState)], expected: RTCPeerConnectionState) {
    let transports = states.map { Transport(ice: $0.0, dtls: $0.1) }
    #expect(ConnectionStates.connection(transports, isClosed: false) == expected)
    #expect(ConnectionStates.connection(transports.reversed(), isClosed: false) == expected)
    #expect(ConnectionStates.connection(transports, isClosed: true) == .closed)
  }

  @Test(
    "PC-11: gathering is complete when every transport's is, and new before the first",
    arguments: [
      ([], .new), ([.new], .new), ([.gathering], .gathering), ([.complete, .gathering], .gathering),
      ([.new, .gathering], .gathering), ([.complete, .new], .new), ([.complete, .complete], .complete),
    ] as [([RTCIceGathererState], RTCIceGatheringState)])
  func gatheringState(states: [RTCIceGathererState], expected: RTCIceGatheringState) {
    let transports = states.map { Transport(ice: .new, dtls: .new, gathering: $0) }
    #expect(ConnectionStates.iceGathering(transports) == expected)
    #expect(ConnectionStates.iceGathering(transports.reversed()) == expected)
  }
}
