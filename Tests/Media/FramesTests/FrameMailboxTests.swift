import RTCFrames
import Synchronization
import Testing

@Suite("Frame mailboxes")
struct FrameMailboxTests {
  @Test("who waits for room goes on when a frame is taken, and when the consumer leaves")
  func readiness() async {
    let mailbox = FrameMailbox<Int>(capacity: 2)
    let count = Atomic(0)
    let note: @Sendable () -> Void = { count.add(1, ordering: .relaxed) }
    mailbox.whenReady(note)
    #expect(count.load(ordering: .relaxed) == 1)
    mailbox.receive(1)
    mailbox.receive(2)
    mailbox.whenReady(note)
    mailbox.whenReady(note)
    #expect(count.load(ordering: .relaxed) == 1)
    #expect(await mailbox.next() == 1)
    #expect(count.load(ordering: .relaxed) == 3)
    mailbox.receive(3)
    mailbox.whenReady(note)
    mailbox.finish()
    #expect(count.load(ordering: .relaxed) == 4)
    // A broadcast waits for the slowest.
    let broadcast = FrameBroadcast<Int>()
    let (full, empty) = (FrameMailbox<Int>(capacity: 1), FrameMailbox<Int>(capacity: 1))
    broadcast.add(full)
    broadcast.add(empty)
    full.receive(1)
    broadcast.whenReady(note)
    #expect(count.load(ordering: .relaxed) == 4)
    #expect(full.poll() == 1)
    #expect(count.load(ordering: .relaxed) == 5)
  }

  @Test("MS-11: a full mailbox loses its oldest frame, and counts it")
  func dropsOldest() async {
    let mailbox = FrameMailbox<Int>(capacity: 3)
    for frame in 1...10 { mailbox.receive(frame) }
    #expect(mailbox.droppedCount == 7)
    mailbox.finish()
    var received: [Int] = []
    while let frame = await mailbox.next() { received.append(frame) }
    #expect(received == [8, 9, 10])
  }

  @Test("frames keep their order through many rounds")
  func order() {
    let mailbox = FrameMailbox<Int>(capacity: 20)
    var next = 0
    var expected = 0
    for round in 0..<200 {
      for _ in 0..<(round % 13) {
        mailbox.receive(next)
        next += 1
      }
      for _ in 0..<(round % 11) {
        guard let frame = mailbox.poll() else { break }
        #expect(frame >= expected)
        expected = frame + 1
      }
      #expect(mailbox.count <= 20)
    }
  }

  @Test("a consumer that lost a compressed frame goes on at the next key frame, which is asked for once")
  func restart() {
    let requests = FrameMailbox<Int>(capacity: 100)
    let mailbox = FrameMailbox<Int>(
      capacity: 3, isRestartPoint: { $0 % 10 == 0 }, onRestartNeeded: { requests.receive(1) },
      startsAtRestartPoint: true)
    for frame in 5...19 { mailbox.receive(frame) }
    // 5...9 come before the first key frame; 10, 11, 12 fill it; 13 overflows it.
    #expect(mailbox.poll() == nil)
    #expect(requests.count == 1)
    for frame in 20...21 { mailbox.receive(frame) }
    #expect(mailbox.poll() == 20)
    #expect(mailbox.poll() == 21)
    #expect(mailbox.droppedCount == 15)
  }

  @Test("a key frame that finds a full mailbox replaces what nobody needs any more")
  func restartByReplacement() {
    let mailbox = FrameMailbox<Int>(capacity: 2, isRestartPoint: { $0 % 10 == 0 })
    for frame in [10, 11, 20] { mailbox.receive(frame) }
    #expect(mailbox.poll() == 20)
    #expect(mailbox.poll() == nil)
  }

  @Test("frames that are too many bytes are as those that are too many, and give back what they took")
  func bytes() {
    let budget = SharedBudget(limit: 100)
    let bound = FrameMailbox<Int>.ByteBound(budget) { $0 }
    let plain = FrameMailbox<Int>(capacity: 50, bytes: bound)
    for frame in [30, 40, 20] { plain.receive(frame) }
    #expect(budget.used == 90)
    // The two oldest make room.
    plain.receive(60)
    #expect(plain.droppedCount == 2)
    #expect(plain.poll() == 20)
    #expect(budget.used == 60)
    // What is larger than all room is not kept.
    plain.receive(101)
    #expect(plain.poll() == nil)
    #expect(plain.droppedCount == 4)
    #expect(budget.used == 0)
  }

  @Test("mailboxes with one bound together hold no more than it, and each goes on at a key frame that finds room")
  func sharedBytes() {
    let budget = SharedBudget(limit: 100)
    let requests = FrameMailbox<Int>(capacity: 100)
    func mailbox() -> FrameMailbox<Int> {
      FrameMailbox(
        capacity: 50, bytes: .init(budget) { $0 }, isRestartPoint: { $0 % 10 == 0 },
        onRestartNeeded: { requests.receive(1) })
    }
    var first: FrameMailbox<Int>? = mailbox()
    let second = mailbox()
    first?.receive(80)
    second.receive(10)
    second.receive(11)
    #expect(second.count == 0 && second.droppedCount == 2 && requests.count == 1)
    second.receive(9)
    second.receive(30)
    #expect(second.count == 0 && second.droppedCount == 4 && requests.count == 2)
    #expect(budget.used == 80)
    first = nil
    #expect(budget.used == 0)
    second.receive(5)
    second.receive(30)
    second.receive(31)
    #expect(second.count == 2 && budget.used == 61)
    #expect(second.poll() == 30)
    #expect(second.poll() == 31)
    #expect(budget.used == 0)
  }

  @Test("a waiting consumer is resumed by a frame, by the end, and by cancellation")
  func waiting() async {
    let mailbox = FrameMailbox<Int>(capacity: 1)
    async let first = mailbox.next()
    mailbox.receive(1)
    #expect(await first == 1)
    let task = Task { await mailbox.next() }
    task.cancel()
    #expect(await task.value == nil)
    async let last = mailbox.next()
    mailbox.finish()
    #expect(await last == nil)
    mailbox.receive(2)
    #expect(await mailbox.next() == nil)
  }

  @Test("MS-11: every consumer of a broadcast gets every frame until it leaves")
  func broadcast() {
    let broadcast = FrameBroadcast<Int>()
    let first = FrameMailbox<Int>(capacity: 10)
    let second = FrameMailbox<Int>(capacity: 1)
    broadcast.add(first)
    broadcast.add(second)
    for frame in 0..<4 { broadcast.send(frame) }
    broadcast.remove(second)
    broadcast.send(4)
    #expect(first.count == 5)
    #expect(second.count == 1 && second.droppedCount == 3)
    #expect(broadcast.consumerCount == 1)
  }

  @Test("a consumer that comes after the end is finished at once")
  func lateConsumer() async {
    let broadcast = FrameBroadcast<Int>()
    broadcast.finish()
    let mailbox = FrameMailbox<Int>(capacity: 1)
    broadcast.add(mailbox)
    #expect(await mailbox.next() == nil)
  }
}
