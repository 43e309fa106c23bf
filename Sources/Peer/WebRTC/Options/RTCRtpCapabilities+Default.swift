internal import RTCJSEP

extension RTCRtpCapabilities {
  /// What this endpoint can send and receive without further codecs (SE-15).
  static func all(_ kind: MediaStreamTrackKind) -> RTCRtpCapabilities {
    JSEPConfiguration(fingerprints: []).capabilities(kind)
  }
}
