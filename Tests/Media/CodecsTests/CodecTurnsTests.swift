import RTCFrames
import Synchronization
import Testing

@testable import RTCCodecs

@Suite("Turns on codec threads")
struct CodecTurnsTests {
  /// Work that names its group and what it costs.
  private struct Piece: Hashable {
    var group: Int
    var cost: Int64 = 10
    var number = 0
  }

  @Test("a group with sixty full queues keeps another waiting for one piece at most")
  func greedy() throws {
    var turns = FairTurns<Piece>()
    let (greedy, honest) = (turns.open(), turns.open())
    for number in 0..<60 { turns.append(Piece(group: greedy, cost: 40, number: number), to: greedy) }
    var cost: Int64 = 0
    var foreignSinceAsked: Int?
    var served = 0
    for step in 0..<10_000 {
      let next = turns.next(afterCost: cost)
      let piece = try #require(next)
      cost = piece.cost
      if piece.group == honest {
        #expect((foreignSinceAsked ?? 0) <= 1)
        foreignSinceAsked = nil
        served += 1
      } else {
        foreignSinceAsked = foreignSinceAsked.map { $0 + 1 }
        // Always full: every queue asks again as soon as its piece has begun.
        turns.append(piece, to: greedy)
      }
      // A picture now and then, in the middle of whatever is in progress.
      if step % 3 == 2, foreignSinceAsked == nil {
        turns.append(Piece(group: honest, cost: 10), to: honest)
        foreignSinceAsked = 0
      }
    }
    #expect(served > 2_500)
  }

  @Test("groups that always want the thread get equal parts of its time, whatever their pieces cost")
  func equalParts() throws {
    var turns = FairTurns<Piece>()
    let costs: [Int64] = [1, 7, 50]
    let lanes = costs.map { _ in turns.open() }
    for (lane, cost) in zip(lanes, costs) {
      for number in 0..<(60 / (lane + 1)) { turns.append(Piece(group: lane, cost: cost, number: number), to: lane) }
    }
    var cost: Int64 = 0
    var spent = [Int64](repeating: 0, count: 3)
    for _ in 0..<20_000 {
      let next = turns.next(afterCost: cost)
      let piece = try #require(next)
      cost = piece.cost
      spent[piece.group] += cost
      turns.append(piece, to: piece.group)
    }
    let (least, most) = (try #require(spent.min()), try #require(spent.max()))
    #expect(most - least <= 100, "\(spent)")
  }

  @Test("who was idle is owed nothing for it, and who was busy alone owes nothing for that")
  func idleness() throws {
    var turns = FairTurns<Piece>()
    let (first, second) = (turns.open(), turns.open())
    var cost: Int64 = 0
    func take() throws -> Int {
      let next = turns.next(afterCost: cost)
      let piece = try #require(next)
      cost = piece.cost
      turns.append(piece, to: piece.group)
      return piece.group
    }
    turns.append(Piece(group: first), to: first)
    for _ in 0..<1_000 { #expect(try take() == first) }
    turns.append(Piece(group: second), to: second)
    let order = try (0..<6).map { _ in try take() }
    #expect(order == [second, first, second, first, second, first])
  }

  @Test("the codecs of one group take turns, and what costs nothing does not keep its turn")
  func order() throws {
    var turns = FairTurns<Piece>()
    let (first, second) = (turns.open(), turns.open())
    for number in 0..<3 {
      turns.append(Piece(group: first, cost: 0, number: number), to: first)
      turns.append(Piece(group: second, cost: 0, number: number), to: second)
    }
    var pieces: [Piece] = []
    while let piece = turns.next(afterCost: 0) { pieces.append(piece) }
    #expect(pieces.map(\.group) == [first, second, first, second, first, second])
    #expect(pieces.map(\.number) == [0, 0, 1, 1, 2, 2])
  }

  @Test("lanes are used again, but not before what waits there is done")
  func reuse() throws {
    var turns = FairTurns<Piece>()
    let first = turns.open()
    turns.retain(first)
    turns.append(Piece(group: first), to: first)
    turns.release(first)
    turns.release(first)
    #expect(turns.laneCount == 1)
    let second = turns.open()
    #expect(second != first)
    let last = turns.next(afterCost: 0)
    #expect(last?.group == first)
    #expect(turns.laneCount == 2)
    let none = turns.next(afterCost: 10)
    #expect(none == nil)
    #expect(turns.laneCount == 1)
    let again = turns.open()
    #expect(again == first)
    turns.release(first)
    turns.release(second)
    #expect(turns.laneCount == 0)
  }

  @Test("the decoders of a connection with sixty tracks keep another connection's picture waiting for one at most")
  func connections() async throws {
    let pool = CodecThreadPool(limit: 1)
    let log = Mutex<[Int]>([])
    let entered = FrameMailbox<Int>(capacity: 1)
    let gate = Mutex(false)
    let done = FrameMailbox<Int>(capacity: 100)
    func queue(_ index: Int, in group: CodecGroup?) throws -> CodecQueue<Int> {
      try CodecQueue(
        FrameMailbox(capacity: 10), kind: .video, group: group, pool: pool,
        process: { input in
          if input == 0 {
            entered.receive(0)
            while !gate.withLock({ $0 }) {}
          }
          log.withLock { $0.append(index) }
          done.receive(index)
        }, onClose: {})
    }
    let greedy = CodecGroup()
    let queues = try (0..<60).map { try queue($0, in: greedy) }
    let honest = try queue(100, in: nil)
    queues[0].put(0)
    _ = await entered.next()
    // While the first picture is in progress everything else comes.
    for queue in queues { queue.put(1) }
    honest.put(1)
    gate.withLock { $0 = true }
    for _ in 0..<62 { _ = await done.next() }
    #expect(log.withLock { $0 }.prefix(2) == [0, 100])
    for queue in queues + [honest] { await queue.close() }
    #expect(pool.threadCount == 0)
  }

  @Test("threads are shared by groups, not by codecs, and a group's codecs are spread")
  func seats() throws {
    let pool = CodecThreadPool(limit: 2)
    func acquire(_ group: CodecGroup, _ count: Int) throws -> [CodecThreadPool.Seat] {
      try (0..<count).map { _ in try pool.acquire(.video, for: group) }
    }
    let many = CodecGroup()
    var seats = try acquire(many, 7)
    let threads = Set(seats.map { ObjectIdentifier($0.thread) })
    #expect(threads.count == 2)
    for group in (0..<6).map({ _ in CodecGroup() }) {
      let pair = try acquire(group, 2)
      #expect(Set(pair.map { ObjectIdentifier($0.thread) }) == threads)
      seats += pair
    }
    let singles = try (0..<6).flatMap { _ in try acquire(CodecGroup(), 1) }
    for thread in threads { #expect(singles.count { ObjectIdentifier($0.thread) == thread } == 3) }
    for seat in seats + singles { pool.release(seat) }
    #expect(pool.threadCount == 0)
  }
}
