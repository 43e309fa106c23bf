import RTCFrames

/// What a device is for (mediacapture-main, `MediaDeviceKind`).
public enum MediaDeviceKind: String, Hashable, Codable, Sendable, CaseIterable {
  /// A microphone.
  case audioInput = "audioinput"
  /// A camera.
  case videoInput = "videoinput"
  /// Something that plays sound.
  case audioOutput = "audiooutput"
}

/// A device as programs see it (mediacapture-main, `MediaDeviceInfo` and `InputDeviceInfo`). In JSON it has the members
/// `deviceId`, `kind`, `label` and `groupId`.
public struct MediaDeviceInfo: Hashable, Sendable, Codable {
  /// An identifier that is the same whenever the program runs, and tells nothing of the device. Empty as long as devices
  /// of the kind are not to be known; `default` for the output that the system prefers.
  public var deviceId: String
  /// What the device is for.
  public var kind: MediaDeviceKind
  /// What the device calls itself; empty as long as devices of the kind are not to be known.
  public var label: String
  /// An identifier that devices of one physical unit share while the program runs.
  public var groupId: String
  /// What constraints can have of an input (`InputDeviceInfo.getCapabilities`): nothing is known of an output, or as long
  /// as devices of the kind are not to be known.
  public var capabilities = MediaTrackCapabilities()

  /// A device.
  public init(
    deviceId: String, kind: MediaDeviceKind, label: String, groupId: String,
    capabilities: MediaTrackCapabilities = MediaTrackCapabilities()
  ) {
    self.deviceId = deviceId
    self.kind = kind
    self.label = label
    self.groupId = groupId
    self.capabilities = capabilities
  }

  private enum CodingKeys: CodingKey {
    case deviceId, kind, label, groupId
  }
}

/// What happened to the list of devices (mediacapture-main, `DeviceChangeEvent`).
public struct DeviceChangeEvent: Hashable, Sendable {
  /// The devices now.
  public var devices: [MediaDeviceInfo]
  /// Those of them that were not there before.
  public var userInsertedDevices: [MediaDeviceInfo]
}
