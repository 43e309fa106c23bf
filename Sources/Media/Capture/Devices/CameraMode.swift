/// One way in which a camera can run.
public struct CameraMode: Hashable, Codable, Sendable {
  /// The four characters of V4L2, such as `YUYV`.
  public var format: String
  /// Pixels in a row.
  public var width: Int
  /// Rows.
  public var height: Int
  /// Pictures a second; `nil` where the driver does not say.
  public var frameRate: Double?

  /// A mode with these properties.
  public init(format: String, width: Int, height: Int, frameRate: Double?) {
    self.format = format
    self.width = width
    self.height = height
    self.frameRate = frameRate
  }
}

extension CaptureDevices.Camera {
  /// The modes in the formats of pixels that are read. Pictures of other sizes and rates are derived from them.
  public var modes: [CameraMode] { formats.flatMap(\.modes) }
}

extension CaptureDevices.Camera.Format {
  /// The modes of this format; none, where it is not read.
  var modes: [CameraMode] {
    guard let pixelFormat = V4L2PixelFormat(name: name) else { return [] }
    return sizes.flatMap { size -> [CameraMode] in
      // The planes of a JPEG of odd size do not fit those of a frame.
      guard !pixelFormat.isCompressed || (size.width.isMultiple(of: 2) && size.height.isMultiple(of: 2)) else {
        return []
      }
      let rates: [Double?] = size.frameRates.isEmpty ? [nil] : size.frameRates
      return rates.map { CameraMode(format: name, width: size.width, height: size.height, frameRate: $0) }
    }
  }
}

extension Sequence<CameraMode> {
  /// The mode from which pictures of a size and rate are best taken.
  ///
  /// Of those that have enough pixels and pictures it is the smallest, and then the one that is the cheapest to read.
  /// Where none has enough, it is the nearest by the fitness distance of mediacapture-main.
  func best(width: Int, height: Int, frameRate: Double) -> CameraMode? {
    self.min { lhs, rhs in
      Self.rank(lhs, width: width, height: height, frameRate: frameRate)
        < Self.rank(rhs, width: width, height: height, frameRate: frameRate)
    }
  }

  private static func rank(
    _ mode: CameraMode, width: Int, height: Int, frameRate: Double
  ) -> (Double, Int, Double, Int) {
    let rate = mode.frameRate ?? frameRate
    // 29.97 is as good as 30.
    let isEnough = mode.width >= width && mode.height >= height && rate >= frameRate * 0.99
    let distance =
      distance(Double(mode.width), Double(width)) + distance(Double(mode.height), Double(height))
      + distance(rate, frameRate)
    let cost = V4L2PixelFormat(name: mode.format).flatMap { V4L2PixelFormat.allCases.firstIndex(of: $0) } ?? .max
    return (isEnough ? 0 : 1 + distance, mode.width * mode.height, rate, cost)
  }

  private static func distance(_ actual: Double, _ ideal: Double) -> Double {
    actual == ideal ? 0 : abs(actual - ideal) / Swift.max(abs(actual), abs(ideal))
  }
}
