/// An `OperationError` with details that only WebRTC has (webrtc-pc).
public struct RTCError: Error, Codable, Hashable, Sendable {
  /// The details.
  public var details: RTCErrorInit
  /// What was wrong and what would be right.
  public var message: String

  /// Takes the values as they are.
  public init(_ details: RTCErrorInit, message: String) {
    self.details = details
    self.message = message
  }

  /// What part of WebRTC the error comes from.
  public var errorDetail: RTCErrorDetailType { details.errorDetail }
  /// The line of the SDP, counted from 1.
  public var sdpLineNumber: Int? { details.sdpLineNumber }
  /// The cause code of an SCTP ABORT.
  public var sctpCauseCode: Int? { details.sctpCauseCode }
  /// The fatal DTLS alert that was received.
  public var receivedAlert: UInt32? { details.receivedAlert }
  /// The fatal DTLS alert that was sent.
  public var sentAlert: UInt32? { details.sentAlert }
}

extension RTCError: CustomStringConvertible {
  /// Name, detail and message.
  public var description: String { "OperationError (\(errorDetail.rawValue)): \(message)" }
}
