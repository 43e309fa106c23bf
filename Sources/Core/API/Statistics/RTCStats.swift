/// One statistics object of any kind (webrtc-pc).
///
/// It encodes as the object itself, with the W3C's member names.
public enum RTCStats: Hashable, Sendable {
  /// A codec that RTP streams use.
  case codec(RTCCodecStats)
  /// An RTP stream that is received.
  case inboundRtp(RTCInboundRtpStreamStats)
  /// An RTP stream that is sent.
  case outboundRtp(RTCOutboundRtpStreamStats)
  /// What the peer reports about a stream that is sent.
  case remoteInboundRtp(RTCRemoteInboundRtpStreamStats)
  /// What the peer reports about a stream that it sends.
  case remoteOutboundRtp(RTCRemoteOutboundRtpStreamStats)
  /// An audio source that senders use.
  case audioSource(RTCAudioSourceStats)
  /// A video source that senders use.
  case videoSource(RTCVideoSourceStats)
  /// A playout path of audio.
  case mediaPlayout(RTCAudioPlayoutStats)
  /// The connection.
  case peerConnection(RTCPeerConnectionStats)
  /// A data channel.
  case dataChannel(RTCDataChannelStats)
  /// A transport.
  case transport(RTCTransportStats)
  /// A pair of candidates.
  case candidatePair(RTCIceCandidatePairStats)
  /// A candidate of this side.
  case localCandidate(RTCIceCandidateStats)
  /// A candidate of the peer.
  case remoteCandidate(RTCIceCandidateStats)
  /// A certificate of either side.
  case certificate(RTCCertificateStats)

  /// The object itself.
  public var object: any RTCStatsObject {
    switch self {
    case .codec(let stats): stats
    case .inboundRtp(let stats): stats
    case .outboundRtp(let stats): stats
    case .remoteInboundRtp(let stats): stats
    case .remoteOutboundRtp(let stats): stats
    case .audioSource(let stats): stats
    case .videoSource(let stats): stats
    case .mediaPlayout(let stats): stats
    case .peerConnection(let stats): stats
    case .dataChannel(let stats): stats
    case .transport(let stats): stats
    case .candidatePair(let stats): stats
    case .localCandidate(let stats): stats
    case .remoteCandidate(let stats): stats
    case .certificate(let stats): stats
    }
  }

  /// Stable for as long as the object is the same.
  public var id: String { object.id }
  /// In milliseconds since 1970.
  public var timestamp: Double { object.timestamp }
  /// The kind of object.
  public var type: RTCStatsType { object.type }
}

extension RTCStats: Codable {
  private enum CodingKeys: String, CodingKey {
    case type
    case kind
  }

  /// Takes the object's kind from its `type`, and for sources from their `kind`.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    switch try container.decode(RTCStatsType.self, forKey: .type) {
    case .codec: self = .codec(try RTCCodecStats(from: decoder))
    case .inboundRtp: self = .inboundRtp(try RTCInboundRtpStreamStats(from: decoder))
    case .outboundRtp: self = .outboundRtp(try RTCOutboundRtpStreamStats(from: decoder))
    case .remoteInboundRtp: self = .remoteInboundRtp(try RTCRemoteInboundRtpStreamStats(from: decoder))
    case .remoteOutboundRtp: self = .remoteOutboundRtp(try RTCRemoteOutboundRtpStreamStats(from: decoder))
    case .mediaSource:
      switch try container.decode(MediaStreamTrackKind.self, forKey: .kind) {
      case .audio: self = .audioSource(try RTCAudioSourceStats(from: decoder))
      case .video: self = .videoSource(try RTCVideoSourceStats(from: decoder))
      }
    case .mediaPlayout: self = .mediaPlayout(try RTCAudioPlayoutStats(from: decoder))
    case .peerConnection: self = .peerConnection(try RTCPeerConnectionStats(from: decoder))
    case .dataChannel: self = .dataChannel(try RTCDataChannelStats(from: decoder))
    case .transport: self = .transport(try RTCTransportStats(from: decoder))
    case .candidatePair: self = .candidatePair(try RTCIceCandidatePairStats(from: decoder))
    case .localCandidate: self = .localCandidate(try RTCIceCandidateStats(from: decoder))
    case .remoteCandidate: self = .remoteCandidate(try RTCIceCandidateStats(from: decoder))
    case .certificate: self = .certificate(try RTCCertificateStats(from: decoder))
    }
  }

  /// Encodes the object itself.
  public func encode(to encoder: any Encoder) throws {
    try object.encode(to: encoder)
  }
}
