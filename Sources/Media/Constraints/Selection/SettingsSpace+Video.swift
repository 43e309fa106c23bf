import RTCFrames

extension SettingsSpace {
  /// A size in which pictures can be had.
  struct Size: Hashable, Sendable {
    var width: Int
    var height: Int
    /// What the source delivers for it.
    var nativeWidth: Int
    var nativeHeight: Int

    var isNative: Bool { width == nativeWidth && height == nativeHeight }
    var aspectRatio: Double { MediaTrackSettings.aspectRatio(width: width, height: height) }

    /// The shape that is kept when nobody asks for another: that of the native picture, or for a source of any shape that
    /// of its defaults.
    var shape: Double

    /// Hundredths of a picture of that shape that are cut away so that the rest has the shape of this size.
    var cropped: Int {
      let kept = Double(width) / Double(height) / shape
      return Int(((1 - min(kept, 1 / kept)) * 100).rounded())
    }

    func distance(fromDefaults defaults: MediaTrackSettings) -> Double {
      RTCConstraints.distance(from: Double(width), toDefault: defaults.width.map { Double($0) })
        + RTCConstraints.distance(from: Double(height), toDefault: defaults.height.map { Double($0) })
    }
  }

  /// A rate at which pictures can be had.
  struct Rate: Hashable, Sendable {
    var rate: Double?
    var native: Double?
  }

  func videoCandidates(basic: PreparedConstraintSet, advanced: [PreparedConstraintSet]) -> [SettingsCandidate] {
    var candidates: [SettingsCandidate] = []
    for mode in modes {
      guard let widths = mode.width, let heights = mode.height else {
        candidates.append(contentsOf: facings.map { sizelessCandidate(mode, facing: $0) })
        continue
      }
      let generator = SizeGenerator(
        widths: widths, heights: heights, basic: basic, advanced: advanced, commitments: commitments,
        defaults: defaults)
      let rates = rates(of: mode, basic: basic, advanced: advanced)
      for size in generator.sizes() {
        for rate in rates where serves(size, rate) {
          for facing in facings {
            candidates.append(contentsOf: self.candidates(size: size, rate: rate, facing: facing))
          }
        }
      }
    }
    return candidates
  }

  /// A camera that looks nowhere in particular has settings without that member.
  private var facings: [String?] { facingModes.isEmpty ? [nil] : facingModes }

  /// Settings of a source that does not know its size yet.
  private func sizelessCandidate(_ mode: MediaSourceMode, facing: String?) -> SettingsCandidate {
    var settings = MediaTrackSettings()
    settings.frameRate = mode.frameRate?.max
    settings.facingMode = facing
    return SettingsCandidate(settings: settings, native: MediaTrackSettings(), preference: .init())
  }

  private func rates(
    of mode: MediaSourceMode, basic: PreparedConstraintSet, advanced: [PreparedConstraintSet]
  ) -> [Rate] {
    let named = ([basic] + advanced).flatMap { $0.numbers(for: .frameRate) }
    guard let values = mode.frameRate else {
      // A source that does not know its rate is taken to be as fast as a screen (mediacapture-main, `frameRate`).
      let derived = Set(named).sorted().filter { $0 >= Self.leastDerivedRate && $0 <= Self.screenRate }
      return [Rate(rate: nil, native: nil)] + derived.map { Rate(rate: $0, native: nil) }
    }
    let committed = commitments.compactMap(\.settings.frameRate).max()
    let native = values.critical(near: named + [defaults.frameRate, committed].compactMap { $0 })
    var rates = native.map { Rate(rate: $0, native: $0) }
    // Each picture that is not wanted is left out; none is made up.
    for rate in Set(named + native + [defaults.frameRate].compactMap { $0 }).sorted()
    where rate >= Self.leastDerivedRate {
      guard let source = values.covering(max(rate, committed ?? 0)), source != rate else { continue }
      rates.append(Rate(rate: rate, native: source))
    }
    return rates
  }

  /// Whether the other tracks can go on when the source runs so.
  private func serves(_ size: Size, _ rate: Rate) -> Bool {
    commitments.allSatisfy { commitment in
      let (width, height) = (commitment.settings.width ?? 0, commitment.settings.height ?? 0)
      let frameRate = commitment.settings.frameRate ?? 0
      if commitment.isNativeDemanded {
        return size.nativeWidth == width && size.nativeHeight == height
          && (rate.native == nil || commitment.settings.frameRate == nil || rate.native == frameRate)
      }
      return size.nativeWidth >= width && size.nativeHeight >= height && (rate.native ?? .infinity) >= frameRate
    }
  }

  private func candidates(size: Size, rate: Rate, facing: String?) -> [SettingsCandidate] {
    var settings = MediaTrackSettings(width: size.width, height: size.height, frameRate: rate.rate)
    settings.aspectRatio = size.aspectRatio
    settings.facingMode = facing
    settings.resizeMode = VideoResizeMode.none.rawValue
    let native = MediaTrackSettings(width: size.nativeWidth, height: size.nativeHeight, frameRate: rate.native)
    var preference = SettingsCandidate.Preference()
    preference.derivations = (size.isNative ? 0 : 1) + (rate.rate == rate.native ? 0 : 1)
    preference.cropped = size.cropped
    preference.fromDefaults =
      size.distance(fromDefaults: defaults)
      + (rate.rate.map { RTCConstraints.distance(from: $0, toDefault: defaults.frameRate) } ?? 0)
    preference.cost = Double(size.nativeWidth * size.nativeHeight) * (rate.native ?? 1)
    let asDelivered = SettingsCandidate(settings: settings, native: native, preference: preference)
    var derived = asDelivered
    derived.settings.resizeMode = VideoResizeMode.cropAndScale.rawValue
    derived.preference.isCalledDerived = true
    // What is delivered as it is counts as derived too (mediacapture-main, applyConstraints): `crop-and-scale` is a
    // superset of `none`.
    return preference.derivations == 0 ? [asDelivered, derived] : [derived]
  }
}

extension MediaTrackSettings {
  /// Width divided by height, rounded to the tenth decimal place (mediacapture-main, `aspectRatio`).
  package static func aspectRatio(width: Int, height: Int) -> Double {
    (Double(width) / Double(height) * 1e10).rounded() / 1e10
  }
}
