import WebRTCTypes

/// The states of a connection as webrtc-pc derives them from its transports.
package enum ConnectionStates {
  /// The states of one transport, both layers.
  package struct Transport: Hashable, Sendable {
    package var ice: RTCIceTransportState
    package var dtls: RTCDtlsTransportState
    package var gathering: RTCIceGathererState

    package init(ice: RTCIceTransportState, dtls: RTCDtlsTransportState, gathering: RTCIceGathererState = .new) {
      self.ice = ice
      self.dtls = dtls
      self.gathering = gathering
    }
  }

  /// webrtc-pc §4.3.3, RTCIceConnectionState (PC-12): the first row that fits.
  package static func iceConnection(_ transports: [Transport], isClosed: Bool) -> RTCIceConnectionState {
    if isClosed { return .closed }
    let states = transports.map(\.ice)
    if states.contains(.failed) { return .failed }
    if states.contains(.disconnected) { return .disconnected }
    if states.allSatisfy({ $0 == .new || $0 == .closed }) { return .new }
    if states.contains(where: { $0 == .new || $0 == .checking }) { return .checking }
    if states.allSatisfy({ $0 == .completed || $0 == .closed }) { return .completed }
    return .connected
  }

  /// webrtc-pc §4.3.3, RTCPeerConnectionState (PC-13): the first row that fits.
  package static func connection(_ transports: [Transport], isClosed: Bool) -> RTCPeerConnectionState {
    if isClosed { return .closed }
    if transports.contains(where: { $0.ice == .failed || $0.dtls == .failed }) { return .failed }
    if transports.contains(where: { $0.ice == .disconnected }) { return .disconnected }
    if transports.allSatisfy({ ($0.ice == .new || $0.ice == .closed) && ($0.dtls == .new || $0.dtls == .closed) }) {
      return .new
    }
    let isConnecting = transports.contains {
      $0.ice == .new || $0.ice == .checking || $0.dtls == .new || $0.dtls == .connecting
    }
    return isConnecting ? .connecting : .connected
  }

  /// webrtc-pc §4.3.2, RTCIceGatheringState (PC-11).
  package static func iceGathering(_ transports: [Transport]) -> RTCIceGatheringState {
    if transports.contains(where: { $0.gathering == .gathering }) { return .gathering }
    return !transports.isEmpty && transports.allSatisfy { $0.gathering == .complete } ? .complete : .new
  }
}
