import RTCFrames

/// How far settings are from what is wanted (mediacapture-main, fitness distance).
package enum FitnessDistance {
  /// Step 7, for positive numbers.
  package static func numeric(actual: Double, ideal: Double) -> Double {
    actual == ideal ? 0 : abs(actual - ideal) / max(abs(actual), abs(ideal))
  }
}

/// A constraint set made ready for the algorithm: bare values resolved, names that are not supported left out.
package struct PreparedConstraintSet: Sendable {
  package struct Member: Sendable {
    package let property: ConstrainableProperty
    package let constraint: MemberConstraint
    /// Whether the property is one of this kind of track.
    package let applies: Bool
  }

  package let members: [Member]

  /// - Parameters:
  ///   - bareValuesAreExact: `true` for advanced sets.
  ///   - supported: others have a distance of 0, even where they are required (fitness distance, step 1).
  package init(
    _ set: MediaTrackConstraintSet, bareValuesAreExact: Bool, isVideo: Bool,
    supported: Set<ConstrainableProperty> = ConstrainableProperty.supported
  ) {
    members = set.members(bareValuesAreExact: bareValuesAreExact).compactMap { property, constraint in
      guard supported.contains(property) else { return nil }
      let applies = isVideo ? property.appliesToVideo : property.appliesToAudio
      return Member(property: property, constraint: constraint, applies: applies)
    }
  }

  init(members: [Member]) { self.members = members }

  /// The members for some properties only.
  func only(_ properties: Set<ConstrainableProperty>) -> PreparedConstraintSet {
    PreparedConstraintSet(members: members.filter { properties.contains($0.property) })
  }

  /// The sum over the members; infinite when one that is required is not met.
  package func distance(to settings: MediaTrackSettings) -> Double {
    var sum = 0.0
    for member in members {
      sum += member.constraint.distance(to: settings[member.property], applies: member.applies)
      if sum == .infinity { break }
    }
    return sum
  }

  /// The numbers that are named for a property.
  func numbers(for property: ConstrainableProperty) -> [Double] {
    members.filter { $0.property == property }.flatMap { member in
      let constraint = member.constraint
      let listed = (constraint.exact ?? []) + (constraint.ideal ?? [])
      let numbers = listed.compactMap { value in if case .number(let number) = value { number } else { nil } }
      return numbers + [constraint.minimum, constraint.maximum].compactMap { $0 }
    }
  }
}
