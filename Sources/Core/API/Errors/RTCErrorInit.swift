/// The details of an `RTCError` (webrtc-pc).
public struct RTCErrorInit: Codable, Hashable, Sendable {
  /// What part of WebRTC the error comes from.
  public var errorDetail: RTCErrorDetailType
  /// The line of the SDP, counted from 1, for `sdpSyntaxError`.
  public var sdpLineNumber: Int?
  /// The cause code of an ABORT, for `sctpFailure`.
  public var sctpCauseCode: Int?
  /// The fatal DTLS alert that was received, for `dtlsFailure`.
  public var receivedAlert: UInt32?
  /// The fatal DTLS alert that was sent, for `dtlsFailure`.
  public var sentAlert: UInt32?

  /// Takes the values as they are.
  public init(
    errorDetail: RTCErrorDetailType, sdpLineNumber: Int? = nil, sctpCauseCode: Int? = nil,
    receivedAlert: UInt32? = nil, sentAlert: UInt32? = nil
  ) {
    self.errorDetail = errorDetail
    self.sdpLineNumber = sdpLineNumber
    self.sctpCauseCode = sctpCauseCode
    self.receivedAlert = receivedAlert
    self.sentAlert = sentAlert
  }
}
