/// What is wanted of a property that is on or off (mediacapture-main, `ConstrainBoolean`), or also has names
/// (`ConstrainBooleanOrDOMString`): a bare value, `exact` or `ideal`.
/// ```swift
/// let noiseSuppression: ConstrainBoolean = true
/// let echoCancellation: ConstrainBooleanOrDOMString = .exact(.remoteOnly)
/// ```
public struct ConstrainChoice<Value: Hashable & Codable & Sendable & ExpressibleByBooleanLiteral>: Hashable, Sendable
where Value.BooleanLiteralType == Bool {
  /// A value without further ado: ideal in the basic set, exact in an advanced one.
  public var value: Value?
  /// The only value that will do.
  public var exact: Value?
  /// The value that is liked best.
  public var ideal: Value?

  /// Demands and wishes; without any, nothing is asked for.
  public init(exact: Value? = nil, ideal: Value? = nil) {
    self.exact = exact
    self.ideal = ideal
  }

  /// A bare value.
  public static func value(_ value: Value) -> Self {
    var choice = Self()
    choice.value = value
    return choice
  }

  /// The only value that will do.
  public static func exact(_ value: Value) -> Self { Self(exact: value) }
  /// The value that is liked best.
  public static func ideal(_ value: Value) -> Self { Self(ideal: value) }
}

/// `ConstrainBoolean` of mediacapture-main.
public typealias ConstrainBoolean = ConstrainChoice<Bool>
/// `ConstrainBooleanOrDOMString` of mediacapture-main.
public typealias ConstrainBooleanOrDOMString = ConstrainChoice<BooleanOrDOMString>

/// A boolean or a string, of which this version knows some or none.
public enum BooleanOrDOMString: Hashable, Sendable {
  /// `true` or `false`.
  case boolean(Bool)
  /// Another value, such as `all`.
  case text(String)

  /// `all` of `EchoCancellationModeEnum`: all sound that this machine plays.
  public static let all = BooleanOrDOMString.text("all")
  /// `remote-only` of `EchoCancellationModeEnum`: only sound that came from remote peers.
  public static let remoteOnly = BooleanOrDOMString.text("remote-only")
}

extension BooleanOrDOMString: ExpressibleByBooleanLiteral, ExpressibleByStringLiteral {
  /// `true` or `false`.
  public init(booleanLiteral value: Bool) { self = .boolean(value) }
  /// Another value, such as `all`.
  public init(stringLiteral value: String) { self = .text(value) }
}

extension BooleanOrDOMString: Codable {
  /// Reads a boolean or a string.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let boolean = try? container.decode(Bool.self) {
      self = .boolean(boolean)
    } else {
      self = .text(try container.decode(String.self))
    }
  }

  /// Writes a boolean or a string.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .boolean(let boolean): try container.encode(boolean)
    case .text(let text): try container.encode(text)
    }
  }
}

extension ConstrainChoice: ExpressibleByBooleanLiteral {
  /// A bare value.
  public init(booleanLiteral value: Bool) { self = .value(Value(booleanLiteral: value)) }
}

extension ConstrainChoice: Codable {
  private enum CodingKeys: String, CodingKey {
    case exact, ideal
  }

  /// Reads a bare value or an object of which unknown members are ignored; `null` and a list ask for nothing.
  public init(from decoder: any Decoder) throws {
    self.init()
    if let bare = try? decoder.singleValueContainer() {
      if bare.decodeNil() { return }
      if let value = try? bare.decode(Value.self) {
        self.value = value
        return
      }
      // JavaScript takes 0 for false, and any other number for true.
      if let number = try? bare.decode(Double.self) {
        value = Value(booleanLiteral: number != 0)
        return
      }
    }
    guard let members = try? decoder.container(keyedBy: CodingKeys.self) else { return }
    exact = try members.decodeIfPresent(Value.self, forKey: .exact)
    ideal = try members.decodeIfPresent(Value.self, forKey: .ideal)
  }

  /// Writes what was given: a bare value or an object.
  public func encode(to encoder: any Encoder) throws {
    if let value {
      var bare = encoder.singleValueContainer()
      try bare.encode(value)
      return
    }
    var members = encoder.container(keyedBy: CodingKeys.self)
    try members.encodeIfPresent(exact, forKey: .exact)
    try members.encodeIfPresent(ideal, forKey: .ideal)
  }
}
