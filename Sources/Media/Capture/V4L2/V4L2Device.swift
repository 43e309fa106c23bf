internal import CV4L2Shims
import Glibc
import RTCFrames

/// An open video device, closed with its last owner.
final class V4L2Device {
  /// What a device may list at most of a kind; drivers that list more, or without end, are cut off.
  private static let listLimit: UInt32 = 64
  /// Sizes asked for where a driver has all of a range, or lists none.
  private static let usualSizes: [(width: UInt32, height: UInt32)] = [
    (160, 120), (320, 180), (320, 240), (640, 360), (640, 480), (848, 480), (960, 540), (1_024, 768), (1_280, 720),
    (1_280, 960), (1_920, 1_080), (2_560, 1_440), (3_840, 2_160),
  ]
  private static let usualRates = [5.0, 7.5, 10, 15, 20, 24, 25, 30, 50, 60, 90, 120]

  let path: String
  let descriptor: Int32

  init(path: String) throws(MediaError) {
    let descriptor = rtc_v4l2_open(path)
    guard descriptor >= 0 else { throw .capture(-descriptor, device: path, action: "opened") }
    self.path = path
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  /// What the device says of itself; `nil` when it is no video device.
  func identity() -> (name: String, busName: String, canCapture: Bool)? {
    var capabilities = v4l2_capability()
    guard rtc_v4l2_query_capabilities(descriptor, &capabilities) == 0 else { return nil }
    // One camera may have several devices, and `capabilities` says what all of them can do.
    let isSpecific = capabilities.capabilities & UInt32(V4L2_CAP_DEVICE_CAPS) != 0
    let flags = isSpecific ? capabilities.device_caps : capabilities.capabilities
    let needed = UInt32(V4L2_CAP_VIDEO_CAPTURE) | UInt32(V4L2_CAP_STREAMING)
    return (Self.text(capabilities.card), Self.text(capabilities.bus_info), flags & needed == needed)
  }

  /// - Throws: `MediaError` with `NotReadableError`, when this is no camera.
  func requireCapture() throws(MediaError) {
    guard let identity = identity() else {
      throw MediaError(.notReadableError, "\(path) is no video device")
    }
    guard identity.canCapture else {
      throw MediaError(.notReadableError, "\(path) (\(identity.name)) delivers no pictures that can be streamed")
    }
  }

  /// The formats of pixels, each with its sizes and rates.
  func formats() -> [CaptureDevices.Camera.Format] {
    var formats: [CaptureDevices.Camera.Format] = []
    for index in 0..<Self.listLimit {
      var description = v4l2_fmtdesc()
      description.index = index
      description.type = UInt32(V4L2_BUF_TYPE_VIDEO_CAPTURE.rawValue)
      guard rtc_v4l2_enumerate_formats(descriptor, &description) == 0 else { break }
      formats.append(
        CaptureDevices.Camera.Format(
          name: V4L2PixelFormat.name(of: description.pixelformat), sizes: sizes(pixelFormat: description.pixelformat)))
    }
    return formats
  }

  /// Makes the device deliver a mode, or what it has instead.
  ///
  /// - Returns: what it delivers now.
  /// - Throws: `MediaError` with `NotReadableError`, when it is busy, or with `NotSupportedError`, when it delivers what
  ///   is not read.
  func set(_ mode: CameraMode) throws(MediaError) -> (format: PictureFormat, frameRate: Double?) {
    var granted = v4l2_pix_format()
    let code = V4L2PixelFormat(name: mode.format)?.code ?? rtc_v4l2_pixel_format_yuyv
    let result = rtc_v4l2_set_format(
      descriptor, code, UInt32(clamping: mode.width), UInt32(clamping: mode.height), &granted)
    guard result == 0 else { throw .capture(-result, device: path, action: "set up") }
    guard let format = PictureFormat(granted) else {
      let formats = formats().map(\.name).joined(separator: ", ")
      let readable = V4L2PixelFormat.allCases.map(\.name).joined(separator: ", ")
      throw MediaError(
        .notSupportedError, "\(path) delivers no pictures that are read (\(readable)), but those it lists: \(formats)")
    }
    guard VideoFrameLayout.isValid(width: format.width, height: format.height) else {
      throw MediaError(
        .notSupportedError, "\(path) delivers \(format.width)x\(format.height), which no frame can have")
    }
    var rate: UInt32 = 0
    // A camera that cannot choose its rate has one all the same.
    let wanted = mode.frameRate ?? 30
    _ = rtc_v4l2_set_rate(descriptor, UInt32(clamping: Int((wanted * 1_000).rounded())), &rate)
    return (format, rate > 0 ? Double(rate) / 1_000 : nil)
  }

  private func sizes(pixelFormat: UInt32) -> [CaptureDevices.Camera.Size] {
    var sizes: [CaptureDevices.Camera.Size] = []
    for index in 0..<Self.listLimit {
      var description = v4l2_frmsizeenum()
      description.index = index
      description.pixel_format = pixelFormat
      guard rtc_v4l2_enumerate_sizes(descriptor, &description) == 0 else { break }
      guard description.type == UInt32(V4L2_FRMSIZE_TYPE_DISCRETE.rawValue) else {
        return Self.sizes(in: description.stepwise).map { size(pixelFormat: pixelFormat, width: $0, height: $1) }
      }
      sizes.append(
        size(pixelFormat: pixelFormat, width: description.discrete.width, height: description.discrete.height))
    }
    return sizes.isEmpty ? triedSizes(pixelFormat: pixelFormat) : sizes
  }

  /// Of a range of sizes, its ends and the usual ones: what lies between is derived from them as well.
  static func sizes(in range: v4l2_frmsize_stepwise) -> [(width: UInt32, height: UInt32)] {
    let (smallest, largest) = ((range.min_width, range.min_height), (range.max_width, range.max_height))
    let between = usualSizes.filter { size in
      contains(size.width, min: range.min_width, max: range.max_width, step: range.step_width)
        && contains(size.height, min: range.min_height, max: range.max_height, step: range.step_height)
        && size != smallest && size != largest
    }
    return [smallest] + between + (smallest == largest ? [] : [largest])
  }

  private static func contains(_ value: UInt32, min: UInt32, max: UInt32, step: UInt32) -> Bool {
    value >= min && value <= max && (value - min).isMultiple(of: Swift.max(1, step))
  }

  /// The usual sizes that a driver which lists none leaves as they are when asked, and the one that it has now.
  private func triedSizes(pixelFormat: UInt32) -> [CaptureDevices.Camera.Size] {
    var found: [(width: UInt32, height: UInt32)] = []
    var current = v4l2_pix_format()
    if rtc_v4l2_get_format(descriptor, &current) == 0, current.width > 0, current.height > 0 {
      found.append((current.width, current.height))
    }
    for wanted in Self.usualSizes {
      var granted = v4l2_pix_format()
      guard rtc_v4l2_try_format(descriptor, pixelFormat, wanted.width, wanted.height, &granted) == 0,
        granted.pixelformat == pixelFormat, (granted.width, granted.height) == wanted,
        !found.contains(where: { $0 == wanted })
      else { continue }
      found.append(wanted)
    }
    return found.map { size(pixelFormat: pixelFormat, width: $0.width, height: $0.height) }
  }

  private func size(pixelFormat: UInt32, width: UInt32, height: UInt32) -> CaptureDevices.Camera.Size {
    var rates: [Double] = []
    for index in 0..<Self.listLimit {
      var description = v4l2_frmivalenum()
      description.index = index
      description.pixel_format = pixelFormat
      description.width = width
      description.height = height
      guard rtc_v4l2_enumerate_intervals(descriptor, &description) == 0 else { break }
      guard description.type == UInt32(V4L2_FRMIVAL_TYPE_DISCRETE.rawValue) else {
        // The shortest interval is the highest rate.
        rates = Self.rates(from: Self.rate(description.stepwise.max), to: Self.rate(description.stepwise.min))
        break
      }
      if let rate = Self.rate(description.discrete) { rates.append(rate) }
    }
    return CaptureDevices.Camera.Size(width: Int(width), height: Int(height), frameRates: rates)
  }

  private static func rate(_ interval: v4l2_fract) -> Double? {
    guard interval.numerator > 0, interval.denominator > 0 else { return nil }
    return Double(interval.denominator) / Double(interval.numerator)
  }

  /// Of a range of rates, its ends and the usual ones.
  static func rates(from lowest: Double?, to highest: Double?) -> [Double] {
    guard let lowest, let highest, lowest < highest else { return [highest ?? lowest].compactMap(\.self) }
    return [highest] + usualRates.reversed().filter { $0 > lowest && $0 < highest } + [lowest]
  }

  private static func text<Tuple>(_ characters: Tuple) -> String {
    withUnsafeBytes(of: characters) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  }
}
