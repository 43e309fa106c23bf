/// How a transceiver is made (webrtc-pc, `RTCRtpTransceiverInit`).
public struct RTCRtpTransceiverInit: Hashable, Sendable {
  /// Which way its media is to flow.
  public var direction: RTCRtpTransceiverDirection
  /// The identifiers of the streams that the peer is told its track belongs to.
  public var streamIDs: [String]
  /// The encodings to send; empty means one.
  public var sendEncodings: [RTCRtpEncodingParameters]

  /// Both ways, with one encoding and no stream, unless told otherwise.
  public init(
    direction: RTCRtpTransceiverDirection = .sendrecv, streamIDs: [String] = [],
    sendEncodings: [RTCRtpEncodingParameters] = []
  ) {
    self.direction = direction
    self.streamIDs = streamIDs
    self.sendEncodings = sendEncodings
  }
}
