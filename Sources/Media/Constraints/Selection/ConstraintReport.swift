import RTCFrames

/// How constraints were solved: each candidate with its distance, and why it was chosen or not.
///
/// `description` is a table for people.
public struct ConstraintReport: Hashable, Sendable {
  /// What became of a candidate.
  public enum Verdict: Hashable, Sendable {
    /// It is the result.
    case selected
    /// These required constraints are not met.
    case unfit([String])
    /// It does not meet the advanced set at this index, and others do.
    case discarded(advancedSet: Int)
    /// Another is nearer, or as near and preferred.
    case outranked
  }

  /// One possible settings dictionary of a device.
  public struct Candidate: Hashable, Sendable {
    /// The name of the device.
    public var label: String
    /// The settings.
    public var settings: MediaTrackSettings
    /// The fitness distance of each constraint of the basic set, by name; infinite for one that is not met.
    public var distances: [String: Double]
    /// The sum of them.
    public var distance: Double
    /// What became of it.
    public var verdict: Verdict
  }

  /// The constraints that were to be solved.
  public var constraints: MediaTrackConstraints
  /// Settings of all devices. Of what can be derived by cropping, scaling and leaving out, the best are listed.
  public var candidates: [Candidate]
  /// Names that were ignored, since nobody knows them here or they are not supported.
  public var ignoredNames: [String]
  /// The required constraint that no candidate meets, or "" when each is met by some but not all together; `nil` when
  /// there is a result.
  public var failedConstraint: String?

  /// The result; `nil` when the constraints cannot be met.
  public var selected: Candidate? { candidates.first { $0.verdict == .selected } }
}

extension ConstraintReport {
  /// Explains constraints over sources, of which the earlier is preferred among equals.
  package init(_ constraints: MediaTrackConstraints, in spaces: [(label: String, space: SettingsSpace)]) {
    self.constraints = constraints
    candidates = []
    let selections = spaces.map { SelectSettings(constraints, in: $0.space) }
    let winner = SelectSettings.preferredIndex(selections)
    for (index, selection) in selections.enumerated() {
      let space = spaces[index].space
      let basic = PreparedConstraintSet(
        constraints.basic, bareValuesAreExact: false, isVideo: space.isVideo, supported: space.supported)
      for (number, candidate) in selection.candidates.enumerated() {
        let members = basic.members.map { member in
          (
            member.property.rawValue,
            member.constraint.distance(to: candidate.settings[member.property], applies: member.applies)
          )
        }
        let verdict: Verdict =
          switch selection.fates[number] {
          case .unfit: .unfit(members.filter { $0.1 == .infinity }.map(\.0))
          case .discarded(let set): .discarded(advancedSet: set)
          case .outranked: .outranked
          case .selected: index == winner ? .selected : .outranked
          }
        candidates.append(
          Candidate(
            label: spaces[index].label, settings: candidate.settings,
            distances: Dictionary(uniqueKeysWithValues: members),
            distance: selection.distances[number], verdict: verdict))
      }
    }
    let supported = spaces.first?.space.supported ?? ConstrainableProperty.supported
    let sets = [constraints.basic] + constraints.advanced
    let unsupported = sets.flatMap { $0.members(bareValuesAreExact: false) }.map(\.property).filter {
      !supported.contains($0)
    }
    ignoredNames = Set(sets.flatMap(\.unknownNames) + unsupported.map(\.rawValue)).sorted()
    failedConstraint =
      winner == nil ? SelectSettings.failedConstraint(constraints, in: spaces.map(\.space)) : nil
  }
}

extension SelectSettings {
  /// The selection with the least distance, the first of equals; `nil` when none has a result.
  package static func preferredIndex(_ selections: [SelectSettings]) -> Int? {
    var best: Int?
    for (index, selection) in selections.enumerated() where selection.selected != nil {
      guard let leader = best else {
        best = index
        continue
      }
      if selection.distance < selections[leader].distance - 1e-9 { best = index }
    }
    return best
  }
}

extension ConstraintReport: CustomStringConvertible {
  /// A table: one line a candidate, the best first.
  public var description: String {
    let ranked = candidates.enumerated().sorted { left, right in
      let (l, r) = (left.element, right.element)
      if (l.verdict == .selected) != (r.verdict == .selected) { return l.verdict == .selected }
      return l.distance != r.distance ? l.distance < r.distance : left.offset < right.offset
    }
    var lines = ranked.map { Self.line($0.element) }
    if let failedConstraint {
      lines.insert(
        failedConstraint.isEmpty
          ? "no settings meet all required constraints together"
          : "no settings meet the constraint \(failedConstraint)",
        at: 0)
    }
    if !ignoredNames.isEmpty { lines.append("ignored: \(ignoredNames.joined(separator: ", "))") }
    return lines.joined(separator: "\n")
  }

  private static func line(_ candidate: Candidate) -> String {
    let settings = ConstrainableProperty.allCases.compactMap { property -> String? in
      guard property != .deviceId, property != .groupId, let value = candidate.settings[property] else { return nil }
      return "\(property.rawValue) \(value)"
    }
    let distances = ConstrainableProperty.allCases.compactMap { property in
      candidate.distances[property.rawValue].map { "\(property.rawValue) \(number($0))" }
    }
    let verdict =
      switch candidate.verdict {
      case .selected: "selected"
      case .unfit(let names): "unfit: \(names.joined(separator: ", "))"
      case .discarded(let set): "does not meet advanced set \(set)"
      case .outranked: "outranked"
      }
    let sum = distances.isEmpty ? "" : " (\(distances.joined(separator: ", ")))"
    return "\(number(candidate.distance))\(sum) \(candidate.label): \(settings.joined(separator: ", ")): \(verdict)"
  }

  private static func number(_ distance: Double) -> String {
    distance == .infinity ? "∞" : "\((distance * 10_000).rounded() / 10_000)"
  }
}
