/// The constraints that are honoured (mediacapture-main, `MediaTrackSupportedConstraints`). In JSON an object of those
/// that are, each `true`.
public struct MediaTrackSupportedConstraints: Hashable, Sendable {
  /// The properties that can be constrained.
  public let properties: Set<ConstrainableProperty>

  package init(properties: Set<ConstrainableProperty>) { self.properties = properties }

  /// Whether a property can be constrained.
  public subscript(property: ConstrainableProperty) -> Bool { properties.contains(property) }
  /// Whether the property of this name can be constrained.
  public subscript(name: String) -> Bool { ConstrainableProperty(rawValue: name).map(properties.contains) ?? false }
}

extension MediaTrackSupportedConstraints: Codable {
  /// Reads an object of booleans; unknown names are ignored.
  public init(from decoder: any Decoder) throws {
    let members = try decoder.singleValueContainer().decode([String: Bool].self)
    properties = Set(members.filter(\.value).keys.compactMap(ConstrainableProperty.init(rawValue:)))
  }

  /// Writes an object in which what can be constrained is `true`.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(Dictionary(uniqueKeysWithValues: properties.map { ($0.rawValue, true) }))
  }
}
