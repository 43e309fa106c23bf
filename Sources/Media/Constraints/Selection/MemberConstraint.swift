/// One constraint of a set in a form that is alike for all properties, its bare values made ideal or exact.
package struct MemberConstraint: Hashable, Sendable {
  /// How far a double may be from what is demanded of it. Aspect ratios are rounded to ten places (mediacapture-main,
  /// `aspectRatio`), programs round them to fewer, and cameras tell rates as fractions.
  static let tolerance = 1e-5

  var minimum: Double?
  var maximum: Double?
  /// Values of which one must be met.
  var exact: [SettingValue]?
  /// Values to come near to.
  var ideal: [SettingValue]?
  /// Whether the property is to be there: a boolean given for a property that is none.
  var isPresent: Bool?
  /// Whether the bare boolean is a demand.
  var isPresenceRequired = false

  /// Whether it is a required constraint (mediacapture-main, fitness distance).
  package var isRequired: Bool { minimum != nil || maximum != nil || exact != nil || isPresenceRequired }

  /// Whether it has a `min` or an `exact`, by which one could choose among displays.
  package var demandsChoice: Bool { minimum != nil || exact != nil }

  /// Whether a value meets all that is demanded of it.
  func isSatisfied(by value: SettingValue) -> Bool {
    if isPresenceRequired, isPresent == false { return false }
    if let exact, !exact.contains(where: { Self.matches(value, $0) }) { return false }
    guard case .number(let number) = value else { return minimum == nil && maximum == nil }
    if let minimum, number < minimum - Self.tolerance { return false }
    if let maximum, number > maximum + Self.tolerance { return false }
    return true
  }

  private static func matches(_ value: SettingValue, _ wanted: SettingValue) -> Bool {
    if case (.number(let actual), .number(let exact)) = (value, wanted) { return abs(actual - exact) <= tolerance }
    return value == wanted
  }

  /// The fitness distance of one member (mediacapture-main, fitness distance, steps 2 to 8).
  ///
  /// - Parameters:
  ///   - value: the member of the settings dictionary; `nil` when it does not exist.
  ///   - applies: whether the constraint applies to this kind of track.
  package func distance(to value: SettingValue?, applies: Bool = true) -> Double {
    // Step 2: a required constraint that is not satisfied, or has nothing to be satisfied by.
    if isRequired {
      guard let value, isSatisfied(by: value) else { return .infinity }
    }
    // Step 3: a constraint that does not apply has no influence.
    guard applies else { return 0 }
    // Step 4: a boolean for a property that is none asks whether the member exists.
    if let isPresent { return isPresent == (value != nil) ? 0 : 1 }
    // Step 5: the member does not exist.
    guard let value else { return 1 }
    // Step 6: no ideal value.
    guard let ideal else { return 0 }
    // Steps 7 and 8. Of several ideal values any will do.
    return ideal.map { Self.distance(from: value, to: $0) }.min() ?? 0
  }

  private static func distance(from actual: SettingValue, to ideal: SettingValue) -> Double {
    guard case (.number(let actual), .number(let ideal)) = (actual, ideal) else { return actual == ideal ? 0 : 1 }
    return FitnessDistance.numeric(actual: actual, ideal: ideal)
  }
}

extension ConstrainRange {
  func normalized(bareValuesAreExact: Bool) -> MemberConstraint? {
    var constraint = MemberConstraint()
    constraint.minimum = min?.constraintValue
    constraint.maximum = max?.constraintValue
    constraint.exact = exact.map { [.number($0.constraintValue)] }
    constraint.ideal = ideal.map { [.number($0.constraintValue)] }
    if let value {
      if bareValuesAreExact {
        constraint.exact = [.number(value.constraintValue)]
      } else {
        constraint.ideal = [.number(value.constraintValue)]
      }
    }
    constraint.isPresent = isPresent
    constraint.isPresenceRequired = isPresent != nil && bareValuesAreExact
    return constraint
  }
}

