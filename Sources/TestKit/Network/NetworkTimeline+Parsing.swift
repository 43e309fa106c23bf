extension NetworkTimeline {
  /// Reads the text form: a change a line, `#` begins a comment.
  ///
  /// A line has a time in seconds, a path (`alice>bob` one way, `alice<>bob` both ways, `*` all there are) and settings: `delay`,
  /// `jitter`, `reorder-delay` (`ms` or `s`), `loss`, `burst-share`, `burst-loss`, `reorder`, `duplicate` (`%`), `burst` (datagrams),
  /// `rate` (bits per second, with `k` or `M`), `queue` (bytes), `mtu` (bytes of UDP payload, so 28 less than the MTU of an IPv4 path), or
  /// one of `blackhole` and `none` alone. Or it has a time, a host and `rebind`.
  ///
  /// - Throws: `NetworkTimelineError` for the first line that says something else.
  public init(parsing text: String) throws(NetworkTimelineError) {
    var entries: [Entry] = []
    for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
      let words = line.prefix { $0 != "#" }.split(whereSeparator: \.isWhitespace)
      guard !words.isEmpty else { continue }
      do {
        entries += try Self.entries(words)
      } catch { throw NetworkTimelineError(line: index + 1, reason: error.text) }
    }
    self.init(entries)
  }

  /// Reads a file in the text form of `init(parsing:)`, in UTF-8.
  ///
  /// - Throws: `FileAccessError` when it cannot be read, `NetworkTimelineError` for the first line that has no sense.
  public init(contentsOfFile path: String) throws {
    let bytes = try FileAccess.read(path)
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw FileAccessError(path: path, reason: "it is no text in UTF-8")
    }
    try self.init(parsing: text)
  }

  /// What is wrong with a line.
  private struct Refusal: Error {
    let text: String
    init(_ text: String) { self.text = text }
  }

  private static func entries(_ words: [Substring]) throws(Refusal) -> [Entry] {
    guard let seconds = Double(words[0]), seconds >= 0, seconds < 1e9 else {
      throw Refusal("\"\(words[0])\" is no time in seconds")
    }
    guard words.count >= 3 else { throw Refusal("a line has a time, a path and what happens to it") }
    let time = Duration.seconds(seconds)
    if words.dropFirst(2).contains("rebind") {
      guard words.count == 3 else { throw Refusal("\"rebind\" stands alone: settings go on a line of their own") }
      guard isHost(words[1]) else { throw Refusal("\"rebind\" takes one host, and \"\(words[1])\" is none") }
      return [Entry(at: time, .rebind(String(words[1])))]
    }
    let impairments = try impairments(words.dropFirst(2))
    return try changes(of: words[1], to: impairments).map { Entry(at: time, $0) }
  }

  private static func isHost(_ word: Substring) -> Bool {
    !word.isEmpty && !word.contains { $0 == "<" || $0 == ">" || $0 == "*" }
  }

  private static func changes(of path: Substring, to impairments: NetworkImpairments) throws(Refusal) -> [Change] {
    if path == "*" { return [.impairAll(impairments)] }
    let isBothWays = path.contains("<>")
    let hosts = path.split(separator: isBothWays ? "<>" : ">", omittingEmptySubsequences: false)
    guard hosts.count == 2, hosts.allSatisfy(isHost) else {
      throw Refusal(
        "\"\(path)\" is no path: write \"a>b\" for one direction, \"a<>b\" for both, \"*\" for all there are")
    }
    guard hosts[0] != hosts[1] else { throw Refusal("\"\(path)\" leads from a host to itself") }
    let (one, other) = (String(hosts[0]), String(hosts[1]))
    let forth = Change.impair(impairments, from: one, to: other)
    return isBothWays ? [forth, .impair(impairments, from: other, to: one)] : [forth]
  }

  private static func impairments(_ words: ArraySlice<Substring>) throws(Refusal) -> NetworkImpairments {
    var impairments = NetworkImpairments.none
    var names: Set<Substring> = []
    for word in words {
      let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      if parts.count == 1 {
        switch word {
        case "blackhole": impairments.isBlackhole = true
        case "none": break
        default: throw Refusal("\"\(word)\" is no known setting, or lacks its value")
        }
        guard words.count == 1 else { throw Refusal("\"\(word)\" stands alone: nothing else applies beside it") }
        continue
      }
      guard names.insert(parts[0]).inserted else { throw Refusal("\"\(parts[0])\" is set twice") }
      guard let form = NetworkImpairments.form(of: parts[0]) else {
        throw Refusal("\"\(parts[0])\" is no known setting")
      }
      guard impairments.set(parts[0], to: parts[1]) else {
        throw Refusal("\"\(parts[1])\" is no value for \"\(parts[0])\", which takes \(form)")
      }
    }
    if impairments.bursts != nil, !names.contains("burst-share") {
      throw Refusal("bursts need \"burst-share\", the share of datagrams sent within them")
    }
    return impairments
  }
}

extension NetworkImpairments {
  /// What values a setting takes; `nil` for a name that is none's.
  fileprivate static func form(of name: Substring) -> String? {
    switch name {
    case "delay", "jitter", "reorder-delay": "a time such as 25ms or 0.5s"
    case "loss", "reorder", "duplicate", "burst-share", "burst-loss": "a share from 0% to 100%"
    case "burst": "an average length of 1 or more datagrams"
    case "rate": "bits per second such as 500k or 2M"
    case "queue", "mtu": "a positive number of bytes"
    default: nil
    }
  }

  /// `false` for a value that has no sense.
  fileprivate mutating func set(_ name: Substring, to value: Substring) -> Bool {
    switch name {
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
    default: return setBurst(name, to: value)
    }
  }

  private mutating func setBurst(_ name: Substring, to value: Substring) -> Bool {
    var bursts = self.bursts ?? LossBursts(share: 0, averageLength: 1)
    defer { self.bursts = bursts }
    switch name {
    case "burst-share": return Self.set(&bursts.share, Self.share(value))
    case "burst-loss": return Self.set(&bursts.loss, Self.share(value))
    case "burst":
      return Self.set(&bursts.averageLength, Double(value).flatMap { (1..<1e9).contains($0) ? $0 : nil })
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
