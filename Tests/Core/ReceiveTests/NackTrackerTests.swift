import RTCBase
import Testing

@testable import RTCReceive

@Suite struct NackTrackerTests {
  private func poll(_ tracker: inout NackTracker, at milliseconds: Double) -> [UInt16] {
    var requests: [SequenceNumber] = []
    tracker.pollRequests(now: .at(milliseconds), into: &requests)
    return requests.map(\.rawValue)
  }

  @Test("RP-08: a gap is reported within half a round trip")
  func early() throws {
    var tracker = NackTracker()
    tracker.roundTripTime = .milliseconds(80)
    tracker.record(100, now: .at(0))
    tracker.record(103, now: .at(10))
    let deadline = try #require(tracker.deadline)
    #expect(deadline.time - .at(10) <= .milliseconds(40))
    #expect(poll(&tracker, at: 10) == [101, 102])
  }

  @Test("RP-08: where packets are reordered the request waits, but never longer than half a round trip")
  func reordering() throws {
    var tracker = NackTracker()
    tracker.roundTripTime = .milliseconds(80)
    tracker.record(1, now: .at(0))
    for pair in Int64(1)..<20 {
      let time = Double(pair) * 20
      tracker.record(2 * pair + 1, now: .at(time))
      tracker.record(2 * pair, now: .at(time + 10))
    }
    tracker.record(42, now: .at(500))
    let wait = try #require(tracker.deadline).time - .at(500)
    #expect(wait >= .milliseconds(10))
    #expect(wait <= .milliseconds(40))
  }

  @Test("RP-09: a request is repeated after a round trip, a few times, then given up")
  func repetition() {
    var tracker = NackTracker()
    tracker.roundTripTime = .milliseconds(50)
    tracker.record(0, now: .zero)
    tracker.record(2, now: .zero)
    var times: [Double] = []
    for step in 0..<1_000 {
      tracker.record(Int64(3 + step), now: .at(Double(step)))
      if !poll(&tracker, at: Double(step)).isEmpty { times.append(Double(step)) }
    }
    #expect(times.count > 2 && times.count <= 8)
    for (earlier, later) in zip(times, times.dropFirst()) { #expect(later - earlier >= 50) }
    #expect(tracker.takeAbandoned() == 1)
    #expect(tracker.missingCount == 0)
    #expect(tracker.deadline == nil)
  }

  @Test("RP-09: requests pause while nothing arrives")
  func silence() {
    var tracker = NackTracker()
    tracker.roundTripTime = .milliseconds(50)
    tracker.record(0, now: .zero)
    tracker.record(50, now: .zero)
    var requested = poll(&tracker, at: 0).count
    #expect(requested == 49)
    for step in 120..<350 { requested += poll(&tracker, at: Double(step)).count }
    #expect(requested == 49)
  }

  @Test("RP-09: a giant gap is no storm but a key frame request")
  func giantGap() {
    var tracker = NackTracker()
    tracker.record(0, now: .zero)
    tracker.record(2_000, now: .zero)
    #expect(poll(&tracker, at: 0).isEmpty)
    #expect(tracker.takeAbandoned() == 1_999)
    #expect(tracker.takeAbandoned() == nil)
  }

  @Test("RP-09: the list is bounded and its requests have a rate")
  func bounded() {
    var tracker = NackTracker()
    tracker.roundTripTime = .milliseconds(1)
    var number: Int64 = 0
    var requested = 0
    for step in 0..<2_000 {
      number += 40
      tracker.record(number, now: .at(Double(step) * 5))
      requested += poll(&tracker, at: Double(step) * 5).count
      #expect(tracker.missingCount <= 500)
    }
    // Ten seconds at 1,000 a second, and one full list.
    #expect(requested <= 10_500)
  }

  @Test("What arrives, recovered or late, is not asked for again")
  func arrivals() {
    var tracker = NackTracker()
    tracker.record(10, now: .zero)
    tracker.record(14, now: .zero)
    tracker.record(12, now: .zero)
    tracker.recordRecovered(13, now: .zero)
    #expect(poll(&tracker, at: 0) == [11])
    tracker.forget(before: 12)
    #expect(tracker.deadline == nil)
  }
}
