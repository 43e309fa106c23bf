import RTCBase

/// Which TSNs came: everything up to the cumulative one, and runs beyond it (RFC 9260 §6.2).
struct ReceivedTSNs {
  /// The last TSN before which nothing is missing.
  private(set) var cumulative: TSN
  /// Runs beyond, in order, apart from each other.
  private(set) var runs: [Run] = []
  /// TSNs that came again since the last acknowledgement.
  private(set) var duplicates: [TSN] = []

  struct Run: Hashable {
    var first: TSN
    var last: TSN
  }

  enum Verdict {
    case new
    case duplicate
    /// Further ahead than can be acknowledged, or more holes than are kept.
    case tooFar
  }

  /// A gap is told as a 16-bit distance.
  static let reach = 65_535
  static let runLimit = 2_048
  static let duplicateLimit = 20

  /// - Parameter cumulative: the TSN before the first that is expected.
  init(cumulative: TSN) { self.cumulative = cumulative }

  /// What `insert` would say, without changing anything.
  func check(_ tsn: TSN) -> Verdict {
    let distance = tsn.distance(from: cumulative)
    if distance <= 0 { return .duplicate }
    if distance > Self.reach { return .tooFar }
    if distance == 1, runs.isEmpty { return .new }
    let index = firstRun(endingAtOrAfter: tsn)
    if index < runs.count, runs[index].first.distance(from: tsn) <= 0 { return .duplicate }
    guard runs.count >= Self.runLimit, distance > 1 else { return .new }
    // What fills a hole adds none.
    let extendsPrevious = index > 0 && runs[index - 1].last.next == tsn
    let extendsNext = index < runs.count && tsn.next == runs[index].first
    return extendsPrevious || extendsNext ? .new : .tooFar
  }

  mutating func noteDuplicate(_ tsn: TSN) { if duplicates.count < Self.duplicateLimit { duplicates.append(tsn) } }

  mutating func forgetDuplicates() { duplicates.removeAll(keepingCapacity: true) }

  /// Takes in a TSN that `check` called new.
  mutating func insert(_ tsn: TSN) {
    if tsn == cumulative.next {
      cumulative = tsn
      joinFirstRun()
      return
    }
    let index = firstRun(endingAtOrAfter: tsn)
    let extendsPrevious = index > 0 && runs[index - 1].last.next == tsn
    let extendsNext = index < runs.count && tsn.next == runs[index].first
    switch (extendsPrevious, extendsNext) {
    case (true, true):
      runs[index - 1].last = runs[index].last
      runs.remove(at: index)
    case (true, false): runs[index - 1].last = tsn
    case (false, true): runs[index].first = tsn
    case (false, false): runs.insert(Run(first: tsn, last: tsn), at: index)
    }
  }

  /// Everything up to `tsn` counts as received (RFC 3758 §3.6).
  mutating func advance(to tsn: TSN) {
    guard tsn.isAfter(cumulative) else { return }
    cumulative = tsn
    runs.removeFirst(runs.firstIndex { $0.last.isAfter(tsn) } ?? runs.count)
    if let first = runs.first, !first.first.isAfter(tsn.next) {
      cumulative = first.last
      runs.removeFirst()
    }
  }

  private mutating func joinFirstRun() {
    guard let first = runs.first, first.first == cumulative.next else { return }
    cumulative = first.last
    runs.removeFirst()
  }

  /// Where the first run lies that ends at `tsn` or later.
  private func firstRun(endingAtOrAfter tsn: TSN) -> Int {
    guard let last = runs.last, !tsn.isAfter(last.last) else { return runs.count }
    var low = 0
    var high = runs.count - 1
    while low < high {
      let middle = (low + high) / 2
      if tsn.isAfter(runs[middle].last) { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
