internal import CFFmpeg
import RTCFrames

/// Makes frames of what a decoder delivers. Used on one thread.
protocol FrameConverter: AnyObject {
  /// - Parameter start: when the frame begins; `nil` when it follows the last one.
  /// - Returns: whole frames, in order. What cannot be converted is left out.
  func convert(_ frame: UnsafeMutablePointer<AVFrame>, start: MediaTime?, duration: Duration?) -> [TimedFrame]
  /// What is left at the end.
  func finish() -> [TimedFrame]
  /// Forgets what is left: other frames follow.
  func reset()
}
