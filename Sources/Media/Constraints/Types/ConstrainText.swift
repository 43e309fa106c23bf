/// What is wanted of a string (mediacapture-main, `ConstrainDOMString`): bare values, `exact` or `ideal` ones. Of
/// several values any will do; an empty list asks for nothing.
/// ```swift
/// let facingMode: ConstrainText<VideoFacingMode> = .exact(.user)
/// let deviceId: ConstrainDOMString = ["first", "second"]
/// ```
public struct ConstrainText<Value: ConstrainableText>: Hashable, Sendable {
  /// Values without further ado: ideal in the basic set, exact in an advanced one.
  public var values: [Value]?
  /// The only values that will do.
  public var exact: [Value]?
  /// The values that are liked best.
  public var ideal: [Value]?
  /// Whether the property is to be there at all, for whom its value does not matter.
  public var isPresent: Bool?

  /// Demands and wishes; without any, nothing is asked for.
  public init(exact: [Value]? = nil, ideal: [Value]? = nil) {
    self.exact = exact
    self.ideal = ideal
  }

  /// Bare values.
  public static func values(_ values: [Value]) -> Self {
    var text = Self(exact: nil)
    text.values = values
    return text
  }

  /// A bare value.
  public static func value(_ value: Value) -> Self { .values([value]) }
  /// The only values that will do.
  public static func exact(_ values: Value...) -> Self { Self(exact: values) }
  /// The values that are liked best.
  public static func ideal(_ values: Value...) -> Self { Self(ideal: values) }
}

/// `ConstrainDOMString` of mediacapture-main.
public typealias ConstrainDOMString = ConstrainText<String>

/// A string that can be constrained: any `String`, or one of which some values have names.
public protocol ConstrainableText: Hashable, Sendable {
  /// The value that a string is.
  init(constraint text: String)
  /// The string.
  var constraintText: String { get }
}

extension String: ConstrainableText {
  /// The string itself.
  public init(constraint text: String) { self = text }
  /// The string itself.
  public var constraintText: String { self }
}

extension ConstrainText: ExpressibleByStringLiteral, ExpressibleByUnicodeScalarLiteral,
  ExpressibleByExtendedGraphemeClusterLiteral
{
  /// A bare value.
  public init(stringLiteral value: String) { self = .value(Value(constraint: value)) }
}

extension ConstrainText: ExpressibleByArrayLiteral {
  /// Bare values, of which any will do.
  public init(arrayLiteral values: Value...) { self = .values(values) }
}

extension ConstrainText: ExpressibleByBooleanLiteral {
  /// Whether the property is to be there at all.
  public init(booleanLiteral value: Bool) {
    self.init(exact: nil)
    isPresent = value
  }
}

extension ConstrainText: Codable {
  private enum CodingKeys: String, CodingKey {
    case exact, ideal
  }

  /// Reads what JavaScript takes for a `ConstrainDOMString`: a string, a list of strings, a boolean or an object of which
  /// unknown members are ignored; `null` asks for nothing.
  public init(from decoder: any Decoder) throws {
    self.init(exact: nil)
    if let bare = try? decoder.singleValueContainer() {
      if bare.decodeNil() { return }
      if let isPresent = try? bare.decode(Bool.self) {
        self.isPresent = isPresent
        return
      }
      if let values = Self.texts(in: bare) {
        self.values = values
        return
      }
    }
    let members = try decoder.container(keyedBy: CodingKeys.self)
    exact = try Self.member(.exact, of: members)
    ideal = try Self.member(.ideal, of: members)
  }

  /// Writes what was given: a string, a list, a boolean or an object.
  public func encode(to encoder: any Encoder) throws {
    if let values {
      try Self.encode(values, to: encoder)
    } else if let isPresent {
      var bare = encoder.singleValueContainer()
      try bare.encode(isPresent)
    } else {
      var members = encoder.container(keyedBy: CodingKeys.self)
      if let exact { try Self.encode(exact, to: members.superEncoder(forKey: .exact)) }
      if let ideal { try Self.encode(ideal, to: members.superEncoder(forKey: .ideal)) }
    }
  }

  private static func encode(_ values: [Value], to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    let texts = values.map(\.constraintText)
    if texts.count == 1 { try container.encode(texts[0]) } else { try container.encode(texts) }
  }

  private static func member(_ key: CodingKeys, of members: KeyedDecodingContainer<CodingKeys>) throws -> [Value]? {
    guard members.contains(key), try !members.decodeNil(forKey: key) else { return nil }
    let container = try members.superDecoder(forKey: key).singleValueContainer()
    if let texts = texts(in: container) { return texts }
    throw DecodingError.dataCorruptedError(
      in: container, debugDescription: "an \(key.rawValue) is a string or a list of strings")
  }

  private static func texts(in container: any SingleValueDecodingContainer) -> [Value]? {
    if let text = try? container.decode(String.self) { return [Value(constraint: text)] }
    // JavaScript makes a string of any number.
    if let number = try? container.decode(Int.self) { return [Value(constraint: String(number))] }
    return (try? container.decode([String].self))?.map(Value.init(constraint:))
  }
}
