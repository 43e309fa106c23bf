import RTCConstraints
import RTCFrames
import Synchronization

/// The cameras, microphones and outputs that a program can use (mediacapture-main, `MediaDevices`): those of the machine
/// and virtual ones alike.
/// ```swift
/// let stream = try await MediaDevices.shared.getUserMedia(audio: true, video: .init(width: 1280, height: 720))
/// ```
public final class MediaDevices: Sendable {
  struct State: Sendable {
    var virtual: [MediaDevice] = []
    var displays: [DisplaySurface] = []
    var identifiers: DeviceIdentifiers
    /// Kinds of which `getUserMedia` has brought a track.
    var exposed: Set<MediaDeviceKind> = []
    /// Sources that tracks may still share.
    var sources: [MediaDevice.Key: WeakSource] = [:]
    /// The devices that were there when it was last told.
    var stored: [MediaDevice]?
    var isMonitoring = false
    var monitors: [Task<Void, Never>] = []
  }

  struct WeakSource: Sendable {
    weak var video: (any VideoSource)?
    weak var audio: (any AudioSource)?
  }

  let providers: [any MediaDeviceProvider]
  let permissions: any MediaPermissionBroker
  let supported: Set<ConstrainableProperty>
  private let salt: DeviceIdentifierSalt
  let state: Mutex<State>
  let broadcaster = EventBroadcaster<DeviceChangeEvent>()
  /// `getUserMedia` calls, one after another.
  let requests = SerialQueue()
  /// Looks at what has changed, one after another.
  let refreshes = SerialQueue()

  /// Devices of some providers, and virtual ones that are added later.
  ///
  /// - Parameters:
  ///   - providers: who knows of devices; earlier ones are preferred.
  ///   - permissions: who decides which devices may be used. Without one, all may.
  ///   - salt: the secret from which identifiers of devices are made.
  public convenience init(
    providers: [any MediaDeviceProvider] = [], permissions: any MediaPermissionBroker = FixedPermissions(),
    salt: DeviceIdentifierSalt = .standard
  ) {
    self.init(
      providers: providers, permissions: permissions, salt: salt, supported: ConstrainableProperty.supported)
  }

  package init(
    providers: [any MediaDeviceProvider], permissions: any MediaPermissionBroker, salt: DeviceIdentifierSalt,
    supported: Set<ConstrainableProperty>
  ) {
    self.providers = providers
    self.permissions = permissions
    self.supported = supported
    self.salt = salt
    state = Mutex(State(identifiers: DeviceIdentifiers(salt: salt)))
  }

  deinit { for monitor in state.withLock({ $0.monitors }) { monitor.cancel() } }

  /// The constraints that are honoured (mediacapture-main, getSupportedConstraints). Others are ignored, even where they
  /// are required.
  public var supportedConstraints: MediaTrackSupportedConstraints {
    MediaTrackSupportedConstraints(properties: supported)
  }

  /// Offers a virtual device beside those of the machine. One of the same kind and identifier is replaced.
  public func add(_ device: MediaDevice) {
    state.withLock { state in
      state.virtual.removeAll { $0.key == device.key }
      state.virtual.append(device)
    }
    changed()
  }

  /// Takes a virtual device away, as if it were unplugged: its tracks end.
  public func remove(_ device: MediaDevice) {
    let source = state.withLock { state in
      state.virtual.removeAll { $0.key == device.key }
      return state.sources.removeValue(forKey: device.key)
    }
    source?.end()
    changed()
  }

  /// Gives all devices other identifiers, as if the program had never run.
  public func resetDeviceIdentifiers() {
    salt.forget()
    let identifiers = DeviceIdentifiers(salt: salt)
    state.withLock { $0.identifiers = identifiers }
  }

  /// What is there (mediacapture-main, enumerateDevices): microphones, cameras, outputs, of each kind the system's default
  /// first.
  ///
  /// As long as devices of a kind are not to be known, the first stands for all, without name and identifiers.
  public func enumerateDevices() async -> [MediaDeviceInfo] {
    let devices = await discover()
    state.withLock { state in if state.stored == nil { state.stored = devices } }
    return await describe(devices)
  }

