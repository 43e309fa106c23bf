internal import RTCBase
internal import RTCCongestion
internal import RTCEngine
internal import RTCICE
internal import RTCJSEP
internal import RTCRTP
internal import RTCSDP
internal import RTCSecurity

extension EngineConfiguration {
  /// The engine's configuration from the public one.
  init(_ configuration: RTCConfiguration, _ options: RTCPeerConnectionOptions, certificate: any LocalCertificate) {
    var jsep = JSEPConfiguration(fingerprints: [certificate.fingerprints[0]])
    jsep.bundlePolicy = configuration.bundlePolicy
    jsep.rtcpMuxPolicy = configuration.rtcpMuxPolicy
    jsep.preferredDTLSServerWhenAnswering = options.prefersDTLSServerRole
    let codecs = options.codecs.codecs
    jsep.audioCodecs = codecs.filter(\.isAudio).map { CodecCapability($0, options) }
    jsep.videoCodecs = codecs.filter { !$0.isAudio }.map { CodecCapability($0, options) }
    var ice = ICEConfiguration()
    ice.usesOnlyRelays = configuration.iceTransportPolicy == .relay
    self.init(
      jsep: jsep, ice: ice, certificate: certificate,
      bitrateLimits: BitrateLimits(
        start: .bitsPerSecond(Int64(options.startBitrate)), maximum: .bitsPerSecond(Int64(options.maximumBitrate))))
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
