/// The receiving half of a transceiver (webrtc-pc §5.3).
public final class RTCRtpReceiver: Sendable {
  /// What is received: live and muted from the start, unmuted with the first packet, ended with the transceiver or the connection.
  public let track: MediaStreamTrack
  let pipeline: ReceivePipeline

  init(track: MediaStreamTrack, pipeline: ReceivePipeline) {
    self.track = track
    self.pipeline = pipeline
  }

  /// What can be received (webrtc-pc §5.3.5).
  public static func getCapabilities(_ kind: MediaStreamTrackKind) -> RTCRtpCapabilities { .all(kind) }
}
