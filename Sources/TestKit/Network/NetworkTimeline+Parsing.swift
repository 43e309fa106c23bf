extension NetworkTimeline {
  /// Reads the text form: a change a line, `#` begins a comment.
  ///
  /// Settings are `delay`, `jitter`, `reorder-delay` (`ms` or `s`), `loss`, `burst-share`, `burst-loss`, `reorder`, `duplicate` (`%`),
  /// `burst` (datagrams), `rate` (bits per second, with `k` or `M`), `queue`, `mtu` (bytes), `blackhole`, `none` and `rebind`.
  ///
  /// - Throws: `NetworkTimelineError` for the first line that says something else.
  public init(parsing text: String) throws(NetworkTimelineError) {
    var entries: [Entry] = []
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      let words = line.prefix { $0 != "#" }.split { $0 == " " || $0 == "\t" || $0 == "\r" }
      guard let first = words.first else { continue }
      func fail(_ reason: String) -> NetworkTimelineError { NetworkTimelineError(line: index + 1, reason: reason) }
      guard let seconds = Double(first), seconds >= 0, seconds < 1e9 else {
        throw fail("\"\(first)\" is no time in seconds")
      }
      guard words.count >= 3 else { throw fail("a line has a time, a path and what happens to it") }
      let time = Duration.seconds(seconds)
      if words[2] == "rebind" {
        entries.append(Entry(at: time, .rebind(String(words[1]))))
        continue
      }
      var impairments = NetworkImpairments.none
      for word in words.dropFirst(2) {
        guard impairments.apply(word) else { throw fail("\"\(word)\" is no known setting, or its value has no sense") }
      }
      entries += Self.changes(of: words[1], to: impairments).map { Entry(at: time, $0) }
    }
    self.init(entries)
  }

  private static func changes(of path: Substring, to impairments: NetworkImpairments) -> [Change] {
    if path == "*" { return [.impairAll(impairments)] }
    let hosts = path.split { $0 == "<" || $0 == ">" }.map { String($0) }
    guard hosts.count == 2 else { return [] }
    let forth = Change.impair(impairments, from: hosts[0], to: hosts[1])
    return path.contains("<") ? [forth, .impair(impairments, from: hosts[1], to: hosts[0])] : [forth]
  }
}

extension NetworkImpairments {
  /// `false` for a setting that is unknown or has no sense.
  fileprivate mutating func apply(_ word: Substring) -> Bool {
    let parts = word.split(separator: "=", maxSplits: 1)
    if parts.count == 1 {
      switch word {
      case "blackhole": isBlackhole = true
      case "none": self = .none
      default: return false
      }
      return true
    }
    guard parts.count == 2 else { return false }
    let value = parts[1]
    switch parts[0] {
    case "delay": return Self.set(&delay, Self.duration(value))
    case "jitter": return Self.set(&jitter, Self.duration(value))
    case "reorder-delay": return Self.set(&reorderingDelay, Self.duration(value))
    case "loss": return Self.set(&loss, Self.share(value))
    case "reorder": return Self.set(&reordering, Self.share(value))
    case "duplicate": return Self.set(&duplication, Self.share(value))
    case "queue": return Self.set(&queueLimit, Self.count(value))
    case "mtu": return Self.set(&maximumDatagramSize, Self.count(value))
    case "rate":
      rate = Self.count(value)
      return rate != nil
    default: return applyBurst(parts[0], value)
    }
  }

  private mutating func applyBurst(_ name: Substring, _ value: Substring) -> Bool {
    var bursts = self.bursts ?? LossBursts(share: 0, averageLength: 1)
    defer { self.bursts = bursts }
    switch name {
    case "burst-share": return Self.set(&bursts.share, Self.share(value))
    case "burst-loss": return Self.set(&bursts.loss, Self.share(value))
    case "burst": return Self.set(&bursts.averageLength, Double(value).flatMap { $0 >= 1 ? $0 : nil })
    default: return false
    }
  }

  private static func set<Value>(_ target: inout Value, _ value: Value?) -> Bool {
    guard let value else { return false }
    target = value
    return true
  }

  private static func duration(_ text: Substring) -> Duration? {
    let milliseconds: Double?
    if text.hasSuffix("ms") {
      milliseconds = Double(text.dropLast(2))
    } else if text.hasSuffix("s") {
      milliseconds = Double(text.dropLast()).map { $0 * 1_000 }
    } else {
      milliseconds = nil
    }
    return milliseconds.flatMap { (0..<1e9).contains($0) ? .milliseconds($0) : nil }
  }

  private static func share(_ text: Substring) -> Double? {
    guard text.hasSuffix("%"), let percent = Double(text.dropLast()), (0...100).contains(percent) else { return nil }
    return percent / 100
  }

  private static func count(_ text: Substring) -> Int? {
    let factor: Double = text.hasSuffix("k") ? 1e3 : text.hasSuffix("M") ? 1e6 : 1
    guard let number = Double(factor == 1 ? text : text.dropLast()), (1..<1e12).contains(number * factor) else {
      return nil
    }
    return Int(number * factor)
  }
}
