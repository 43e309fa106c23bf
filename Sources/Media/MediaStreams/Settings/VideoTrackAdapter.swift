import RTCFrames
internal import RTCProcessing
import Synchronization

/// Crops and scales pictures to one size, and leaves out those that are too many (mediacapture-main,
/// `VideoResizeModeEnum`, `crop-and-scale`).
final class VideoTrackAdapter: FrameAdapter {
  private let width: Int
  private let height: Int
  private let adapter: Mutex<VideoAdapter>
  /// Whether pictures that are too small are dropped rather than shown as they are: while the source is being changed.
  private let dropsSmaller: Bool

  /// - Parameter scaler: shared by the tracks of the source.
  init(width: Int, height: Int, frameRate: Double?, dropsSmaller: Bool, scaler: SharedVideoScaler) {
    self.width = width
    self.height = height
    self.dropsSmaller = dropsSmaller
    adapter = Mutex(VideoAdapter(width: width, height: height, frameRate: frameRate, scaler: scaler))
  }

  func adapt(_ frame: VideoFrame) -> AdaptedFrame<VideoFrame> {
    if dropsSmaller, frame.width < width || frame.height < height { return .dropped }
    return adapter.withLock { $0.adapt(frame) }.map { .frame($0) } ?? .discarded
  }
}
