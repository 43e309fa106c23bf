import RTCFrames

extension MediaSourceMode.Values where Value == Int {
  /// Those of the values that matter when `numbers` are wanted: all of a list; of a range its ends, and the neighbours of
  /// each number.
  func critical(near numbers: [Int]) -> [Int] {
    switch self {
    case .list(let values): return values
    case .range(let min, let max, let step):
      let steps = [min, max] + numbers.flatMap { [floor($0, min, max, step), ceiling($0, min, max, step)] }
      return Set(steps).sorted()
    }
  }

  func contains(_ number: Int) -> Bool {
    switch self {
    case .list(let values): values.contains(number)
    case .range(let min, let max, let step): number >= min && number <= max && (number - min) % Swift.max(1, step) == 0
    }
  }

  /// The least value that is not below `number`.
  func covering(_ number: Int) -> Int? {
    switch self {
    case .list(let values): values.filter { $0 >= number }.min()
    case .range(let min, let max, let step): number > max ? nil : ceiling(number, min, max, step)
    }
  }

  private func floor(_ number: Int, _ min: Int, _ max: Int, _ step: Int) -> Int {
    let step = Swift.max(1, step)
    return Swift.min(max, min + Swift.max(0, number - min) / step * step)
  }

  private func ceiling(_ number: Int, _ min: Int, _ max: Int, _ step: Int) -> Int {
    let step = Swift.max(1, step)
    return Swift.min(max, min + (Swift.max(0, number - min) + step - 1) / step * step)
  }
}

extension MediaSourceMode.Values where Value == Double {
  /// Those of the values that matter when `numbers` are wanted: all of a list; of a range its ends, and what lies in it.
  func critical(near numbers: [Double]) -> [Double] {
    switch self {
    case .list(let values): return values
    case .range(let min, let max, let step):
      let inside = numbers.filter { $0 >= min && $0 <= max }.flatMap { number in
        guard step > 0 else { return [number] }
        let lower = min + ((number - min) / step).rounded(.down) * step
        return [lower, Swift.min(max, lower + step)]
      }
      return Set([min, max] + inside).sorted()
    }
  }

  /// The least value that is not below `number`.
  func covering(_ number: Double) -> Double? {
    switch self {
    case .list(let values): return values.filter { $0 >= number }.min()
    case .range(let min, let max, let step):
      guard number <= max else { return nil }
      guard number > min, step > 0 else { return Swift.max(min, number) }
      return Swift.min(max, min + ((number - min) / step).rounded(.up) * step)
    }
  }
}
