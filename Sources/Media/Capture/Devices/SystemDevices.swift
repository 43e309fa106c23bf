import Glibc
public import MediaStreams
import RTCFrames
import Synchronization

extension MediaDevices {
  /// The cameras, microphones and outputs of this machine, and virtual ones that are added.
  public static let shared = MediaDevices(providers: [SystemDevices()])
}

/// The devices of this machine: cameras of V4L2, microphones and outputs of ALSA.
public final class SystemDevices: MediaDeviceProvider {
  private let root: String
  /// What microphones told when they could be asked: not while somebody has them.
  private let microphoneModes = Mutex<[String: [MediaSourceMode]]>([:])

  /// - Parameter root: where the devices of cameras lie, and where sound cards are looked for when devices change.
  public init(root: String = "/dev") { self.root = root }

  /// What is there now: cameras in the order of their numbers, microphones and outputs in that of ALSA.
  public func devices() async -> [MediaDevice] {
    // Drivers may take their time, so it is not done on a thread of tasks.
    let thread = Mutex<MediaThread?>(nil)
    let devices = await withCheckedContinuation { continuation in
      let new = try? MediaThread(name: "list devices") { [self] _ in
        continuation.resume(returning: cameras() + microphones() + outputs())
      }
      if new == nil { continuation.resume(returning: []) }
      thread.withLock { $0 = new }
    }
    thread.withLock { $0 }?.stop()
    return devices
  }

  /// An element whenever cameras or sound cards came or went.
  public var changes: AsyncStream<Void> { DeviceMonitor.changes(root: root) }

  private func cameras() -> [MediaDevice] {
    var counts: [String: Int] = [:]
    var isFirst = true
    return CaptureDevices.cameraPaths(root: root).compactMap { path in
      guard let device = try? V4L2Device(path: path), let identity = device.identity(), identity.canCapture else {
        return nil
      }
      // Numbers change when devices are plugged in in another order; where they are plugged in does not. One camera may
      // have several devices.
      let place = "\(identity.busName) \(identity.name)"
      let ordinal = counts[place, default: 0]
      counts[place] = ordinal + 1
      defer { isFirst = false }
      let name = path.split(separator: "/").last.map(String.init) ?? path
      return .camera(
        uniqueID: "v4l2:\(place) \(ordinal)",
        groupID: PhysicalUnit.path(of: "/sys/class/video4linux/\(name)/device") ?? identity.busName,
        label: identity.name, isDefault: isFirst, facingModes: PhysicalUnit.facingModes(ofCamera: identity.name),
        modes: device.sourceModes(), makeSource: { V4L2Source(path: path) })
    }
  }

  private func microphones() -> [MediaDevice] {
    let entries = ALSAList(.capture).entries
    return entries.map { entry in
      let device = entry.device
      return .microphone(
        uniqueID: "alsa:\(entry.persistentName)", groupID: entry.unit, label: entry.name,
        isDefault: Self.isDefault(entry, of: entries), modes: modes(ofMicrophone: device),
        makeSource: { ALSASource(device: device, label: entry.name) })
    }
  }

  private func outputs() -> [MediaDevice] {
    let entries = ALSAList(.playback).entries
    return entries.map { entry in
      .output(
        uniqueID: "alsa:\(entry.persistentName)", groupID: entry.unit, label: entry.name,
        isDefault: Self.isDefault(entry, of: entries), address: entry.device)
    }
  }

  /// ALSA's own default, or the first where it has none.
  private static func isDefault(_ entry: ALSAList.Entry, of entries: [ALSAList.Entry]) -> Bool {
    entry.device == "default" || (entry == entries.first && !entries.contains { $0.device == "default" })
  }

  private func modes(ofMicrophone device: String) -> [MediaSourceMode] {
    microphoneModes.withLock { known in
      let modes = ALSASource(device: device).modes
      if !modes.isEmpty { known[device] = modes }
      return known[device] ?? ALSASource.conversionModes
    }
  }
}
