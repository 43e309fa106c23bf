import RTCBase

/// Which packets are missing and when to ask for them (RFC 4585 §6.2.1).
///
/// A gap is reported at once, or after as much time as reordering was seen to take, at most half a round trip. A request that brings
/// nothing is repeated a little more than a round trip later, a few times, and given up when the packet would come too late;
/// whoever plays the stream then needs a key frame. Repetition pauses while nothing arrives at all.
package struct NackTracker: Sendable {
  package struct Configuration: Sendable {
    package var maximumMissing = 500
    package var maximumAttempts = 8
    /// The requests repeated or new, in sequence numbers a second, that are never exceeded for long.
    package var maximumRequestsPerSecond = 1_000.0
    package init() {}
  }

  private struct Entry: Sendable {
    let number: Int64
    let detected: MonotonicTime
    var nextRequest: MonotonicTime
    var attempts = 0
  }

  /// So many packets lost in one silence so long are an outage of the path.
  private static let outagePackets = 16
  private static let outageSilence = TimeDelta.milliseconds(400)

  private let configuration: Configuration
  /// Ascending.
  private var missing: [Entry] = []
  private var newest: Int64?
  private var nextRequest = MonotonicTime.distantFuture
  private var lastArrival = MonotonicTime.distantPast
  private var reorderDelay = TimeDelta.zero
  private var budget: Double
  private var budgetTime = MonotonicTime.distantPast
  private var abandoned: Int64?

  /// From whoever measures it; 100 ms until then.
  package var roundTripTime = TimeDelta.milliseconds(100) {
    didSet { roundTripTime = max(.milliseconds(1), min(roundTripTime, .seconds(2))) }
  }
  /// Requests sent, in sequence numbers.
  package private(set) var requestedCount: Int64 = 0
  package private(set) var abandonedCount: Int64 = 0

  package init(configuration: Configuration = Configuration()) {
    self.configuration = configuration
    budget = Double(configuration.maximumMissing)
  }

  package var missingCount: Int { missing.count }

  private var maximumAge: TimeDelta { max(.milliseconds(400), min(roundTripTime * 6, .seconds(2))) }
  private var tolerance: TimeDelta { min(reorderDelay, roundTripTime / 2, .milliseconds(50)) }
  private var repetition: TimeDelta { max(roundTripTime * 5 / 4, .milliseconds(20)) }

  // MARK: Input

  /// A packet arrived in its own stream.
  package mutating func record(_ number: Int64, now: MonotonicTime) {
    let silence = now - lastArrival
    lastArrival = now
    guard let newest else {
      self.newest = number
      return
    }
    guard number > newest else {
      remove(number, now: now, isOriginal: true)
      return
    }
    self.newest = number
    let gap = number &- newest &- 1
    guard gap > 0 else { return }
    // After an outage a key frame is there sooner than all that was lost, and what is asked for again would stand in its way.
    let isOutage = gap >= Self.outagePackets && silence > max(Self.outageSilence, roundTripTime * 4)
    if isOutage || gap > Int64(configuration.maximumMissing) {
      abandon(upTo: number &- 1)
      return
    }
    let excess = missing.count + Int(gap) - configuration.maximumMissing
    if excess > 0 { abandon(upTo: missing[min(excess, missing.count) - 1].number) }
    let first = now + tolerance
    for lost in (newest &+ 1)..<number {
      missing.append(Entry(number: lost, detected: now, nextRequest: first))
    }
    nextRequest = min(nextRequest, first)
  }

  /// A packet came back as a retransmission.
  package mutating func recordRecovered(_ number: Int64, now: MonotonicTime) {
    lastArrival = now
    remove(number, now: now, isOriginal: false)
  }

  /// Whoever plays the stream no longer needs what is older than `number`.
  package mutating func forget(before number: Int64) {
    guard let first = missing.first, first.number < number else { return }
    missing.removeFirst(position(of: number))
    if missing.isEmpty { nextRequest = .distantFuture }
  }

  package mutating func reset() {
    missing.removeAll(keepingCapacity: true)
    newest = nil
    abandoned = nil
    nextRequest = .distantFuture
  }

  // MARK: Output

  package var deadline: Deadline? {
    nextRequest == .distantFuture ? nil : Deadline(nextRequest, "receive.nack")
  }

  /// Appends the sequence numbers that are due to be asked for, ascending.
  package mutating func pollRequests(now: MonotonicTime, into requests: inout [SequenceNumber]) {
    guard nextRequest <= now else { return }
    replenish(now: now)
    // While the path is down, requests would only pile up in front of its return.
    let isSilent = now - lastArrival > max(roundTripTime * 2, .milliseconds(100))
    let (age, interval) = (maximumAge, repetition)
    var earliest = MonotonicTime.distantFuture
    var lastHopeless: Int64?
    for index in missing.indices {
      if now - missing[index].detected > age
        || (missing[index].attempts >= configuration.maximumAttempts && missing[index].nextRequest <= now)
      {
        lastHopeless = missing[index].number
        continue
      }
      if missing[index].nextRequest <= now {
        if isSilent && missing[index].attempts > 0 {
          missing[index].nextRequest = now + interval
        } else if budget >= 1 {
          budget -= 1
          missing[index].attempts += 1
          missing[index].nextRequest = now + interval * Int64(1 + missing[index].attempts / 4)
          requests.append(SequenceNumber(rawValue: UInt16(truncatingIfNeeded: missing[index].number)))
          requestedCount &+= 1
        } else {
          missing[index].nextRequest = now + .milliseconds(20)
        }
      }
      earliest = min(earliest, missing[index].nextRequest)
    }
    nextRequest = earliest
    if let lastHopeless { abandon(upTo: lastHopeless) }
  }

  /// The newest packet that was given up since the last call: everything up to it that is still missing will never come.
  package mutating func takeAbandoned() -> Int64? { abandoned.take() }

  // MARK: Parts

  /// The first index whose number is not below `number`.
  private func position(of number: Int64) -> Int {
    var (low, high) = (0, missing.count)
    while low < high {
      let middle = (low + high) / 2
      if missing[middle].number < number { low = middle + 1 } else { high = middle }
    }
    return low
  }

  private mutating func remove(_ number: Int64, now: MonotonicTime, isOriginal: Bool) {
    let index = position(of: number)
    guard index < missing.count, missing[index].number == number else { return }
    let lateness = now - missing[index].detected
    if isOriginal, lateness < roundTripTime * 3 / 4 {
      // Too soon to be an answer: the path reorders, and so much patience would have saved the request.
      reorderDelay = max(reorderDelay, lateness * 5 / 4)
    } else {
      reorderDelay = reorderDelay * 15 / 16
    }
    missing.remove(at: index)
    if missing.isEmpty { nextRequest = .distantFuture }
  }

  private mutating func abandon(upTo number: Int64) {
    let count = position(of: number &+ 1)
    abandonedCount &+= Int64(count)
    missing.removeFirst(count)
    abandoned = max(abandoned ?? number, number)
    if missing.isEmpty { nextRequest = .distantFuture }
  }

  private mutating func replenish(now: MonotonicTime) {
    if budgetTime != .distantPast {
      budget += max(0, (now - budgetTime).seconds) * configuration.maximumRequestsPerSecond
      budget = min(budget, Double(configuration.maximumMissing))
    }
    budgetTime = now
  }
}
