internal import CV4L2Shims
import Glibc
import RTCFrames

/// An open video device, closed with its last owner.
final class V4L2Device {
  /// What a device may list at most; drivers that list more, or without end, are cut off.
  private static let listLimit: UInt32 = 64

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
          name: Self.fourCharacters(description.pixelformat), sizes: sizes(pixelFormat: description.pixelformat)))
    }
    return formats
  }

  private func sizes(pixelFormat: UInt32) -> [CaptureDevices.Camera.Size] {
    var sizes: [CaptureDevices.Camera.Size] = []
    for index in 0..<Self.listLimit {
      var description = v4l2_frmsizeenum()
      description.index = index
      description.pixel_format = pixelFormat
      guard rtc_v4l2_enumerate_sizes(descriptor, &description) == 0 else { break }
      guard description.type == UInt32(V4L2_FRMSIZE_TYPE_DISCRETE.rawValue) else {
        // A range: its ends tell what is between them.
        let range = description.stepwise
        for (width, height) in [(range.min_width, range.min_height), (range.max_width, range.max_height)] {
          sizes.append(size(pixelFormat: pixelFormat, width: width, height: height))
        }
        break
      }
      sizes.append(
        size(pixelFormat: pixelFormat, width: description.discrete.width, height: description.discrete.height))
    }
    return sizes
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
      if description.type == UInt32(V4L2_FRMIVAL_TYPE_DISCRETE.rawValue) {
        Self.append(description.discrete, to: &rates)
      } else {
        Self.append(description.stepwise.max, to: &rates)
        Self.append(description.stepwise.min, to: &rates)
        break
      }
    }
    return CaptureDevices.Camera.Size(width: Int(width), height: Int(height), frameRates: rates)
  }

  private static func append(_ interval: v4l2_fract, to rates: inout [Double]) {
    guard interval.numerator > 0 else { return }
    rates.append(Double(interval.denominator) / Double(interval.numerator))
  }

  private static func fourCharacters(_ code: UInt32) -> String {
    let characters = (0..<4).map { UInt8(truncatingIfNeeded: code >> (8 * UInt32($0))) }
    return String(decoding: characters, as: UTF8.self)
  }

  private static func text<Tuple>(_ characters: Tuple) -> String {
    withUnsafeBytes(of: characters) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  }
}
