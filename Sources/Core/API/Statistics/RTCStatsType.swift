/// The kinds of statistics objects (webrtc-stats).
public enum RTCStatsType: String, Codable, Hashable, Sendable, CaseIterable {
  /// `RTCCodecStats`
  case codec
  /// `RTCInboundRtpStreamStats`
  case inboundRtp = "inbound-rtp"
  /// `RTCOutboundRtpStreamStats`
  case outboundRtp = "outbound-rtp"
  /// `RTCRemoteInboundRtpStreamStats`
  case remoteInboundRtp = "remote-inbound-rtp"
  /// `RTCRemoteOutboundRtpStreamStats`
  case remoteOutboundRtp = "remote-outbound-rtp"
  /// `RTCAudioSourceStats` or `RTCVideoSourceStats`
  case mediaSource = "media-source"
  /// `RTCAudioPlayoutStats`
  case mediaPlayout = "media-playout"
  /// `RTCPeerConnectionStats`
  case peerConnection = "peer-connection"
  /// `RTCDataChannelStats`
  case dataChannel = "data-channel"
  /// `RTCTransportStats`
  case transport
  /// `RTCIceCandidatePairStats`
  case candidatePair = "candidate-pair"
  /// `RTCIceCandidateStats` of this side
  case localCandidate = "local-candidate"
  /// `RTCIceCandidateStats` of the peer
  case remoteCandidate = "remote-candidate"
  /// `RTCCertificateStats`
  case certificate
}
