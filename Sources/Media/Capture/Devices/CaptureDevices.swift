internal import CALSA
internal import CALSAShims
import Glibc
import RTCFrames

/// The cameras and microphones of this machine, as `rtc devices --json` prints them.
public struct CaptureDevices: Hashable, Codable, Sendable {
  /// Cameras in the order of their numbers.
  public var cameras: [Camera]
  /// What ALSA can record from: names of its configuration, then cards.
  public var microphones: [Microphone]

  /// A list of devices.
  public init(cameras: [Camera], microphones: [Microphone]) {
    self.cameras = cameras
    self.microphones = microphones
  }

  /// What is there now. Cameras that this user may not open are left out. It takes milliseconds, and more where a driver
  /// is slow: not for an event loop.
  ///
  /// - Parameter root: where the devices of cameras lie.
  public static func list(root: String = "/dev") -> CaptureDevices {
    CaptureDevices(cameras: cameras(root: root), microphones: microphones())
  }

  /// Cameras in the order of their numbers; those that this user may not open are left out.
  ///
  /// - Parameter root: where their devices lie.
  public static func cameras(root: String = "/dev") -> [Camera] {
    videoNumbers(root: root).compactMap { camera(at: "\(root)/video\($0)") }
  }

  /// The camera at a path such as `/dev/video0`; `nil` when there is none, or this user may not open it.
  public static func camera(at path: String) -> Camera? {
    guard let device = try? V4L2Device(path: path), let identity = device.identity(), identity.canCapture else {
      return nil
    }
    return Camera(
      id: "v4l2:\(path)", name: identity.name, path: path, bus: identity.busName, formats: device.formats())
  }

  /// What ALSA can record from: names of its configuration, then cards.
  public static func microphones() -> [Microphone] {
    rtc_alsa_silence_messages()
    var microphones = configured()
    for microphone in cards() where !microphones.contains(where: { $0.device == microphone.device }) {
      microphones.append(microphone)
    }
    return microphones
  }

  private static func videoNumbers(root: String) -> [Int] {
    guard let directory = opendir(root) else { return [] }
    defer { closedir(directory) }
    var numbers: [Int] = []
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) {
        String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name.hasPrefix("video"), let number = Int(name.dropFirst(5)), number >= 0 { numbers.append(number) }
    }
    return numbers.sorted()
  }

  private static func configured() -> [Microphone] {
    var hints: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
    guard snd_device_name_hint(-1, "pcm", &hints) == 0, let hints else { return [] }
    defer { snd_device_name_free_hint(hints) }
    var microphones: [Microphone] = []
    var index = 0
    while let hint = hints[index] {
      index += 1
      // Without a direction it has both.
      guard let device = value("NAME", of: hint), value("IOID", of: hint) ?? "Input" == "Input" else { continue }
      // Recording nothing is possible, but no microphone.
      guard device != "null" else { continue }
      let name = value("DESC", of: hint)?.split(separator: "\n").joined(separator: ", ") ?? device
      microphones.append(Microphone(id: "alsa:\(device)", device: device, name: name, isHardware: false))
    }
    return microphones
  }

  private static func value(_ key: String, of hint: UnsafeMutableRawPointer) -> String? {
    guard let text = snd_device_name_get_hint(hint, key) else { return nil }
    defer { free(text) }
    return String(cString: text)
  }

  private static func cards() -> [Microphone] {
    var microphones: [Microphone] = []
    var card: Int32 = -1
    while snd_card_next(&card) == 0, card >= 0 {
      var text: UnsafeMutablePointer<CChar>?
      guard snd_card_get_name(card, &text) == 0, let text else { continue }
      defer { free(text) }
      let device = "plughw:\(card)"
      microphones.append(
        Microphone(id: "alsa:\(device)", device: device, name: String(cString: text), isHardware: true))
    }
    return microphones
  }
}
