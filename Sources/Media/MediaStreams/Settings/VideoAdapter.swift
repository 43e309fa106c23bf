internal import RTCCodecs
import RTCFrames
import Synchronization

/// Crops and scales pictures to one size, and leaves out those that are too many (mediacapture-main,
/// `VideoResizeModeEnum`, `crop-and-scale`): the centre is kept, and nothing is enlarged or stretched.
final class VideoAdapter: FrameAdapter {
  private let width: Int
  private let height: Int
  private let decimator: Mutex<FrameDecimator?>
  private let scaled: ScaledFrames
  /// Whether smaller pictures are dropped rather than shown as they are: while the source is being changed.
  private let dropsSmaller: Bool

  /// - Parameter scaled: pictures that other tracks of the source have scaled already.
  init(
    width: Int, height: Int, frameRate: Double?, sourceRate: Double?, dropsSmaller: Bool = false, scaled: ScaledFrames
  ) {
    self.width = width
    self.height = height
    self.dropsSmaller = dropsSmaller
    self.scaled = scaled
    if let frameRate, let sourceRate, frameRate < sourceRate {
      decimator = Mutex(FrameDecimator(rate: frameRate, sourceRate: sourceRate))
    } else {
      decimator = Mutex(nil)
    }
  }

  func adapt(_ frame: VideoFrame) -> AdaptedFrame<VideoFrame> {
    guard decimator.withLock({ $0?.keeps(frame.timestamp) ?? true }) else { return .discarded }
    if frame.width == width, frame.height == height { return .frame(frame) }
    if frame.width < width || frame.height < height {
      // A source that delivers less than it said: nothing is made up.
      return dropsSmaller ? .dropped : .frame(frame)
    }
    return .frame(scaled.frame(frame, width: width, height: height))
  }
}

/// The last pictures that were scaled for tracks of one source: tracks of one size share the work.
final class ScaledFrames: Sendable {
  /// Sizes that are kept at most.
  private static let limit = 4

  private struct Entry {
    var source: VideoFrame
    var scaled: VideoFrame
    var scaler: VideoScaler
  }

  private let entries = Mutex<[Entry]>([])

  /// The centre of a picture in another size. The picture is at least as large.
  func frame(_ frame: VideoFrame, width: Int, height: Int) -> VideoFrame {
    entries.withLock { entries in
      let index = entries.firstIndex { $0.scaled.width == width && $0.scaled.height == height }
      if let index, entries[index].source.sharesPicture(with: frame) { return entries[index].scaled }
      let scaler = index.map { entries[$0].scaler } ?? VideoScaler()
      let scaled = scaler.scale(
        frame, width: width, height: height, region: Self.centre(of: frame, width: width, height: height))
      if let index {
        entries[index] = Entry(source: frame, scaled: scaled, scaler: scaler)
      } else {
        if entries.count == Self.limit { entries.removeFirst() }
        entries.append(Entry(source: frame, scaled: scaled, scaler: scaler))
      }
      return scaled
    }
  }

  /// The largest part of a picture that has the shape of the size.
  static func centre(of frame: VideoFrame, width: Int, height: Int) -> VideoScaler.Region {
    let isTooWide = frame.width * height > frame.height * width
    let keptWidth =
      isTooWide ? max(1, Int((Double(frame.height * width) / Double(height)).rounded())) : frame.width
    let keptHeight =
      isTooWide ? frame.height : max(1, Int((Double(frame.width * height) / Double(width)).rounded()))
    return VideoScaler.Region(
      x: (frame.width - keptWidth) / 2, y: (frame.height - keptHeight) / 2, width: keptWidth, height: keptHeight)
  }
}
