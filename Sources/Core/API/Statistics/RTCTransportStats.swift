/// A transport (webrtc-stats).
public struct RTCTransportStats: RTCStatsObject {
  /// Stable for as long as the object is the same.
  public var id: String
  /// In milliseconds since 1970.
  public var timestamp: Double
  /// `transport`
  public private(set) var type = RTCStatsType.transport
  /// The state of DTLS.
  public var dtlsState: RTCDtlsTransportState
  /// Datagrams sent.
  public var packetsSent: UInt64?
  /// Datagrams received.
  public var packetsReceived: UInt64?
  /// Payload bytes sent, without IP and UDP headers.
  public var bytesSent: UInt64?
  /// Payload bytes received, without IP and UDP headers.
  public var bytesReceived: UInt64?
  /// Which side nominates.
  public var iceRole: RTCIceRole?
  /// The local ufrag.
  public var iceLocalUsernameFragment: String?
  /// The state of ICE.
  public var iceState: RTCIceTransportState?
  /// The `RTCIceCandidatePairStats` in use.
  public var selectedCandidatePairId: String?
  /// The local `RTCCertificateStats`.
  public var localCertificateId: String?
  /// The peer's `RTCCertificateStats`.
  public var remoteCertificateId: String?
  /// The DTLS version as four hexadecimal digits, such as `FEFD` for 1.2.
  public var tlsVersion: String?
  /// The cipher suite by its registered name.
  public var dtlsCipher: String?
  /// The role in the handshake.
  public var dtlsRole: RTCDtlsRole?
  /// The SRTP protection profile by its registered name.
  public var srtpCipher: String?
  /// The group of the key exchange by its registered name.
  public var tlsGroup: String?
  /// How often the selected pair changed.
  public var selectedCandidatePairChanges: UInt32?
  /// RFC 8888 reports sent.
  public var ccfbMessagesSent: UInt32?
  /// RFC 8888 reports received.
  public var ccfbMessagesReceived: UInt32?

  /// With what every such object has; the rest is set where it is known.
  public init(id: String, timestamp: Double, dtlsState: RTCDtlsTransportState) {
    self.id = id
    self.timestamp = timestamp
    self.dtlsState = dtlsState
  }
}
