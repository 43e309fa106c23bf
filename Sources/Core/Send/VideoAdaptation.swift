import RTCBase

/// Chooses at what size and frame rate video is encoded for the bitrate there is.
///
/// It holds the full size as long as the picture is worth looking at, steps down when the bitrate stays too low for the size, and
/// steps up again only when the larger size would have bitrate to spare for a while.
package struct VideoAdaptation: Sendable {
  /// What gives way first (W3C degradationPreference).
  package enum Preference: Hashable, Sendable {
    case maintainFrameRate, maintainResolution, balanced
  }

  /// W3C RTCQualityLimitationReason, without the values that only a measured encoder can have.
  package enum LimitationReason: Hashable, Sendable {
    case none, bandwidth
  }

  package struct Decision: Hashable, Sendable {
    /// By how much width and height are divided: 1 or more.
    package var scale: Double
    /// Frames a second at most.
    package var maximumFrameRate: Double
    package var limitation: LimitationReason

    package init(scale: Double, maximumFrameRate: Double, limitation: LimitationReason) {
      self.scale = scale
      self.maximumFrameRate = maximumFrameRate
      self.limitation = limitation
    }
  }

  private static let scales = [1.0, 1.5, 2.0, 3.0, 4.0]
  private static let frameRateSteps = [1.0, 0.5, 0.25]
  private static let downAfter = TimeDelta.milliseconds(800)
  private static let upAfter = TimeDelta.seconds(3)
  /// How much more than the least the larger size must have.
  private static let headroom = 1.3

  package var preference: Preference
  /// The least that 1280x720 at 30 frames a second is worth sending at.
  package var leastBitrateAt720p = Bitrate.kilobitsPerSecond(400)

  package private(set) var decision: Decision
  package private(set) var resolutionChanges = 0
  /// Time under each reason (W3C qualityLimitationDurations).
  package private(set) var unlimitedDuration = TimeDelta.zero
  package private(set) var bandwidthLimitedDuration = TimeDelta.zero

  private var step = 0
  private var lowSince: MonotonicTime?
  private var highSince: MonotonicTime?
  private var lastUpdate: MonotonicTime?

  package init(preference: Preference = .balanced) {
    self.preference = preference
    decision = Decision(scale: 1, maximumFrameRate: 30, limitation: .none)
  }

  /// - Parameters:
  ///   - width: of the source, after the scaling that the application asked for, in pixels.
  ///   - frameRate: of the source, or the application's limit if lower.
  ///   - target: the encoder's bitrate.
  @discardableResult
  package mutating func update(
    width: Int, height: Int, frameRate: Double, target: Bitrate, now: MonotonicTime
  ) -> Decision {
    let elapsed = lastUpdate.map { max(.zero, now - $0) } ?? .zero
    if decision.limitation == .none { unlimitedDuration += elapsed } else { bandwidthLimitedDuration += elapsed }
    let isFirst = lastUpdate == nil
    lastUpdate = now

    let pixels = Double(max(1, min(width, 16_384))) * Double(max(1, min(height, 16_384)))
    let rate = frameRate.isFinite ? min(max(frameRate, 1), 240) : 30
    let last = steps - 1
    step = min(step, last)
    if step < last, target < least(step, pixels, rate) {
      highSince = nil
      let since = lowSince ?? now
      lowSince = since
      // The first frame of a call goes out at the size that fits.
      if isFirst || now - since >= Self.downAfter {
        while step < last, target < least(step, pixels, rate) { move(to: step + 1) }
        lowSince = nil
      }
    } else if step > 0, target > least(step - 1, pixels, rate) * Self.headroom {
      lowSince = nil
      let since = highSince ?? now
      highSince = since
      if now - since >= Self.upAfter {
        while step > 0, target > least(step - 1, pixels, rate) * Self.headroom { move(to: step - 1) }
        highSince = nil
      }
    } else {
      lowSince = nil
      highSince = nil
    }
    let (scale, share) = shape(step)
    decision = Decision(
      scale: scale, maximumFrameRate: max(1, rate * share), limitation: step == 0 ? .none : .bandwidth)
    return decision
  }

  /// Time under each reason up to `now`; the members count up to the last update.
  package func durations(at now: MonotonicTime) -> (unlimited: TimeDelta, bandwidthLimited: TimeDelta) {
    let elapsed = lastUpdate.map { max(.zero, now - $0) } ?? .zero
    return decision.limitation == .none
      ? (unlimitedDuration + elapsed, bandwidthLimitedDuration)
      : (unlimitedDuration, bandwidthLimitedDuration + elapsed)
  }

  /// The size to encode: scaled, even, and never less than 16 pixels a side unless the source is.
  package func encodedSize(width: Int, height: Int) -> (width: Int, height: Int) {
    func scaled(_ value: Int) -> Int {
      let even = Int(Double(max(0, min(value, 16_384))) / decision.scale) & ~1
      return max(even, min(max(value & ~1, 2), 16))
    }
    return (scaled(width), scaled(height))
  }

  private mutating func move(to next: Int) {
    if shape(next).scale != shape(step).scale { resolutionChanges += 1 }
    step = next
  }

  private var steps: Int {
    switch preference {
    case .maintainFrameRate: Self.scales.count
    case .maintainResolution: Self.frameRateSteps.count
    case .balanced: Self.scales.count + 1
    }
  }

  /// Balanced gives up size first, and frame rate when there is little size left.
  private func shape(_ step: Int) -> (scale: Double, frameRateShare: Double) {
    switch preference {
    case .maintainResolution: (1, Self.frameRateSteps[step])
    case .maintainFrameRate: (Self.scales[step], 1)
    case .balanced:
      step < Self.scales.count ? (Self.scales[step], 1) : (Self.scales[Self.scales.count - 1], 0.5)
    }
  }

  /// The least bitrate at which a step is worth it. Larger pictures need fewer bits a pixel, and so do faster ones.
  private func least(_ step: Int, _ pixels: Double, _ frameRate: Double) -> Bitrate {
    let (scale, share) = shape(step)
    let size = pixels / (scale * scale) / 921_600
    let speed = frameRate * share / 30
    // Close to size to the power of 3/4 and speed to the power of 1/2 over the sizes and rates of calls.
    return leastBitrateAt720p * (4 * size / (size + 3)) * (2 * speed / (speed + 1))
  }
}
