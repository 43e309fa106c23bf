import RTCFrames

/// The first line of a YUV4MPEG2 file: `YUV4MPEG2 W640 H480 F30:1 Ip A1:1 C420jpeg`.
package struct Y4MHeader: Hashable, Sendable {
  package static let signature = "YUV4MPEG2"
  /// Colour spaces with the planes of I420; they differ in where chroma is sampled, by half a pixel.
  private static let colourSpaces = ["420", "420jpeg", "420mpeg2", "420paldv"]

  package var width: Int
  package var height: Int
  /// Frames a second are this number...
  package var rateNumerator: Int
  /// ... divided by this one.
  package var rateDenominator: Int

  package init(width: Int, height: Int, rateNumerator: Int, rateDenominator: Int) {
    self.width = width
    self.height = height
    self.rateNumerator = rateNumerator
    self.rateDenominator = rateDenominator
  }

  /// Frames a second.
  package var framesPerSecond: Double { Double(rateNumerator) / Double(rateDenominator) }

  /// - Throws: `MediaError`, saying what of the line is wrong or not supported.
  init(parsing line: String, path: String) throws(MediaError) {
    let fields = line.split(separator: " ")
    guard fields.first.map(String.init) == Self.signature else {
      throw .malformed(path, "it does not begin with \(Self.signature)")
    }
    var (width, height) = (0, 0)
    var rate = (numerator: 30, denominator: 1)
    for field in fields.dropFirst() {
      let value = field.dropFirst()
      switch field.first {
      case "W": width = Int(value) ?? 0
      case "H": height = Int(value) ?? 0
      case "F":
        let parts = value.split(separator: ":").map { Int($0) ?? 0 }
        guard parts.count == 2, parts[0] > 0, parts[1] > 0, parts[0] / parts[1] <= 1_000,
          parts[1] / parts[0] <= 1_000
        else { throw .malformed(path, "\(value) is no frame rate") }
        rate = (parts[0], parts[1])
      case "C":
        guard Self.colourSpaces.contains(String(value)) else {
          throw MediaError(
            .notSupportedError,
            "\(path) has pixels of \(value); only 4:2:0 of 8 bits is read. "
              + "Convert it: ffmpeg -i \(path) -pix_fmt yuv420p out.y4m")
        }
      default: break
      }
    }
    guard VideoFrameLayout.isValid(width: width, height: height) else {
      throw .malformed(path, "a picture cannot have \(width)x\(height) pixels")
    }
    self.init(width: width, height: height, rateNumerator: rate.numerator, rateDenominator: rate.denominator)
  }

  /// The line without its end.
  var line: String { "\(Self.signature) W\(width) H\(height) F\(rateNumerator):\(rateDenominator) Ip A1:1 C420jpeg" }
}
