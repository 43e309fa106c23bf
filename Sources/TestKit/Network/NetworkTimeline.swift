/// What happens to a network, and when: built in code, or read from a text.
///
/// ```
/// # seconds  where            what
/// 0          *                delay=25ms loss=1%
/// 10         alice>bob        rate=500k queue=32000
/// 20         alice<>bob       blackhole
/// 23         alice<>bob       delay=25ms jitter=10ms
/// 30         alice            rebind
/// ```
///
/// Each line sets a path whole: what it does not name is perfect again. Hosts are peers' names or addresses, and `*` is every path. A host
/// that is neither is reported in `Simulation.failures` when its line comes.
public struct NetworkTimeline: Hashable, Sendable {
  /// One change.
  public enum Change: Hashable, Sendable {
    /// Sets every path, also those between hosts that come later.
    case impairAll(NetworkImpairments)
    /// Sets the path from a host to another.
    case impair(NetworkImpairments, from: String, to: String)
    /// A host is seen at another address from now on, as when its NAT forgets it.
    case rebind(String)
  }

  /// A change and its time since the start of the timeline.
  public struct Entry: Hashable, Sendable {
    /// Since the start.
    public var time: Duration
    /// What changes.
    public var change: Change

    /// A change at a time.
    public init(at time: Duration, _ change: Change) {
      self.time = time
      self.change = change
    }
  }

  /// In the order of their times.
  public private(set) var entries: [Entry]

  /// A timeline of these entries, in whatever order.
  public init(_ entries: [Entry]) {
    // Entries of one time keep their order.
    self.entries = entries.enumerated().sorted { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }
      .map(\.element)
  }
}

/// A line of a timeline that has no sense.
public struct NetworkTimelineError: Error, Hashable, Sendable, CustomStringConvertible {
  /// From 1.
  public let line: Int
  /// What was wrong, and what would be right.
  public let reason: String

  /// The line and the reason.
  public var description: String { "line \(line): \(reason)" }
}
