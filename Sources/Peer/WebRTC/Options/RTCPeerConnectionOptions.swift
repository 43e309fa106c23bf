internal import RTCCodecs
package import RTCTransport

/// What a connection can be told beyond the W3C's `RTCConfiguration`.
public struct RTCPeerConnectionOptions: Sendable {
  /// Which local addresses candidates are gathered on.
  public var network: RTCNetworkPolicy
  /// Which of those are used and told to the peer (RFC 8828). Default: all.
  public var ipHandling: RTCIPHandlingPolicy
  /// A UDP port shared with other connections; `nil` opens ports of the connection's own.
  public var sharedPort: RTCSharedPort?
  /// Encoders and decoders: Opus, PCMU, PCMA and VP8 unless others are registered.
  public var codecs: CodecRegistry
  /// Where the bandwidth estimate begins, in bits per second. Default 1.2 Mbit/s, so that a 720p call is 720p from its first second.
  public var startBitrate: Int
  /// The estimate stays at or below this, in bits per second. Default 20 Mbit/s.
  public var maximumBitrate: Int
  /// Whether answers take the DTLS server's role, which lets us choose the cheaper AES-GCM (RFC 8842 §5.3 recommends the client's). Default true.
  public var prefersDTLSServerRole: Bool
  /// Whether Opus is offered and sent in stereo. Default false.
  public var usesStereo: Bool
  /// Whether Opus stops sending in silence. Default false.
  public var usesDiscontinuousTransmission: Bool
  /// Carries the datagrams in place of the kernel, for tests.
  package var datagramNetwork: (any DatagramNetwork)?

  /// Options with their defaults.
  public init(
    network: RTCNetworkPolicy = .automatic, ipHandling: RTCIPHandlingPolicy = .allInterfaces,
    sharedPort: RTCSharedPort? = nil, codecs: CodecRegistry? = nil,
    startBitrate: Int = 1_200_000, maximumBitrate: Int = 20_000_000, prefersDTLSServerRole: Bool = true,
    usesStereo: Bool = false, usesDiscontinuousTransmission: Bool = false
  ) {
    self.network = network
    self.ipHandling = ipHandling
    self.sharedPort = sharedPort
    self.codecs = codecs ?? .builtIn
    self.startBitrate = startBitrate
    self.maximumBitrate = maximumBitrate
    self.prefersDTLSServerRole = prefersDTLSServerRole
    self.usesStereo = usesStereo
    self.usesDiscontinuousTransmission = usesDiscontinuousTransmission
  }
}
