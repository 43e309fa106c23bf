internal import CV4L2Shims
import Glibc
import RTCFrames

/// An open video device, closed with its last owner.
final class V4L2Device {
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

  private static func text<Tuple>(_ characters: Tuple) -> String {
    withUnsafeBytes(of: characters) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  }
}
