/// What is wanted of the properties of a track, taken together (mediacapture-main, `MediaTrackConstraintSet`).
public struct MediaTrackConstraintSet: Hashable, Sendable {
  /// Pixels in a row.
  public var width: ConstrainULong?
  /// Rows.
  public var height: ConstrainULong?
  /// Width divided by height.
  public var aspectRatio: ConstrainDouble?
  /// Where the camera looks.
  public var facingMode: ConstrainText<VideoFacingMode>?
  /// Frames a second.
  public var frameRate: ConstrainDouble?
  /// How pictures come by their size and rate.
  public var resizeMode: ConstrainText<VideoResizeMode>?
  /// Samples of each channel a second, in hertz.
  public var sampleRate: ConstrainULong?
  /// Bits of a sample.
  public var sampleSize: ConstrainULong?
  /// Whether and what echo is removed.
  public var echoCancellation: ConstrainBooleanOrDOMString?
  /// Whether the gain follows the loudness.
  public var autoGainControl: ConstrainBoolean?
  /// Whether noise is removed.
  public var noiseSuppression: ConstrainBoolean?
  /// Seconds between a sound and its samples.
  public var latency: ConstrainDouble?
  /// Channels of audio.
  public var channelCount: ConstrainULong?
  /// The device, by its identifier.
  public var deviceId: ConstrainDOMString?
  /// The physical unit that the device belongs to, by its identifier.
  public var groupId: ConstrainDOMString?
  /// Names that were in the JSON and that nobody knows here. They are ignored, and make no difference between two sets.
  public var unknownNames: [String] {
    get { unknown.names }
    set { unknown.names = newValue }
  }
  private var unknown = UnknownNames()

  /// A set; what is `nil` does not matter.
  public init(
    width: ConstrainULong? = nil, height: ConstrainULong? = nil, aspectRatio: ConstrainDouble? = nil,
    facingMode: ConstrainText<VideoFacingMode>? = nil, frameRate: ConstrainDouble? = nil,
    resizeMode: ConstrainText<VideoResizeMode>? = nil, sampleRate: ConstrainULong? = nil,
    sampleSize: ConstrainULong? = nil, echoCancellation: ConstrainBooleanOrDOMString? = nil,
    autoGainControl: ConstrainBoolean? = nil, noiseSuppression: ConstrainBoolean? = nil,
    latency: ConstrainDouble? = nil, channelCount: ConstrainULong? = nil, deviceId: ConstrainDOMString? = nil,
    groupId: ConstrainDOMString? = nil
  ) {
    self.width = width
    self.height = height
    self.aspectRatio = aspectRatio
    self.facingMode = facingMode
    self.frameRate = frameRate
    self.resizeMode = resizeMode
    self.sampleRate = sampleRate
    self.sampleSize = sampleSize
    self.echoCancellation = echoCancellation
    self.autoGainControl = autoGainControl
    self.noiseSuppression = noiseSuppression
    self.latency = latency
    self.channelCount = channelCount
    self.deviceId = deviceId
    self.groupId = groupId
  }
}

/// Equal to any other.
private struct UnknownNames: Hashable, Sendable {
  var names: [String] = []

  static func == (lhs: UnknownNames, rhs: UnknownNames) -> Bool { true }
  func hash(into hasher: inout Hasher) {}
}

extension MediaTrackConstraintSet: Codable {
  private struct Name: CodingKey {
    var stringValue: String
    var intValue: Int? { nil }

    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
    init(_ property: ConstrainableProperty) { stringValue = property.rawValue }
  }

  /// Reads a JSON object. Unknown names are ignored, as Web IDL does with members of a dictionary.
  public init(from decoder: any Decoder) throws {
    self.init()
    let members = try decoder.container(keyedBy: Name.self)
    func read<Constraint: Decodable>(_ property: ConstrainableProperty) throws -> Constraint? {
      try members.decodeIfPresent(Constraint.self, forKey: Name(property))
    }
    width = try read(.width)
    height = try read(.height)
    aspectRatio = try read(.aspectRatio)
    facingMode = try read(.facingMode)
    frameRate = try read(.frameRate)
    resizeMode = try read(.resizeMode)
    sampleRate = try read(.sampleRate)
    sampleSize = try read(.sampleSize)
    echoCancellation = try read(.echoCancellation)
    autoGainControl = try read(.autoGainControl)
    noiseSuppression = try read(.noiseSuppression)
    latency = try read(.latency)
    channelCount = try read(.channelCount)
    deviceId = try read(.deviceId)
    groupId = try read(.groupId)
    unknownNames =
      members.allKeys.map(\.stringValue).filter { $0 != "advanced" && ConstrainableProperty(rawValue: $0) == nil }
      .sorted()
  }

  /// Writes a JSON object with what was given.
  public func encode(to encoder: any Encoder) throws {
    var members = encoder.container(keyedBy: Name.self)
    func write(_ constraint: (some Encodable)?, _ property: ConstrainableProperty) throws {
      try members.encodeIfPresent(constraint, forKey: Name(property))
    }
    try write(width, .width)
    try write(height, .height)
    try write(aspectRatio, .aspectRatio)
    try write(facingMode, .facingMode)
    try write(frameRate, .frameRate)
    try write(resizeMode, .resizeMode)
    try write(sampleRate, .sampleRate)
    try write(sampleSize, .sampleSize)
    try write(echoCancellation, .echoCancellation)
    try write(autoGainControl, .autoGainControl)
    try write(noiseSuppression, .noiseSuppression)
    try write(latency, .latency)
    try write(channelCount, .channelCount)
    try write(deviceId, .deviceId)
    try write(groupId, .groupId)
  }
}
