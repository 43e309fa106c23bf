import Glibc
import RTCFrames

extension MediaError {
  /// What the system said of a device, with the W3C name and what to do about it (mediacapture-main, getUserMedia).
  static func capture(_ code: Int32, device: String, action: String) -> MediaError {
    let reason = String(cString: strerror(code))
    let (name, help): (Name, String) =
      switch code {
      case ENOENT, ENODEV, ENXIO:
        (.notFoundError, "Is it plugged in? `rtc devices` lists what is there")
      case EACCES, EPERM:
        (.notAllowedError, "Cameras are open to the group `video`, sound to `audio`: is this user a member?")
      case EBUSY:
        (.notReadableError, "Another program is using it")
      case ENOSPC:
        (.notReadableError, "The USB bus has no bandwidth left; choose a smaller size or another port")
      case EINVAL, ENOTTY:
        (.notReadableError, "It is no device of the kind that was asked for, or does not do what was asked for")
      default: (.notReadableError, "`rtc devices` lists what is there")
      }
    return MediaError(name, "\(device) could not be \(action): \(reason). \(help)")
  }
}