extension ConstrainText {
  /// `nil` for an empty list: it is no constraint (SelectSettings, step 1).
  func normalized(bareValuesAreExact: Bool, ignoringEmptyText: Bool = false) -> MemberConstraint? {
    func list(_ values: [Value]?) -> [SettingValue]? {
      let texts = values?.map(\.constraintText).filter { !ignoringEmptyText || !$0.isEmpty }
      guard let texts, !texts.isEmpty else { return nil }
      return texts.map { .text($0) }
    }
    var constraint = MemberConstraint()
    constraint.exact = list(exact)
    constraint.ideal = list(ideal)
    if let bare = list(values) {
      if bareValuesAreExact { constraint.exact = bare } else { constraint.ideal = bare }
    }
    constraint.isPresent = isPresent
    constraint.isPresenceRequired = isPresent != nil && bareValuesAreExact
    let isGiven = exact != nil || ideal != nil || values != nil
    let isEmpty = constraint.exact == nil && constraint.ideal == nil && isPresent == nil
    return isGiven && isEmpty ? nil : constraint
  }
}

extension ConstrainChoice {
  func normalized(bareValuesAreExact: Bool, _ settingValue: (Value) -> SettingValue) -> MemberConstraint? {
    var constraint = MemberConstraint()
    constraint.exact = exact.map { [settingValue($0)] }
    constraint.ideal = ideal.map { [settingValue($0)] }
    if let value {
      if bareValuesAreExact {
        constraint.exact = [settingValue(value)]
      } else {
        constraint.ideal = [settingValue(value)]
      }
    }
    return constraint
  }
}

extension MediaTrackConstraintSet {
  /// The members that exist, in the order of the specification, bare values made ideal or exact.
  package func members(bareValuesAreExact: Bool) -> [(property: ConstrainableProperty, constraint: MemberConstraint)] {
    ConstrainableProperty.allCases.compactMap { property in
      member(property, bareValuesAreExact: bareValuesAreExact).map { (property, $0) }
    }
  }

  private func member(_ property: ConstrainableProperty, bareValuesAreExact: Bool) -> MemberConstraint? {
    switch property {
    case .width: width?.normalized(bareValuesAreExact: bareValuesAreExact)
    case .height: height?.normalized(bareValuesAreExact: bareValuesAreExact)
    case .aspectRatio: aspectRatio?.normalized(bareValuesAreExact: bareValuesAreExact)
    case .frameRate: frameRate?.normalized(bareValuesAreExact: bareValuesAreExact)
    case .facingMode: facingMode?.normalized(bareValuesAreExact: bareValuesAreExact)
    case .resizeMode: resizeMode?.normalized(bareValuesAreExact: bareValuesAreExact)
    case .sampleRate: sampleRate?.normalized(bareValuesAreExact: bareValuesAreExact)
    case .sampleSize: sampleSize?.normalized(bareValuesAreExact: bareValuesAreExact)
    case .echoCancellation:
      echoCancellation?.normalized(bareValuesAreExact: bareValuesAreExact) { value in
        switch value {
        case .boolean(let flag): .flag(flag)
        case .text(let text): .text(text)
        }
      }
    case .autoGainControl: autoGainControl?.normalized(bareValuesAreExact: bareValuesAreExact) { .flag($0) }
    case .noiseSuppression: noiseSuppression?.normalized(bareValuesAreExact: bareValuesAreExact) { .flag($0) }
    case .latency: latency?.normalized(bareValuesAreExact: bareValuesAreExact)
    case .channelCount: channelCount?.normalized(bareValuesAreExact: bareValuesAreExact)
    // An identifier of no length may be taken as no constraint (mediacapture-main, `deviceId`).
    case .deviceId: deviceId?.normalized(bareValuesAreExact: bareValuesAreExact, ignoringEmptyText: true)
    case .groupId: groupId?.normalized(bareValuesAreExact: bareValuesAreExact)
    }
  }
}
