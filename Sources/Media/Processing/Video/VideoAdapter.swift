import RTCFrames

/// Derives the pictures of one track from those of its source: cropped and scaled to the size, and left out down to the
/// rate, that the track has (mediacapture-main, `resizeMode` "crop-and-scale").
///
/// The middle of a picture is kept, in the shape that is wanted, and never made larger: of a source that delivers less
/// than the size, what there is comes in that shape.
package struct VideoAdapter: Sendable {
  /// The width that is wanted, as the picture is shown; `nil` for that of the source.
  package var width: Int?
  /// The height that is wanted, as the picture is shown; `nil` for that of the source.
  package var height: Int?
  private var decimator: FrameDecimator
  private let scaler: SharedVideoScaler

  /// - Parameters:
  ///   - width: pixels, or `nil` for those of the source.
  ///   - height: rows, or `nil` for those of the source.
  ///   - frameRate: pictures a second at most; `nil` for all.
  ///   - scaler: shared by the tracks of a source.
  package init(
    width: Int? = nil, height: Int? = nil, frameRate: Double? = nil, scaler: SharedVideoScaler = SharedVideoScaler()
  ) {
    self.width = width
    self.height = height
    self.scaler = scaler
    decimator = FrameDecimator(frameRate: frameRate)
  }

  /// Pictures a second at most; `nil` for all.
  package var frameRate: Double? {
    get { decimator.frameRate }
    set { if newValue != decimator.frameRate { decimator = FrameDecimator(frameRate: newValue) } }
  }

  /// The track's picture with the time of the source's; `nil` when it is left out.
  package mutating func adapt(_ frame: VideoFrame) -> VideoFrame? {
    guard decimator.keeps(frame.timestamp) else { return nil }
    // A picture that is shown on its side is scaled as it lies.
    let isTurned = frame.rotation == .clockwise90 || frame.rotation == .clockwise270
    let wanted = isTurned ? (height, width) : (width, height)
    guard wanted.0 != nil || wanted.1 != nil else { return frame }
    let target = (width: wanted.0 ?? frame.width, height: wanted.1 ?? frame.height)
    guard target != (frame.width, frame.height) else { return frame }
    let region = Self.region(of: (frame.width, frame.height), shapedLike: target)
    let isEnough = region.width >= target.width && region.height >= target.height
    let size = isEnough ? target : (region.width, region.height)
    var adapted = scaler.scale(frame, width: size.0, height: size.1, region: region)
    // The shared picture may have come from another copy of the frame.
    adapted.timestamp = frame.timestamp
    adapted.metadata = frame.metadata
    adapted.rotation = frame.rotation
    return adapted
  }

  /// The middle of a picture in the shape of another size, as large as it can be.
  static func region(
    of picture: (width: Int, height: Int), shapedLike target: (width: Int, height: Int)
  ) -> VideoScaler.Region {
    let isTooWide = picture.width * target.height > picture.height * target.width
    let width =
      isTooWide ? max(1, (picture.height * target.width + target.height / 2) / target.height) : picture.width
    let height =
      isTooWide ? picture.height : max(1, (picture.width * target.height + target.width / 2) / target.width)
    return VideoScaler.Region(
      x: (picture.width - width) / 2, y: (picture.height - height) / 2, width: width, height: height)
  }
}
