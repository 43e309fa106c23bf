/// What is wanted of a track (mediacapture-main, `MediaTrackConstraints`): the basic set, and advanced sets that are met
/// one after another as far as they can be.
/// ```swift
/// let constraints = MediaTrackConstraints(
///   width: .range(min: 640, ideal: 1280), facingMode: .exact(.user), frameRate: .max(30),
///   advanced: [.init(width: 1920, height: 1080), .init(aspectRatio: .exact(1.5))])
/// ```
@dynamicMemberLookup
public struct MediaTrackConstraints: Hashable, Sendable {
  /// The basic set: `min`, `max` and `exact` must be met, bare values and `ideal` are wishes.
  public var basic: MediaTrackConstraintSet
  /// Sets that are each met as a whole or skipped, in this order. Bare values are exact here.
  public var advanced: [MediaTrackConstraintSet]

  /// Sets as they are.
  public init(basic: MediaTrackConstraintSet, advanced: [MediaTrackConstraintSet] = []) {
    self.basic = basic
    self.advanced = advanced
  }

  /// A member of the basic set.
  public subscript<Member>(dynamicMember path: WritableKeyPath<MediaTrackConstraintSet, Member>) -> Member {
    get { basic[keyPath: path] }
    set { basic[keyPath: path] = newValue }
  }
}

/// What can be made of the constraints of one track.
public protocol MediaTrackConstraintsConvertible {
  /// Made of a basic set and advanced ones.
  init(basic: MediaTrackConstraintSet, advanced: [MediaTrackConstraintSet])
}

extension MediaTrackConstraintsConvertible {
  /// Constraints; what is `nil` does not matter.
  public init(
    width: ConstrainULong? = nil, height: ConstrainULong? = nil, aspectRatio: ConstrainDouble? = nil,
    facingMode: ConstrainText<VideoFacingMode>? = nil, frameRate: ConstrainDouble? = nil,
    resizeMode: ConstrainText<VideoResizeMode>? = nil, sampleRate: ConstrainULong? = nil,
    sampleSize: ConstrainULong? = nil, echoCancellation: ConstrainBooleanOrDOMString? = nil,
    autoGainControl: ConstrainBoolean? = nil, noiseSuppression: ConstrainBoolean? = nil,
    latency: ConstrainDouble? = nil, channelCount: ConstrainULong? = nil, deviceId: ConstrainDOMString? = nil,
    groupId: ConstrainDOMString? = nil, advanced: [MediaTrackConstraintSet] = []
  ) {
    let basic = MediaTrackConstraintSet(
      width: width, height: height, aspectRatio: aspectRatio, facingMode: facingMode, frameRate: frameRate,
      resizeMode: resizeMode, sampleRate: sampleRate, sampleSize: sampleSize, echoCancellation: echoCancellation,
      autoGainControl: autoGainControl, noiseSuppression: noiseSuppression, latency: latency,
      channelCount: channelCount, deviceId: deviceId, groupId: groupId)
    self.init(basic: basic, advanced: advanced)
  }
}

extension MediaTrackConstraints: MediaTrackConstraintsConvertible {}

extension MediaTrackConstraints: Codable {
  private enum CodingKeys: CodingKey {
    case advanced
  }

  /// Reads a JSON object as browsers take it: the members of the basic set, and `advanced`.
  public init(from decoder: any Decoder) throws {
    basic = try MediaTrackConstraintSet(from: decoder)
    let members = try decoder.container(keyedBy: CodingKeys.self)
    advanced = try members.decodeIfPresent([MediaTrackConstraintSet].self, forKey: .advanced) ?? []
  }

  /// Writes a JSON object as browsers take it.
  public func encode(to encoder: any Encoder) throws {
    try basic.encode(to: encoder)
    guard !advanced.isEmpty else { return }
    var members = encoder.container(keyedBy: CodingKeys.self)
    try members.encode(advanced, forKey: .advanced)
  }
}
