/// What part of WebRTC an `RTCError` comes from (webrtc-pc).
public enum RTCErrorDetailType: String, Codable, Hashable, Sendable, CaseIterable {
  /// The data channel failed.
  case dataChannelFailure = "data-channel-failure"
  /// The DTLS handshake failed, or a fatal alert ended the connection.
  case dtlsFailure = "dtls-failure"
  /// The peer's certificate does not match the signalled fingerprints.
  case fingerprintFailure = "fingerprint-failure"
  /// The SCTP association failed.
  case sctpFailure = "sctp-failure"
  /// The SDP is not valid; `sdpLineNumber` says where.
  case sdpSyntaxError = "sdp-syntax-error"
  /// No encoder is available.
  case hardwareEncoderNotAvailable = "hardware-encoder-not-available"
  /// The encoder failed.
  case hardwareEncoderError = "hardware-encoder-error"
}