  /// Whether devices of a kind may be used.
  public func permissionState(of kind: MediaDeviceKind) async -> MediaPermissionState {
    await permissions.state(of: kind)
  }

  /// All devices, each once.
  func discover() async -> [MediaDevice] {
    var devices: [MediaDevice] = []
    for provider in providers {
      for device in await provider.devices() where !devices.contains(where: { $0.key == device.key }) {
        devices.append(device)
      }
    }
    for device in state.withLock({ $0.virtual }) where !devices.contains(where: { $0.key == device.key }) {
      devices.append(device)
    }
    return devices
  }

  /// Devices of one kind, the default first.
  func sorted(_ devices: [MediaDevice], kind: MediaDeviceKind) -> [MediaDevice] {
    let ofKind = devices.filter { $0.kind == kind }
    return ofKind.filter(\.isDefault) + ofKind.filter { !$0.isDefault }
  }

  /// Devices as programs may see them (mediacapture-main, creating a list of device info objects).
  func describe(_ devices: [MediaDevice]) async -> [MediaDeviceInfo] {
    var infos: [MediaDeviceInfo] = []
    for kind in [MediaDeviceKind.audioInput, .videoInput] {
      let ofKind = sorted(devices, kind: kind)
      if await isExposed(kind) {
        infos += ofKind.map(info)
      } else if !ofKind.isEmpty {
        infos.append(MediaDeviceInfo(deviceId: "", kind: kind, label: "", groupId: ""))
      }
    }
    // Who may hear may know what there is to listen with (audio-output, exposure decision).
    let isSelected = state.withLock { $0.exposed.contains(.audioOutput) }
    guard await isExposed(.audioInput) || isSelected else { return infos }
    let outputs = sorted(devices, kind: .audioOutput)
    if let standard = outputs.first(where: \.isDefault) {
      var info = info(standard)
      info.deviceId = "default"
      info.label = "Default - \(standard.label)"
      infos.append(info)
    }
    return infos + outputs.map(info)
  }

  /// Whether devices of a kind are to be known (mediacapture-main, camera and microphone information can be exposed).
  func isExposed(_ kind: MediaDeviceKind) async -> Bool {
    switch await permissions.state(of: kind) {
    case .granted: true
    case .denied: false
    case .prompt: state.withLock { $0.exposed.contains(kind) }
    }
  }

  func info(_ device: MediaDevice) -> MediaDeviceInfo {
    let identity = identity(of: device)
    var info = MediaDeviceInfo(
      deviceId: identity.deviceId ?? "", kind: device.kind, label: device.label, groupId: identity.groupId ?? "")
    if device.kind != .audioOutput { info.capabilities = space(of: device).capabilities }
    return info
  }

  func identity(of device: MediaDevice) -> SourceCoordinator.Identity {
    let identifiers = state.withLock { $0.identifiers }
    return SourceCoordinator.Identity(
      deviceId: identifiers.deviceId(of: device), groupId: identifiers.groupId(of: device),
      facingModes: device.facingModes, modes: device.modes, defaults: device.defaults, supported: supported)
  }

  /// The settings that a device can have.
  func space(of device: MediaDevice) -> SettingsSpace {
    let identity = identity(of: device)
    return SettingsSpace(
      isVideo: device.kind == .videoInput, modes: device.knownModes, deviceId: identity.deviceId,
      groupId: identity.groupId,
      facingModes: device.facingModes, supported: supported, defaults: device.defaults)
  }
}

extension MediaDevices.WeakSource {
  init(_ source: TrackSource) {
    switch source {
    case .video(let source): video = source
    case .audio(let source): audio = source
    }
  }

  /// The source, while somebody holds it and it is not over.
  var live: TrackSource? {
    if let video, !video.output.isEnded { return .video(video) }
    if let audio, !audio.output.isEnded { return .audio(audio) }
    return nil
  }

  func end() {
    video?.output.end()
    audio?.output.end()
  }
}
