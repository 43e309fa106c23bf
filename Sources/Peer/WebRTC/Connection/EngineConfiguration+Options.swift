internal import RTCBase
internal import RTCCongestion
internal import RTCEngine
internal import RTCFrames
internal import RTCICE
internal import RTCJSEP
internal import RTCRTP
internal import RTCSDP
internal import RTCSecurity

extension EngineConfiguration {
  /// The engine's configuration from the public one.
  init(_ configuration: RTCConfiguration, _ options: RTCPeerConnectionOptions, certificate: any LocalCertificate) {
    var jsep = JSEPConfiguration(fingerprints: [certificate.fingerprints[0]], options)
    jsep.bundlePolicy = configuration.bundlePolicy
    jsep.rtcpMuxPolicy = configuration.rtcpMuxPolicy
    var ice = ICEConfiguration()
    ice.privacyMode = ICEPrivacyMode(options.ipHandling)
    ice.usesOnlyRelays = configuration.iceTransportPolicy == .relay
    self.init(
      jsep: jsep, ice: ice, certificate: certificate,
      bitrateLimits: BitrateLimits(
        start: .bitsPerSecond(Int64(options.startBitrate)), maximum: .bitsPerSecond(Int64(options.maximumBitrate))))
  }
}

extension JSEPConfiguration {
  /// The codecs and preferences of the options.
  init(fingerprints: [CertificateFingerprint], _ options: RTCPeerConnectionOptions) {
    self.init(fingerprints: fingerprints)
    preferredDTLSServerWhenAnswering = options.prefersDTLSServerRole
    supportsDataChannels = true
    let codecs = options.codecs.codecs
    audioCodecs = codecs.filter(\.isAudio).map { CodecCapability($0, options) }
    videoCodecs = codecs.filter { !$0.isAudio }.map { CodecCapability($0, options) }
  }
}

extension PayloadFormats {
  /// How the registered codecs travel (CD-15).
  init(_ codecs: [CodecDescription]) {
    self.init()
    // Of two that share a MIME type the first is preferred.
    for codec in codecs.reversed() {
      switch codec.payloadFormat {
      case .vp8: register(.vp8, mimeType: codec.mimeType)
      case .opus: register(.opus, mimeType: codec.mimeType)
      case .samples: register(.samples, mimeType: codec.mimeType)
      case .raw where codec.isAudio: register(.raw(clockRate: codec.clockRate), mimeType: codec.mimeType)
      case .raw: register(.raw, mimeType: codec.mimeType)
      }
    }
  }
}

extension CodecCapability {
  /// A registered codec as it is offered; the built-in ones with what their payload formats define.
  init(_ codec: CodecDescription, _ options: RTCPeerConnectionOptions) {
    switch codec.mimeType.lowercased() {
    case "audio/opus":
      self = .opus(isStereo: options.usesStereo, usesDTX: options.usesDiscontinuousTransmission)
    case "audio/pcmu": self = .pcmu
    case "audio/pcma": self = .pcma
    case "video/vp8": self = .vp8
    default:
      let name = codec.mimeType.split(separator: "/").last.map { String($0) } ?? codec.mimeType
      self.init(
        kind: codec.isAudio ? .audio : .video, name: name, clockRate: UInt32(codec.clockRate),
        channels: codec.isAudio ? codec.channels : nil,
        parameters: codec.parameters.map { .init($0.name, $0.value) },
        feedback: codec.isAudio ? [.transportCC] : Self.videoFeedback,
        supportsRetransmission: !codec.isAudio)
    }
  }
}
