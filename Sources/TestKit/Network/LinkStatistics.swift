/// What became of the datagrams of one direction.
public struct LinkStatistics: Hashable, Sendable {
  /// Datagrams given to the path.
  public internal(set) var sentCount = 0
  /// Their bytes, without headers.
  public internal(set) var sentBytes = 0
  /// Lost at random or in bursts.
  public internal(set) var lostCount = 0
  /// Dropped by the bottleneck's full queue.
  public internal(set) var queueDropCount = 0
  /// Too large, or sent into a blackhole.
  public internal(set) var blockedCount = 0
  /// Delayed so that others overtook them.
  public internal(set) var reorderedCount = 0
  /// Arrived twice.
  public internal(set) var duplicatedCount = 0

  /// Datagrams that came through.
  public var arrivedCount: Int { sentCount - lostCount - queueDropCount - blockedCount }
}
