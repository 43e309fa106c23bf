extension MediaTrackCapabilities {
  /// The least and greatest values of each property over all modes; with what can be derived from them, sizes begin at
  /// 1 and rates at 0 (mediacapture-main §4.3.8, `width`, `height`, `frameRate`).
  ///
  /// - Parameter modes: the modes of one source; without any nothing is known.
  public init(modes: [MediaSourceMode]) {
    self.init()
    width = modes.compactMap(\.width?.max).max().map { Range(min: 1, max: $0) }
    height = modes.compactMap(\.height?.max).max().map { Range(min: 1, max: $0) }
    frameRate = modes.compactMap(\.frameRate?.max).max().map { Range(min: 0, max: $0) }
    if let width, let height {
      aspectRatio = Range(min: 1 / Double(height.max), max: Double(width.max))
      resizeMode = ["none", "crop-and-scale"]
    }
    sampleRate = Self.range(modes.compactMap(\.sampleRate))
    sampleSize = Self.range(modes.compactMap(\.sampleSize))
    channelCount = Self.range(modes.compactMap(\.channelCount))
    latency = Self.range(modes.compactMap(\.latency))
    echoCancellation = Self.union(modes.map(\.echoCancellation))
    autoGainControl = Self.union(modes.map(\.autoGainControl))
    noiseSuppression = Self.union(modes.map(\.noiseSuppression))
  }

  private static func range<Value>(_ values: [MediaSourceMode.Values<Value>]) -> Range<Value>? {
    guard let least = values.map(\.min).min(), let greatest = values.map(\.max).max() else { return nil }
    return Range(min: least, max: greatest)
  }

  private static func union<Value: Hashable>(_ lists: [[Value]]) -> [Value]? {
    var all: [Value] = []
    for value in lists.joined() where !all.contains(value) { all.append(value) }
    return all.isEmpty ? nil : all
  }
}
