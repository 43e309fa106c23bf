import Glibc
import RTCFrames

/// The cameras, microphones and outputs of this machine, as `rtc devices --json` prints them.
public struct CaptureDevices: Hashable, Codable, Sendable {
  /// Cameras in the order of their numbers.
  public var cameras: [Camera]
  /// What ALSA can record from: names of its configuration, then cards.
  public var microphones: [Microphone]
  /// What ALSA can play on: names of its configuration, then cards.
  public var outputs: [Output]

  /// A list of devices.
  public init(cameras: [Camera], microphones: [Microphone], outputs: [Output] = []) {
    self.cameras = cameras
    self.microphones = microphones
    self.outputs = outputs
  }

  /// What is there now. Cameras that this user may not open are left out. It takes milliseconds, and more where a driver
  /// is slow: not for an event loop.
  ///
  /// - Parameter root: where the devices of cameras lie.
  public static func list(root: String = "/dev") -> CaptureDevices {
    CaptureDevices(cameras: cameras(root: root), microphones: microphones(), outputs: outputs())
  }

  /// Cameras in the order of their numbers; those that this user may not open are left out.
  ///
  /// - Parameter root: where their devices lie.
  public static func cameras(root: String = "/dev") -> [Camera] {
    cameraPaths(root: root).compactMap(camera(at:))
  }

  /// The camera at a path such as `/dev/video0`; `nil` when there is none, or this user may not open it.
  public static func camera(at path: String) -> Camera? {
    guard let device = try? V4L2Device(path: path), let identity = device.identity(), identity.canCapture else {
      return nil
    }
    return Camera(
      id: "v4l2:\(path)", name: identity.name, path: path, bus: identity.busName, formats: device.formats())
  }

  /// What ALSA can record from: names of its configuration that lead to a device, then cards.
  public static func microphones() -> [Microphone] {
    ALSAList(.capture).entries.map {
      Microphone(
        id: "alsa:\($0.device)", device: $0.device, name: $0.name, isHardware: $0.isHardware,
        formats: $0.abilities?.formats ?? [], sampleRates: $0.abilities?.usualRates ?? [],
        channelCounts: $0.abilities?.channelCounts ?? [])
    }
  }

  /// What ALSA can play on: names of its configuration that lead to a device, then cards.
  public static func outputs() -> [Output] {
    ALSAList(.playback).entries.map {
      Output(
        id: "alsa:\($0.device)", device: $0.device, name: $0.name, isHardware: $0.isHardware,
        formats: $0.abilities?.formats ?? [], sampleRates: $0.abilities?.usualRates ?? [],
        channelCounts: $0.abilities?.channelCounts ?? [])
    }
  }

  /// What may be cameras, in the order of their numbers.
  static func cameraPaths(root: String) -> [String] {
    guard let directory = opendir(root) else { return [] }
    defer { closedir(directory) }
    var numbers: [Int] = []
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) {
        String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name.hasPrefix("video"), let number = Int(name.dropFirst(5)), number >= 0 { numbers.append(number) }
    }
    return numbers.sorted().map { "\(root)/video\($0)" }
  }
}
