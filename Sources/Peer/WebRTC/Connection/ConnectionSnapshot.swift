internal import RTCJSEP

/// The connection's attributes for readers of any thread; the actor writes them before it tells of the change.
struct ConnectionSnapshot: Sendable {
  var signalingState = RTCSignalingState.stable
  var iceGatheringState = RTCIceGatheringState.new
  var iceConnectionState = RTCIceConnectionState.new
  var connectionState = RTCPeerConnectionState.new
  var descriptions: AppliedDescriptions?
  var canTrickleIceCandidates: Bool?
  var transceivers: [RTCRtpTransceiver] = []
  var sctp: RTCSctpTransport?
  var configuration: RTCConfiguration
  var closeReason: WebRTCError?
}
