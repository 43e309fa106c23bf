import RTCFrames

/// Finds the sizes of one mode among which the best for given constraints are.
///
/// Best are corners: numbers that constraints name for width and height, and the points nearest to the lines on which
/// the aspect ratio is one that they name. Of those that meet the same sets only the nearest is kept.
struct SizeGenerator {
  private static let properties: Set<ConstrainableProperty> = [.width, .height, .aspectRatio]

  private let widths: MediaSourceMode.Values<Int>
  private let heights: MediaSourceMode.Values<Int>
  private let basic: PreparedConstraintSet
  private let advanced: [PreparedConstraintSet]
  private let aspectRatios: [Double]
  private let wantedWidths: [Int]
  private let wantedHeights: [Int]
  /// What the source must not fall below, for the sake of other tracks.
  private let leastWidth: Int
  private let leastHeight: Int
  private let defaults: MediaTrackSettings
  /// Whether the source has no shape of its own.
  private let hasAnyShape: Bool
  /// Width divided by height, when nobody asks for another.
  private let shape: Double

  init(
    widths: MediaSourceMode.Values<Int>, heights: MediaSourceMode.Values<Int>, basic: PreparedConstraintSet,
    advanced: [PreparedConstraintSet], commitments: [SettingsSpace.Commitment], defaults: MediaTrackSettings
  ) {
    self.widths = widths
    self.heights = heights
    self.basic = basic.only(Self.properties)
    self.advanced = advanced.map { $0.only(Self.properties) }
    self.defaults = defaults
    if case .list = widths, case .list = heights {
      hasAnyShape = false
      shape = Double(widths.max) / Double(heights.max)
    } else {
      hasAnyShape = true
      shape = Double(max(1, defaults.width ?? widths.max)) / Double(max(1, defaults.height ?? heights.max))
    }
    let sets = [basic] + advanced
    func numbers(_ property: ConstrainableProperty, _ others: [Int?]) -> [Int] {
      let named = sets.flatMap { $0.numbers(for: property) }.filter { $0 >= 1 && $0 <= Self.limit }
      return Set(named.map { Int($0) } + others.compactMap { $0 }).sorted()
    }
    wantedWidths = numbers(.width, commitments.map(\.settings.width) + [defaults.width])
    wantedHeights = numbers(.height, commitments.map(\.settings.height) + [defaults.height])
    let ratios = sets.flatMap { $0.numbers(for: .aspectRatio) }.filter { $0 > 0 && $0.isFinite }
    aspectRatios = Set(ratios).sorted()
    leastWidth = commitments.compactMap(\.settings.width).max() ?? 1
    leastHeight = commitments.compactMap(\.settings.height).max() ?? 1
  }

  /// Beyond it no frame has pixels.
  private static var limit: Double { Double(VideoFrameLayout.maximumDimension) }

  /// The best sizes: those that the source lists, and of all others the best of each sort.
  func sizes() -> [SettingsSpace.Size] {
    var listed: [SettingsSpace.Size] = []
    if case .list(let widths) = widths, case .list(let heights) = heights {
      for width in widths {
        for height in heights {
          listed.append(size(width, height, nativeWidth: width, nativeHeight: height))
        }
      }
    }
    if hasAnyShape, let width = widths.covering(min(defaults.width ?? 1, widths.max)),
      let height = heights.covering(min(defaults.height ?? 1, heights.max))
    {
      // Whatever is asked for, what is had when nothing is.
      listed.append(size(width, height, nativeWidth: width, nativeHeight: height))
    }
    var best = BestSizes(basic: basic, advanced: advanced, defaults: defaults)
    let (maximumWidth, maximumHeight) = (widths.max, heights.max)
    let corners = (
      Set(wantedWidths + widths.critical(near: wantedWidths)).filter { $0 <= maximumWidth },
      Set(wantedHeights + heights.critical(near: wantedHeights)).filter { $0 <= maximumHeight }
    )
    for width in corners.0 {
      for height in corners.1 { offer(width, height, to: &best) }
      // The shape that is kept when nobody asks for another.
      offer(width, Int((Double(width) / shape).rounded()), to: &best)
    }
    for height in corners.1 { offer(Int((Double(height) * shape).rounded()), height, to: &best) }
    for ratio in aspectRatios {
      for width in 1...maximumWidth {
        let height = Double(width) / ratio
        guard height <= Double(maximumHeight) + 1 else { break }
        offer(width, Int(height), to: &best)
        offer(width, Int(height) + 1, to: &best)
      }
      for height in 1...maximumHeight {
        let width = Double(height) * ratio
        guard width <= Double(maximumWidth) + 1 else { break }
        offer(Int(width), height, to: &best)
        offer(Int(width) + 1, height, to: &best)
      }
    }
    return listed + best.sizes.filter { !listed.contains($0) }
  }

  private func size(_ width: Int, _ height: Int, nativeWidth: Int, nativeHeight: Int) -> SettingsSpace.Size {
    let own = Double(nativeWidth) / Double(nativeHeight)
    return .init(
      width: width, height: height, nativeWidth: nativeWidth, nativeHeight: nativeHeight,
      shape: hasAnyShape ? shape : own)
  }

  private func offer(_ width: Int, _ height: Int, to best: inout BestSizes) {
    guard width >= 1, height >= 1, let nativeWidth = widths.covering(max(width, leastWidth)),
      let nativeHeight = heights.covering(max(height, leastHeight))
    else { return }
    best.offer(size(width, height, nativeWidth: nativeWidth, nativeHeight: nativeHeight))
  }
}

/// The best size of each sort: of those that meet the same sets the nearest to what is ideal.
private struct BestSizes {
  struct Sort: Hashable {
    var isNative: Bool
    /// One bit for each advanced set that the size does not contradict.
    var meets: [Bool]
  }

  struct Entry {
    var size: SettingsSpace.Size
    var distance: Double
  }

  let basic: PreparedConstraintSet
  let advanced: [PreparedConstraintSet]
  let defaults: MediaTrackSettings
  private var entries: [Sort: Entry] = [:]
  private var settings = MediaTrackSettings()

  init(basic: PreparedConstraintSet, advanced: [PreparedConstraintSet], defaults: MediaTrackSettings) {
    self.basic = basic
    self.advanced = advanced
    self.defaults = defaults
  }

  var sizes: [SettingsSpace.Size] {
    entries.values.map(\.size).sorted { ($0.width, $0.height) < ($1.width, $1.height) }
  }

  mutating func offer(_ size: SettingsSpace.Size) {
    settings.width = size.width
    settings.height = size.height
    settings.aspectRatio = size.aspectRatio
    let distance = basic.distance(to: settings)
    guard distance < .infinity else { return }
    let sort = Sort(isNative: size.isNative, meets: advanced.map { $0.distance(to: settings) < .infinity })
    guard let entry = entries[sort] else {
      entries[sort] = Entry(size: size, distance: distance)
      return
    }
    if isBetter(size, distance, than: entry) { entries[sort] = Entry(size: size, distance: distance) }
  }

  private func isBetter(_ size: SettingsSpace.Size, _ distance: Double, than entry: Entry) -> Bool {
    if abs(distance - entry.distance) > 1e-9 { return distance < entry.distance }
    if size.cropped != entry.size.cropped { return size.cropped < entry.size.cropped }
    let (mine, other) = (size.distance(fromDefaults: defaults), entry.size.distance(fromDefaults: defaults))
    if abs(mine - other) > 1e-9 { return mine < other }
    let cost = (size.nativeWidth * size.nativeHeight, entry.size.nativeWidth * entry.size.nativeHeight)
    return cost.0 < cost.1
  }
}
