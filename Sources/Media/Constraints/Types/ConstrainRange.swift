/// What is wanted of a number (mediacapture-main, `ConstrainULongRange` and `ConstrainDoubleRange`): a bare value, or
/// any of `min`, `max`, `exact` and `ideal`.
///
/// A bare value is a wish in the basic set and a demand in an advanced one. `min`, `max` and `exact` are demands
/// wherever they stand, `ideal` is a wish.
/// ```swift
/// let width: ConstrainULong = 1280
/// let frameRate: ConstrainDouble = .range(min: 20, max: 30, ideal: 25)
/// ```
public struct ConstrainRange<Value: ConstrainableNumber>: Hashable, Sendable {
  /// A value without further ado: ideal in the basic set, exact in an advanced one.
  public var value: Value?
  /// The least value that will do.
  public var min: Value?
  /// The greatest value that will do.
  public var max: Value?
  /// The only value that will do.
  public var exact: Value?
  /// The value to come near to.
  public var ideal: Value?
  /// Whether the property is to be there at all, for whom its value does not matter.
  public var isPresent: Bool?

  /// Demands and wishes; without any, nothing is asked for.
  public init(min: Value? = nil, max: Value? = nil, exact: Value? = nil, ideal: Value? = nil) {
    self.min = min
    self.max = max
    self.exact = exact
    self.ideal = ideal
  }

  /// A bare value.
  public static func value(_ value: Value) -> Self {
    var range = Self()
    range.value = value
    return range
  }

  /// The least value that will do.
  public static func min(_ value: Value) -> Self { Self(min: value) }
  /// The greatest value that will do.
  public static func max(_ value: Value) -> Self { Self(max: value) }
  /// The only value that will do.
  public static func exact(_ value: Value) -> Self { Self(exact: value) }
  /// A value to come near to.
  public static func ideal(_ value: Value) -> Self { Self(ideal: value) }

  /// Several of them.
  public static func range(min: Value? = nil, max: Value? = nil, ideal: Value? = nil) -> Self {
    Self(min: min, max: max, ideal: ideal)
  }
}

/// `ConstrainULong` of mediacapture-main.
public typealias ConstrainULong = ConstrainRange<Int>
/// `ConstrainDouble` of mediacapture-main.
public typealias ConstrainDouble = ConstrainRange<Double>

/// A number that can be constrained.
public protocol ConstrainableNumber: Hashable, Codable, Sendable {
  /// The number that a JSON number becomes; `nil` for one that its W3C type refuses.
  init?(constraint value: Double)
  /// The number for comparisons.
  var constraintValue: Double { get }
}

extension Int: ConstrainableNumber {
  /// `[Clamp] unsigned long` (Web IDL, ConvertToInt): rounded to the nearest, even in doubt, and kept within 32 bits.
  public init?(constraint value: Double) {
    guard !value.isNaN else {
      self = 0
      return
    }
    self = Int(Swift.min(Swift.max(value, 0), Double(UInt32.max)).rounded(.toNearestOrEven))
  }

  /// The number for comparisons.
  public var constraintValue: Double { Double(self) }
}

extension Double: ConstrainableNumber {
  /// `double`: a finite number.
  public init?(constraint value: Double) {
    guard value.isFinite else { return nil }
    self = value
  }

  /// The number for comparisons.
  public var constraintValue: Double { self }
}

extension ConstrainRange: ExpressibleByIntegerLiteral where Value: ExpressibleByIntegerLiteral {
  /// A bare value.
  public init(integerLiteral value: Value.IntegerLiteralType) { self = .value(Value(integerLiteral: value)) }
}

extension ConstrainRange: ExpressibleByFloatLiteral where Value == Double {
  /// A bare value.
  public init(floatLiteral value: Double) { self = .value(value) }
}

extension ConstrainRange: ExpressibleByBooleanLiteral {
  /// Whether the property is to be there at all.
  public init(booleanLiteral value: Bool) {
    self.init()
    isPresent = value
  }
}

extension ConstrainRange: Codable {
  private enum CodingKeys: String, CodingKey {
    case min, max, exact, ideal
  }

  /// Reads what JavaScript takes for a `ConstrainULong` or `ConstrainDouble`: a number, a boolean or an object of which
  /// unknown members are ignored; `null` and a list ask for nothing.
  public init(from decoder: any Decoder) throws {
    self.init()
    if let bare = try? decoder.singleValueContainer() {
      if bare.decodeNil() { return }
      if let isPresent = try? bare.decode(Bool.self) {
        self.isPresent = isPresent
        return
      }
      if let number = try Self.number(in: bare) {
        value = number
        return
      }
    }
    guard let members = try? decoder.container(keyedBy: CodingKeys.self) else { return }
    min = try Self.member(.min, of: members)
    max = try Self.member(.max, of: members)
    exact = try Self.member(.exact, of: members)
    ideal = try Self.member(.ideal, of: members)
  }

  /// Writes what was given: a number, a boolean or an object.
  public func encode(to encoder: any Encoder) throws {
    if value != nil || isPresent != nil {
      var bare = encoder.singleValueContainer()
      if let value { try bare.encode(value) } else { try bare.encode(isPresent) }
      return
    }
    var members = encoder.container(keyedBy: CodingKeys.self)
    try members.encodeIfPresent(min, forKey: .min)
    try members.encodeIfPresent(max, forKey: .max)
    try members.encodeIfPresent(exact, forKey: .exact)
    try members.encodeIfPresent(ideal, forKey: .ideal)
  }

  private static func member(_ key: CodingKeys, of members: KeyedDecodingContainer<CodingKeys>) throws -> Value? {
    guard members.contains(key), try !members.decodeNil(forKey: key) else { return nil }
    let container = try members.superDecoder(forKey: key).singleValueContainer()
    if let number = try number(in: container) { return number }
    throw DecodingError.dataCorruptedError(in: container, debugDescription: "a \(key.rawValue) is a number")
  }

  /// A number, or a string that is one, as JavaScript converts it; `nil` when it is something else.
  private static func number(in container: any SingleValueDecodingContainer) throws -> Value? {
    let text = try? container.decode(String.self)
    guard let number = (try? container.decode(Double.self)) ?? text.map({ Double($0) ?? .nan }) else { return nil }
    guard let value = Value(constraint: number) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "\(text ?? "the value") is no number")
    }
    return value
  }
}
