/// What became of the datagrams of one direction.
package struct LinkStatistics: Hashable, Sendable {
  package var sentCount = 0
  package var sentBytes = 0
  package var lostCount = 0
  package var queueDropCount = 0
  /// Too large, or sent into a blackhole.
  package var blockedCount = 0
  package var reorderedCount = 0
  package var duplicatedCount = 0

  package var arrivedCount: Int { sentCount - lostCount - queueDropCount - blockedCount }
}
