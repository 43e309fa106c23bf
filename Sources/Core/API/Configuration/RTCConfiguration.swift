/// How a connection is set up (webrtc-pc).
public struct RTCConfiguration: Hashable, Sendable {
  /// The STUN and TURN servers.
  public var iceServers: [RTCIceServer]
  /// Which candidates may be used.
  public var iceTransportPolicy: RTCIceTransportPolicy
  /// How media is bundled while the peer's ability is unknown.
  public var bundlePolicy: RTCBundlePolicy
  /// Whether RTCP shares the port of RTP.
  public var rtcpMuxPolicy: RTCRtcpMuxPolicy
  /// The certificates to use; without any the connection makes its own. They are not encoded.
  public var certificates: [RTCCertificate]
  /// How many transports gather candidates before the first description is set, 0 to 255.
  public var iceCandidatePoolSize: UInt8

  /// The defaults are those of the specification.
  public init(
    iceServers: [RTCIceServer] = [], iceTransportPolicy: RTCIceTransportPolicy = .all,
    bundlePolicy: RTCBundlePolicy = .balanced, rtcpMuxPolicy: RTCRtcpMuxPolicy = .require,
    certificates: [RTCCertificate] = [], iceCandidatePoolSize: UInt8 = 0
  ) {
    self.iceServers = iceServers
    self.iceTransportPolicy = iceTransportPolicy
    self.bundlePolicy = bundlePolicy
    self.rtcpMuxPolicy = rtcpMuxPolicy
    self.certificates = certificates
    self.iceCandidatePoolSize = iceCandidatePoolSize
  }
}

extension RTCConfiguration: Codable {
  private enum CodingKeys: String, CodingKey {
    case iceServers
    case iceTransportPolicy
    case bundlePolicy
    case rtcpMuxPolicy
    case iceCandidatePoolSize
  }

  /// Members that are absent get their defaults.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      iceServers: try container.decodeIfPresent([RTCIceServer].self, forKey: .iceServers) ?? [],
      iceTransportPolicy: try container.decodeIfPresent(RTCIceTransportPolicy.self, forKey: .iceTransportPolicy)
        ?? .all,
      bundlePolicy: try container.decodeIfPresent(RTCBundlePolicy.self, forKey: .bundlePolicy) ?? .balanced,
      rtcpMuxPolicy: try container.decodeIfPresent(RTCRtcpMuxPolicy.self, forKey: .rtcpMuxPolicy) ?? .require,
      iceCandidatePoolSize: try container.decodeIfPresent(UInt8.self, forKey: .iceCandidatePoolSize) ?? 0)
  }

  /// Encodes all members but the certificates, whose private keys stay where they are.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(iceServers, forKey: .iceServers)
    try container.encode(iceTransportPolicy, forKey: .iceTransportPolicy)
    try container.encode(bundlePolicy, forKey: .bundlePolicy)
    try container.encode(rtcpMuxPolicy, forKey: .rtcpMuxPolicy)
    try container.encode(iceCandidatePoolSize, forKey: .iceCandidatePoolSize)
  }
}
