import RTCFrames

/// The SelectSettings algorithm (mediacapture-main, SelectSettings) over the candidates of one source, and what it did
/// with each.
package struct SelectSettings: Sendable {
  /// What became of a candidate.
  package enum Fate: Hashable, Sendable {
    /// A required constraint of the basic set is not met.
    case unfit
    /// It does not meet the advanced set at this index, and others do.
    case discarded(advancedSet: Int)
    /// Another is nearer, or as near and preferred.
    case outranked
    /// It is the result.
    case selected
  }

  package let candidates: [SettingsCandidate]
  /// The fitness distance of each candidate from the basic set, with bare values as ideal (step 3).
  package let distances: [Double]
  package let fates: [Fate]
  /// The index of the result; `nil` when there is none.
  package let selectedIndex: Int?

  package var selected: SettingsCandidate? { selectedIndex.map { candidates[$0] } }
  /// The fitness distance of the result; infinite without one.
  package var distance: Double { selectedIndex.map { distances[$0] } ?? .infinity }

  /// Solves constraints over all settings of a source.
  package init(_ constraints: MediaTrackConstraints, in space: SettingsSpace) {
    let basic = PreparedConstraintSet(
      constraints.basic, bareValuesAreExact: false, isVideo: space.isVideo, supported: space.supported)
    let advanced = constraints.advanced.map {
      PreparedConstraintSet($0, bareValuesAreExact: true, isVideo: space.isVideo, supported: space.supported)
    }
    self.init(candidates: space.candidates(basic: basic, advanced: advanced), basic: basic, advanced: advanced)
  }

  /// Solves constraints over settings that are given one by one.
  package init(candidates: [SettingsCandidate], basic: PreparedConstraintSet, advanced: [PreparedConstraintSet]) {
    // Steps 1 and 2 are done: empty lists are gone, and candidates know no constraints.
    // Step 3: those whose distance is finite.
    let distances = candidates.map { basic.distance(to: $0.settings) }
    var fates = distances.map { $0 < .infinity ? Fate.outranked : .unfit }
    var remaining = distances.indices.filter { distances[$0] < .infinity }
    // Step 5: each advanced set keeps those that meet it, unless there are none.
    for (index, set) in advanced.enumerated() {
      let meeting = remaining.filter { set.distance(to: candidates[$0].settings) < .infinity }
      guard !meeting.isEmpty, meeting.count < remaining.count else { continue }
      for discarded in Set(remaining).subtracting(meeting) { fates[discarded] = .discarded(advancedSet: index) }
      remaining = meeting
    }
    // Step 6: the smallest distance, and among equals the defaults. Step 4: without candidates no result.
    let least = remaining.map { distances[$0] }.min() ?? .infinity
    let nearest = remaining.filter { distances[$0] <= least + 1e-9 }
    let selected = nearest.min { candidates[$0].preference < candidates[$1].preference }
    if let selected { fates[selected] = .selected }
    self.candidates = candidates
    self.distances = distances
    self.fates = fates
    selectedIndex = selected
  }

  /// A required constraint that no settings of any of the spaces meet, or "" when each is met by some but not all
  /// together (ApplyConstraints, step 2; getUserMedia, Constraint Failure).
  package static func failedConstraint(_ constraints: MediaTrackConstraints, in spaces: [SettingsSpace]) -> String {
    let required = constraints.basic.members(bareValuesAreExact: false).filter(\.constraint.isRequired)
    for (property, constraint) in required {
      let isMet = spaces.contains { space in
        guard space.supported.contains(property) else { return true }
        let applies = space.isVideo ? property.appliesToVideo : property.appliesToAudio
        let set = PreparedConstraintSet(members: [.init(property: property, constraint: constraint, applies: applies)])
        return space.candidates(basic: set, advanced: []).contains { set.distance(to: $0.settings) < .infinity }
      }
      if !isMet { return property.rawValue }
    }
    return ""
  }
}

extension MediaTrackConstraints {
  /// Without the properties that are none of this kind of track (getUserMedia, step 10.3.3).
  package func removingProperties(notOf isVideo: Bool) -> MediaTrackConstraints {
    var result = self
    result.basic.removeProperties(notOf: isVideo)
    for index in result.advanced.indices { result.advanced[index].removeProperties(notOf: isVideo) }
    return result
  }
}

extension MediaTrackConstraintSet {
  fileprivate mutating func removeProperties(notOf isVideo: Bool) {
    if isVideo {
      sampleRate = nil
      sampleSize = nil
      echoCancellation = nil
      autoGainControl = nil
      noiseSuppression = nil
      latency = nil
      channelCount = nil
    } else {
      width = nil
      height = nil
      aspectRatio = nil
      facingMode = nil
      frameRate = nil
      resizeMode = nil
    }
  }
}
