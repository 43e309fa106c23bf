import RTCSDP
import RTCSecurity
import WebRTCTypes

/// What a session is told once: policies, capabilities and the certificate's fingerprints.
package struct JSEPConfiguration: Hashable, Sendable {
  package var bundlePolicy: RTCBundlePolicy
  package var rtcpMuxPolicy: RTCRtcpMuxPolicy
  /// Of our certificate; at least one.
  package var fingerprints: [CertificateFingerprint]
  /// Answers to `actpass` say `passive`: we become the DTLS server, which is who chooses the SRTP profile. RFC 8842
  /// §5.3 recommends `active`.
  package var preferredDTLSServerWhenAnswering: Bool
  /// Otherwise data sections of offers are rejected.
  package var supportsDataChannels: Bool
  /// In order of preference.
  package var audioCodecs: [CodecCapability]
  package var videoCodecs: [CodecCapability]
  package var audioExtensions: [HeaderExtensionCapability]
  package var videoExtensions: [HeaderExtensionCapability]
  package var sctpPort: UInt16
  /// The largest data-channel message that we take, in bytes.
  package var maximumMessageSize: UInt64

  package init(
    bundlePolicy: RTCBundlePolicy = .balanced, rtcpMuxPolicy: RTCRtcpMuxPolicy = .require,
    fingerprints: [CertificateFingerprint], preferredDTLSServerWhenAnswering: Bool = false,
    supportsDataChannels: Bool = false, audioCodecs: [CodecCapability] = [.opus(), .pcmu, .pcma],
    videoCodecs: [CodecCapability] = [.vp8],
    audioExtensions: [HeaderExtensionCapability] = Self.defaultAudioExtensions,
    videoExtensions: [HeaderExtensionCapability] = Self.defaultVideoExtensions, sctpPort: UInt16 = 5_000,
    maximumMessageSize: UInt64 = 262_144
  ) {
    self.bundlePolicy = bundlePolicy
    self.rtcpMuxPolicy = rtcpMuxPolicy
    self.fingerprints = fingerprints
    self.preferredDTLSServerWhenAnswering = preferredDTLSServerWhenAnswering
    self.supportsDataChannels = supportsDataChannels
    self.audioCodecs = audioCodecs
    self.videoCodecs = videoCodecs
    self.audioExtensions = audioExtensions
    self.videoExtensions = videoExtensions
    self.sctpPort = sctpPort
    self.maximumMessageSize = maximumMessageSize
  }

  package static let defaultAudioExtensions: [HeaderExtensionCapability] = [
    .audioLevel, .absoluteSendTime, .transportSequenceNumber, .mid,
  ]
  package static let defaultVideoExtensions: [HeaderExtensionCapability] = [
    .transmissionOffset, .absoluteSendTime, .transportSequenceNumber, .mid, .rid, .repairedRID,
  ]

  package func codecs(_ kind: MediaStreamTrackKind) -> [CodecCapability] {
    kind == .audio ? audioCodecs : videoCodecs
  }

  package func extensions(_ kind: MediaStreamTrackKind) -> [HeaderExtensionCapability] {
    kind == .audio ? audioExtensions : videoExtensions
  }

  /// What `RTCRtpSender.getCapabilities` and `RTCRtpReceiver.getCapabilities` give (webrtc-pc §5.2, §5.3).
  package func capabilities(_ kind: MediaStreamTrackKind) -> RTCRtpCapabilities {
    var codecs = codecs(kind).map(\.rtpCodec)
    // One entry stands for all retransmission formats (webrtc-pc §5.2.7).
    if let repaired = self.codecs(kind).first(where: \.supportsRetransmission) {
      codecs.append(RTCRtpCodec(mimeType: "\(kind.rawValue)/rtx", clockRate: repaired.clockRate))
    }
    return RTCRtpCapabilities(
      codecs: codecs, headerExtensions: extensions(kind).map { RTCRtpHeaderExtensionCapability(uri: $0.uri) })
  }
}

extension CodecCapability {
  package var rtpCodec: RTCRtpCodec {
    RTCRtpCodec(
      mimeType: mimeType, clockRate: clockRate,
      channels: kind == .audio ? UInt16(truncatingIfNeeded: channels ?? 1) : nil,
      sdpFmtpLine: parameters.isEmpty ? nil : parameterText)
  }
}
