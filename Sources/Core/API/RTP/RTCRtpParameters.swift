/// What was negotiated for a sender or receiver (webrtc-pc).
public struct RTCRtpParameters: Codable, Hashable, Sendable {
  /// The header extensions in use.
  public var headerExtensions: [RTCRtpHeaderExtensionParameters]
  /// RTCP's parameters.
  public var rtcp: RTCRtcpParameters
  /// The codecs, the preferred first.
  public var codecs: [RTCRtpCodecParameters]

  /// Takes the values as they are.
  public init(
    headerExtensions: [RTCRtpHeaderExtensionParameters] = [], rtcp: RTCRtcpParameters = RTCRtcpParameters(),
    codecs: [RTCRtpCodecParameters] = []
  ) {
    self.headerExtensions = headerExtensions
    self.rtcp = rtcp
    self.codecs = codecs
  }
}

/// What a receiver's `getParameters` gives (webrtc-pc): the common parameters alone.
public typealias RTCRtpReceiveParameters = RTCRtpParameters

/// What a sender's `getParameters` gives and its `setParameters` takes back (webrtc-pc).
public struct RTCRtpSendParameters: Codable, Hashable, Sendable {
  /// Which `getParameters` they come from; must not be changed.
  public var transactionId: String
  /// The encodings; their number and order must not be changed.
  public var encodings: [RTCRtpEncodingParameters]
  /// The header extensions in use; must not be changed.
  public var headerExtensions: [RTCRtpHeaderExtensionParameters]
  /// RTCP's parameters; must not be changed.
  public var rtcp: RTCRtcpParameters
  /// The codecs, the preferred first; must not be changed.
  public var codecs: [RTCRtpCodecParameters]

  /// Takes the values as they are.
  public init(
    transactionId: String, encodings: [RTCRtpEncodingParameters], parameters: RTCRtpParameters = RTCRtpParameters()
  ) {
    self.transactionId = transactionId
    self.encodings = encodings
    headerExtensions = parameters.headerExtensions
    rtcp = parameters.rtcp
    codecs = parameters.codecs
  }
}

/// A header extension in use (webrtc-pc).
public struct RTCRtpHeaderExtensionParameters: Codable, Hashable, Sendable {
  /// The URI of `a=extmap`.
  public var uri: String
  /// The identifier in packets.
  public var id: UInt16
  /// The extension is encrypted.
  public var encrypted: Bool

  /// Not encrypted unless told otherwise.
  public init(uri: String, id: UInt16, encrypted: Bool = false) {
    self.uri = uri
    self.id = id
    self.encrypted = encrypted
  }
}

/// RTCP's parameters (webrtc-pc).
public struct RTCRtcpParameters: Codable, Hashable, Sendable {
  /// The canonical name in SDES packets.
  public var cname: String?
  /// Packets may be of reduced size (RFC 5506).
  public var reducedSize: Bool?

  /// Takes the values as they are.
  public init(cname: String? = nil, reducedSize: Bool? = nil) {
    self.cname = cname
    self.reducedSize = reducedSize
  }
}
