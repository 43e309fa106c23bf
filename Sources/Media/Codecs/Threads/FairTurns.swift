/// Whose turn it is on a thread that several groups of codecs share: start-time fair queueing (Goyal, Vin and Cheng, 1996).
///
/// Each group has a virtual time that advances by what its work costs, and the one that is least far is next. A group that
/// was idle begins where the work in progress began: it is owed nothing for the time when it wanted nothing, and it waits
/// for that piece and no other. How many codecs a group has, and how much work waits in each, makes no difference to others.
///
/// ```
/// greedy:  ████▒▒▒▒████▒▒▒▒████        1 virtual time, 60 queues that are always full
/// honest:              ██      ██      begins where the piece in progress began, and is next
/// ```
///
/// Of one group's work what came first is first, so that its codecs take turns.
struct FairTurns<Work> {
  private struct Lane {
    /// At most one piece for each codec of the group.
    var work: [Work] = []
    var virtualTime: Int64 = 0
    var userCount = 0
  }

  /// Of a group each, at places that stay and are used again.
  private var lanes: [Lane] = []
  private var unused: [Int] = []
  /// The lanes with work, in the order in which they got it.
  private var waiting: [Int] = []
  /// The lane whose work is in progress.
  private var current: Int?
  /// The virtual time at which the work in progress began.
  private var virtualTime: Int64 = 0

  /// Groups with a lane.
  var laneCount: Int { lanes.count - unused.count }

  /// A new lane with one user, for a group that has none yet.
  mutating func open() -> Int {
    if let lane = unused.popLast() {
      lanes[lane].virtualTime = virtualTime
      lanes[lane].userCount = 1
      return lane
    }
    lanes.append(Lane(virtualTime: virtualTime, userCount: 1))
    return lanes.count - 1
  }

  /// One user more.
  mutating func retain(_ lane: Int) { lanes[lane].userCount += 1 }

  /// One user less. The last one leaves the lane to another group, when what still waits there is done.
  mutating func release(_ lane: Int) {
    lanes[lane].userCount -= 1
    reuse(lane)
  }

  mutating func append(_ work: Work, to lane: Int) {
    if lanes[lane].work.isEmpty {
      lanes[lane].virtualTime = max(lanes[lane].virtualTime, virtualTime)
      waiting.append(lane)
    }
    lanes[lane].work.append(work)
  }

  /// Ends the work in progress, which has cost so much, and begins the next; `nil` when none waits.
  mutating func next(afterCost cost: Int64) -> Work? {
    if let lane = current {
      // What costs nothing must not keep its turn.
      lanes[lane].virtualTime += max(1, cost)
      current = nil
      reuse(lane)
    }
    guard var place = waiting.indices.first else { return nil }
    for other in waiting.indices.dropFirst()
    where lanes[waiting[other]].virtualTime < lanes[waiting[place]].virtualTime { place = other }
    let lane = waiting[place]
    virtualTime = lanes[lane].virtualTime
    current = lane
    let work = lanes[lane].work.removeFirst()
    if lanes[lane].work.isEmpty { waiting.remove(at: place) }
    return work
  }

  private mutating func reuse(_ lane: Int) {
    if lanes[lane].userCount == 0, lanes[lane].work.isEmpty, lane != current { unused.append(lane) }
  }
}
