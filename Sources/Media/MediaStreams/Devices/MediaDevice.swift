import RTCFrames

/// A device that `MediaDevices` can offer: a camera, a microphone, an output, or something that stands in for one.
public struct MediaDevice: Sendable {
  /// What the device is for.
  public var kind: MediaDeviceKind
  /// Tells the device from others of its kind, today and after a restart: a bus address with a serial number, a name of a
  /// configuration. Programs never see it.
  public var uniqueID: String
  /// The physical unit that it belongs to: the same for the camera and the microphone of one webcam.
  public var groupID: String
  /// What the device calls itself.
  public var label: String
  /// Whether the system prefers it among its kind.
  public var isDefault: Bool
  /// Where a camera looks: `user`, `environment`, `left` or `right`; empty when nobody knows.
  public var facingModes: [String]
  /// The ways in which the device runs by itself, known without opening it; empty when nobody knows.
  public var modes: [MediaSourceMode]
  /// What it has when nobody asks for anything; without them, what user agents usually have.
  public var defaults: MediaTrackSettings?
  /// What the system opens an output by, such as `plughw:0`; `nil` for inputs, and where there is nothing to open.
  public private(set) var address: String?
  /// Makes a source of it that is not opened yet; `nil` for an output. Tracks of one device share a source while one of
  /// them lives.
  var makeSource: (@Sendable () throws -> TrackSource)?
  /// The modes of a virtual device now: its size may be unknown until the first frame.
  private var presentModes: (@Sendable () -> [MediaSourceMode])?

  private init(
    kind: MediaDeviceKind, uniqueID: String, groupID: String?, label: String, isDefault: Bool, facingModes: [String],
    modes: [MediaSourceMode], defaults: MediaTrackSettings?, makeSource: (@Sendable () throws -> TrackSource)?
  ) {
    self.kind = kind
    self.uniqueID = uniqueID
    self.groupID = groupID ?? "\(kind.rawValue):\(uniqueID)"
    self.label = label
    self.isDefault = isDefault
    self.facingModes = facingModes
    self.modes = modes
    self.defaults = defaults
    self.makeSource = makeSource
  }

  /// A camera.
  ///
  /// - Parameters:
  ///   - makeSource: makes a source that is not opened yet, on any thread. It may take its time.
  public static func camera(
    uniqueID: String, groupID: String? = nil, label: String, isDefault: Bool = false, facingModes: [String] = [],
    modes: [MediaSourceMode], defaults: MediaTrackSettings? = nil,
    makeSource: @escaping @Sendable () throws -> any VideoSource
  ) -> MediaDevice {
    MediaDevice(
      kind: .videoInput, uniqueID: uniqueID, groupID: groupID, label: label, isDefault: isDefault,
      facingModes: facingModes, modes: modes, defaults: defaults, makeSource: { .video(try makeSource()) })
  }

  /// A microphone.
  ///
  /// - Parameters:
  ///   - makeSource: makes a source that is not opened yet, on any thread. It may take its time.
  public static func microphone(
    uniqueID: String, groupID: String? = nil, label: String, isDefault: Bool = false, modes: [MediaSourceMode],
    defaults: MediaTrackSettings? = nil, makeSource: @escaping @Sendable () throws -> any AudioSource
  ) -> MediaDevice {
    MediaDevice(
      kind: .audioInput, uniqueID: uniqueID, groupID: groupID, label: label, isDefault: isDefault, facingModes: [],
      modes: modes, defaults: defaults, makeSource: { .audio(try makeSource()) })
  }

  /// Something that plays sound.
  ///
  /// - Parameter address: what the system opens it by.
  public static func output(
    uniqueID: String, groupID: String? = nil, label: String, isDefault: Bool = false, address: String? = nil
  ) -> MediaDevice {
    var device = MediaDevice(
      kind: .audioOutput, uniqueID: uniqueID, groupID: groupID, label: label, isDefault: isDefault, facingModes: [],
      modes: [], defaults: nil, makeSource: nil)
    device.address = address
    return device
  }

  /// A virtual camera: a test pattern, a file, or whatever a program has as a source.
  ///
  /// - Parameters:
  ///   - source: shared by all tracks. Once it is over, the device can be opened no more.
  ///   - label: the name of the source, if it is `nil`.
  ///   - facingModes: where it is said to look.
  public static func virtual(
    _ source: some VideoSource, label: String? = nil, isDefault: Bool = false, facingModes: [String] = []
  ) -> MediaDevice {
    let label = label ?? source.label
    var device = camera(
      uniqueID: "virtual:\(label)", label: label, isDefault: isDefault, facingModes: facingModes, modes: [],
      defaults: source.settings, makeSource: { source })
    device.presentModes = { Self.modes(of: source) }
    return device
  }

  /// A virtual microphone: a tone, a file, or whatever a program has as a source.
  ///
  /// - Parameters:
  ///   - source: shared by all tracks. Once it is over, the device can be opened no more.
  ///   - label: the name of the source, if it is `nil`.
  public static func virtual(
    _ source: some AudioSource, label: String? = nil, isDefault: Bool = false
  ) -> MediaDevice {
    let label = label ?? source.label
    var device = microphone(
      uniqueID: "virtual:\(label)", label: label, isDefault: isDefault, modes: [], defaults: source.settings,
      makeSource: { source })
    device.presentModes = { Self.modes(of: source) }
    return device
  }

  /// A virtual camera whose pictures the program writes to a generator.
  public static func virtual(_ generator: VideoTrackGenerator, isDefault: Bool = false) -> MediaDevice {
    virtual(generator.source, label: generator.track.label, isDefault: isDefault)
  }

  /// A virtual microphone whose sound the program writes to a generator.
  public static func virtual(_ generator: AudioTrackGenerator, isDefault: Bool = false) -> MediaDevice {
    virtual(generator.source, label: generator.track.label, isDefault: isDefault)
  }

  private static func modes(of source: any MediaSource) -> [MediaSourceMode] {
    source.modes.isEmpty ? [MediaSourceMode(source.settings)] : source.modes
  }

  /// At least one mode, though nothing be known of it.
  var knownModes: [MediaSourceMode] {
    let modes = presentModes?() ?? modes
    return modes.isEmpty ? [MediaSourceMode()] : modes
  }

  /// Tells devices apart.
  struct Key: Hashable, Sendable {
    var kind: MediaDeviceKind
    var uniqueID: String
  }

  var key: Key { Key(kind: kind, uniqueID: uniqueID) }
}

/// Knows of devices: those of the machine, of a file, of a network.
public protocol MediaDeviceProvider: Sendable {
  /// What is there now, in an order that does not change without reason. It may take its time.
  func devices() async -> [MediaDevice]
  /// An element whenever the list may have changed. Asked for once, when somebody wants to know of changes; whatever
  /// watches ends when the sequence is dropped.
  var changes: AsyncStream<Void> { get }
}
