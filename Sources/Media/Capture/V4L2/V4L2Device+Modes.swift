internal import CV4L2Shims
import RTCFrames

extension V4L2Device {
  /// What a device may list at most of a kind; drivers that list more, or without end, are cut off.
  private static let listLimit: UInt32 = 64
  /// Sizes asked for where a driver has all of a range, or lists none.
  private static let usualSizes: [(width: UInt32, height: UInt32)] = [
    (160, 120), (320, 180), (320, 240), (640, 360), (640, 480), (848, 480), (960, 540), (1_024, 768), (1_280, 720),
    (1_280, 960), (1_920, 1_080), (2_560, 1_440), (3_840, 2_160),
  ]
  private static let usualRates = [5.0, 7.5, 10, 15, 20, 24, 25, 30, 50, 60, 90, 120]

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

  /// The mode from which pictures of a size and rate are best taken. A device that lists none is asked for the size in
  /// the first format that it has.
  func bestMode(width: Int, height: Int, frameRate: Double) -> CameraMode {
    let formats = formats()
    let readable = formats.compactMap { V4L2PixelFormat(name: $0.name) }.sorted()
    var modes = formats.flatMap(\.modes)
    let wanted = (width: UInt32(clamping: width), height: UInt32(clamping: height))
    for format in readable {
      guard let range = range(pixelFormat: format.code), Self.contains(wanted, in: range) else { continue }
      let size = size(pixelFormat: format.code, width: wanted.width, height: wanted.height)
      modes += CaptureDevices.Camera.Format(name: format.name, sizes: [size]).modes
    }
    return modes.best(width: width, height: height, frameRate: frameRate)
      ?? CameraMode(
        format: (readable.first ?? .yuyv).name, width: width, height: height, frameRate: frameRate)
  }

  /// The sizes and rates in the formats that are read, over which constraints are solved.
  func sourceModes() -> [MediaSourceMode] {
    var modes: [MediaSourceMode] = []
    var rates: [[Int]: Set<Double>] = [:]
    for format in formats() {
      guard let pixelFormat = V4L2PixelFormat(name: format.name) else { continue }
      // The planes of a JPEG of odd size do not fit those of a frame, so that no range is taken as it is.
      if !pixelFormat.isCompressed, let range = range(pixelFormat: pixelFormat.code) {
        modes.append(rangeMode(range, pixelFormat: pixelFormat.code))
      } else {
        for mode in format.modes {
          rates[[mode.width, mode.height], default: []].formUnion([mode.frameRate].compactMap(\.self))
        }
      }
    }
    // A size in several formats is one mode: the format follows from the rate.
    let sizes = rates.keys.sorted { ($0[0] * $0[1], $0[0]) > ($1[0] * $1[1], $1[0]) }
    return modes
      + sizes.map { MediaSourceMode(width: $0[0], height: $0[1], frameRates: (rates[$0] ?? []).sorted(by: >)) }
  }

  private func rangeMode(_ range: v4l2_frmsize_stepwise, pixelFormat: UInt32) -> MediaSourceMode {
    // What the largest size has, all have.
    let rates = size(pixelFormat: pixelFormat, width: range.max_width, height: range.max_height).frameRates
    return MediaSourceMode(
      width: .range(min: Int(range.min_width), max: Int(range.max_width), step: max(1, Int(range.step_width))),
      height: .range(min: Int(range.min_height), max: Int(range.max_height), step: max(1, Int(range.step_height))),
      frameRate: rates.isEmpty ? nil : .list(rates))
  }

  private func sizes(pixelFormat: UInt32) -> [CaptureDevices.Camera.Size] {
    if let range = range(pixelFormat: pixelFormat) {
      return Self.sizes(in: range).map { size(pixelFormat: pixelFormat, width: $0, height: $1) }
    }
    var sizes: [CaptureDevices.Camera.Size] = []
    for index in 0..<Self.listLimit {
      var description = v4l2_frmsizeenum()
      description.index = index
      description.pixel_format = pixelFormat
      guard rtc_v4l2_enumerate_sizes(descriptor, &description) == 0 else { break }
      guard description.type == UInt32(V4L2_FRMSIZE_TYPE_DISCRETE.rawValue) else { break }
      sizes.append(
        size(pixelFormat: pixelFormat, width: description.discrete.width, height: description.discrete.height))
    }
    return sizes.isEmpty ? triedSizes(pixelFormat: pixelFormat) : sizes
  }

  /// Of a range of sizes, its ends and the usual ones: what lies between is derived from them as well.
  static func sizes(in range: v4l2_frmsize_stepwise) -> [(width: UInt32, height: UInt32)] {
    let (smallest, largest) = ((range.min_width, range.min_height), (range.max_width, range.max_height))
    let between = usualSizes.filter { size in
      contains(size, in: range) && size != smallest && size != largest
    }
    return [smallest] + between + (smallest == largest ? [] : [largest])
  }

  /// The range of sizes in a format, where it has one.
  private func range(pixelFormat: UInt32) -> v4l2_frmsize_stepwise? {
    var description = v4l2_frmsizeenum()
    description.pixel_format = pixelFormat
    guard rtc_v4l2_enumerate_sizes(descriptor, &description) == 0,
      description.type != UInt32(V4L2_FRMSIZE_TYPE_DISCRETE.rawValue)
    else { return nil }
    return description.stepwise
  }

  private static func contains(_ size: (width: UInt32, height: UInt32), in range: v4l2_frmsize_stepwise) -> Bool {
    func contains(_ value: UInt32, _ min: UInt32, _ max: UInt32, _ step: UInt32) -> Bool {
      value >= min && value <= max && (value - min).isMultiple(of: Swift.max(1, step))
    }
    return contains(size.width, range.min_width, range.max_width, range.step_width)
      && contains(size.height, range.min_height, range.max_height, range.step_height)
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
}
