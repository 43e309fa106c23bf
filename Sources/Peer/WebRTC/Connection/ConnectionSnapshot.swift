/// The connection's attributes for readers of any thread; the actor writes them before it tells of the change.
struct ConnectionSnapshot: Sendable {
  var signalingState = RTCSignalingState.stable
  var iceGatheringState = RTCIceGatheringState.new
  var iceConnectionState = RTCIceConnectionState.new
  var connectionState = RTCPeerConnectionState.new
  var currentLocalDescription: RTCSessionDescription?
  var pendingLocalDescription: RTCSessionDescription?
  var currentRemoteDescription: RTCSessionDescription?
  var pendingRemoteDescription: RTCSessionDescription?
  var canTrickleIceCandidates: Bool?
  var transceivers: [RTCRtpTransceiver] = []
  var sctp: RTCSctpTransport?
  var configuration: RTCConfiguration
  var closeReason: WebRTCError?
}
