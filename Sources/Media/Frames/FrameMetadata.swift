/// What is known of where a frame comes from (`VideoFrameMetadata` and `AudioDataMetadata` of mediacapture-transform,
/// and the W3C registry of video frame metadata).
public struct FrameMetadata: Hashable, Sendable {
  /// When the frame was captured, on this machine's clock: by the device, or by the remote peer as far as its clock is
  /// known from sender reports.
  public var captureTime: MediaTime?
  /// When the last packet of a remote frame arrived; `nil` for local frames.
  public var receiveTime: MediaTime?
  /// The RTP timestamp of a remote frame; `nil` for local frames.
  public var rtpTimestamp: UInt32?

  /// Metadata with what is known.
  public init(captureTime: MediaTime? = nil, receiveTime: MediaTime? = nil, rtpTimestamp: UInt32? = nil) {
    self.captureTime = captureTime
    self.receiveTime = receiveTime
    self.rtpTimestamp = rtpTimestamp
  }
}
