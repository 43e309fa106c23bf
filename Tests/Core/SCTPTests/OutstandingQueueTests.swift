import RTCBase
import Testing

@testable import RTCSCTP

@Suite("Chunks under way") struct OutstandingQueueTests {
  private func chunk(_ order: UInt64, _ state: OutstandingChunk.State = .inFlight) -> OutstandingChunk {
    var chunk = OutstandingChunk(
      message: 0, offset: 0, byteCount: 1, fragment: 0, isBeginning: true, isEnd: true, sentTime: .zero, order: order)
    chunk.state = state
    return chunk
  }

  private func states(_ queue: OutstandingQueue) -> [OutstandingChunk.State] {
    (0..<queue.count).map { queue[$0].state }
  }

  /// Those under way as the queue links them.
  private func sent(_ queue: OutstandingQueue) -> [UInt64] {
    var orders: [UInt64] = []
    var next = queue.firstSent
    while let position = next, orders.count <= queue.count {
      orders.append(queue[position].order)
      let later = queue[position].links.later.distance(from: queue.firstTSN)
      next = orders.count < queue.inFlightCount ? later : nil
    }
    return orders
  }

  /// Steps from one chunk to the first that is not settled.
  private func steps(_ queue: OutstandingQueue, from start: Int, before end: Int) -> Int {
    var steps = 0
    var position = start
    while position < end, queue[position].state == .acknowledged {
      position = max(position + 1, queue[position].links.settledEnd.distance(from: queue.firstTSN))
      steps += 1
    }
    return steps
  }

  @Test(
    "SC-06: whatever happens to chunks, those under way are found in the order of their sending, and those settled are passed by",
    arguments: 1...20 as ClosedRange<UInt64>)
  func matchesModel(_ seed: UInt64) {
    let random = RandomSource.seeded(seed)
    func number(below limit: Int) -> Int { Int(random.uint16()) % limit }
    var queue = OutstandingQueue(firstTSN: TSN(rawValue: 0 &- 300))
    var order: UInt64 = 0
    for _ in 0..<4_000 {
      switch number(below: 16) {
      case 0..<6 where queue.count < 200:
        order += 1
        queue.append(chunk(order, number(below: 8) == 0 ? .abandoned : .inFlight))
      case 6..<8 where !queue.isEmpty: queue.removeFirst()
      case 8..<10 where queue.inFlightCount > 0:
        let candidates = (0..<queue.count).filter { queue[$0].state == .inFlight }
        queue.setState(number(below: 3) == 0 ? .abandoned : .lost, at: candidates[number(below: candidates.count)])
      case 10 where queue.inFlightCount > 0:
        let candidates = (0..<queue.count).filter { queue[$0].state == .inFlight }
        order += 1
        queue.markSent(at: candidates[number(below: candidates.count)], now: .zero, order: order)
      case 11:
        guard let position = queue.firstLost() else { break }
        #expect(states(queue).firstIndex(of: .lost) == position)
        order += 1
        queue.markSent(at: position, now: .zero, order: order)
      case 12..<15 where queue.count > 1:
        let start = number(below: queue.count - 1)
        let end = start + 1 + number(below: queue.count - start)
        var position = queue.firstUnsettled(from: start, before: end)
        while position < end {
          queue.setState(.acknowledged, at: position)
          position = queue.firstUnsettled(from: position + 1, before: end)
        }
        queue.noteSettled(start..<end)
        #expect(states(queue)[start..<end].allSatisfy { $0 == .acknowledged || $0 == .abandoned })
      case 15 where number(below: 8) == 0:
        queue.distrust()
        for position in 0..<queue.count where queue[position].state == .acknowledged {
          queue.setState(.lost, at: position)
        }
      default: break
      }
      let states = states(queue)
      let underWay = (0..<queue.count).filter { states[$0] == .inFlight }
      #expect(sent(queue) == underWay.map { queue[$0].order }.sorted())
      #expect(queue.inFlightCount == underWay.count)
      #expect(queue.lostCount == states.count { $0 == .lost })
      #expect(queue.acknowledgedCount == states.count { $0 == .acknowledged })
      #expect(queue.abandonedCount == states.count { $0 == .abandoned })
      let start = number(below: queue.count + 1)
      let unsettled = states[start...].firstIndex { $0 == .inFlight || $0 == .lost }
      #expect(queue.firstUnsettled(from: start, before: queue.count) == unsettled ?? queue.count)
    }
    #expect(order > 500)
  }

  @Test("SC-06: what is acknowledged is passed by in one step, wherever the look begins")
  func passesBy() {
    var queue = OutstandingQueue(firstTSN: TSN(rawValue: 1))
    for order in 1...1_000 as ClosedRange<UInt64> { queue.append(chunk(order)) }
    for position in 1..<1_000 { queue.setState(.acknowledged, at: position) }
    queue.noteSettled(1..<1_000)
    for start in 1..<1_000 { #expect(steps(queue, from: start, before: 1_000) == 1) }
    // In pieces, as acknowledgements tell of them: at first from one to the next, then to the end at once.
    queue.distrust()
    for start in stride(from: 1, to: 1_000, by: 9) { queue.noteSettled(start..<min(start + 9, 1_000)) }
    #expect(steps(queue, from: 1, before: 1_000) == 111)
    queue.noteSettled(1..<1_000)
    #expect(steps(queue, from: 1, before: 1_000) == 1)
    #expect(steps(queue, from: 500, before: 1_000) <= 2)
    // And the look believes what is noted: it does not come by what is passed.
    queue.setState(.lost, at: 700)
    #expect(queue.firstUnsettled(from: 1, before: 1_000) == 1_000)
    queue.distrust()
    #expect(queue.firstUnsettled(from: 1, before: 1_000) == 700)
  }
}
