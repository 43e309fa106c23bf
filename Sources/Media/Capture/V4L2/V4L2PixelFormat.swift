internal import CV4L2Shims

/// The formats of pixels that are read, the cheapest to turn into I420 first and those without colour last.
enum V4L2PixelFormat: CaseIterable, Comparable, Sendable {
  case yu12
  case nv12
  case yuyv
  case mjpeg
  case jpeg
  case grey

  /// The format that V4L2 knows by these four characters.
  init?(code: UInt32) {
    guard let format = Self.allCases.first(where: { $0.code == code }) else { return nil }
    self = format
  }

  /// The format whose four characters are these.
  init?(name: String) {
    guard let format = Self.allCases.first(where: { $0.name == name }) else { return nil }
    self = format
  }

  /// The number of V4L2.
  var code: UInt32 {
    switch self {
    case .yu12: rtc_v4l2_pixel_format_yu12
    case .nv12: rtc_v4l2_pixel_format_nv12
    case .yuyv: rtc_v4l2_pixel_format_yuyv
    case .mjpeg: rtc_v4l2_pixel_format_mjpeg
    case .jpeg: rtc_v4l2_pixel_format_jpeg
    case .grey: rtc_v4l2_pixel_format_grey
    }
  }

  /// The four characters of V4L2.
  var name: String { Self.name(of: code) }

  /// Whether a picture is a JPEG, of which the driver knows no strides.
  var isCompressed: Bool { self == .mjpeg || self == .jpeg }

  /// The four characters of any format.
  static func name(of code: UInt32) -> String {
    let characters = (0..<4).map { UInt8(truncatingIfNeeded: code >> (8 * UInt32($0))) }
    return String(decoding: characters, as: UTF8.self)
  }
}
