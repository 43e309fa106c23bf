import RTCFrames

/// Derives a track's frames from those of its source. Called on the thread that made the frame.
protocol FrameAdapter<Frame>: AnyObject, Sendable {
  associatedtype Frame: Sendable
  /// The frame that the track has for one of its source.
  func adapt(_ frame: Frame) -> AdaptedFrame<Frame>
}

/// What becomes of a frame.
enum AdaptedFrame<Frame: Sendable>: Sendable {
  case frame(Frame)
  /// Left out so that the rate is the one that was asked for.
  case discarded
  /// It cannot be made what the track has.
  case dropped
}
