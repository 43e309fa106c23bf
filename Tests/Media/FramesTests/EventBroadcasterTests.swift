import RTCFrames
import Testing

@Suite("Events")
struct EventBroadcasterTests {
  private func drain(_ broadcaster: EventBroadcaster<Int>) async -> [Int] {
    var events: [Int] = []
    for await event in broadcaster.sequence { events.append(event) }
    return events
  }

  @Test("the first subscriber gets what happened since the beginning, a later one what happens from then on")
  func history() async {
    let broadcaster = EventBroadcaster<Int>()
    broadcaster.send(1)
    broadcaster.send(2)
    var first = broadcaster.sequence.makeAsyncIterator()
    var second = broadcaster.sequence.makeAsyncIterator()
    broadcaster.send(3)
    broadcaster.finish()
    #expect(await first.next() == 1)
    #expect(await first.next() == 2)
    #expect(await first.next() == 3)
    #expect(await first.next() == nil)
    #expect(await second.next() == 3)
    #expect(await second.next() == nil)
  }

  @Test("unread changes of one state are merged into the newest, others are all kept")
  func coalescing() async {
    let broadcaster = EventBroadcaster<Int>(coalescingKey: { $0 < 10 ? 0 : nil })
    for event in [1, 2, 10, 3, 11] { broadcaster.send(event) }
    broadcaster.finish()
    #expect(await drain(broadcaster) == [10, 3, 11])
  }

  @Test("a subscriber that does not read is bounded")
  func bound() async {
    let broadcaster = EventBroadcaster<Int>(limit: 3)
    #expect((0..<5).map { broadcaster.send($0) } == [true, true, true, false, false])
    broadcaster.finish()
    #expect(await drain(broadcaster) == [0, 1, 2])
  }

  @Test("a waiting subscriber is resumed by an event and by cancellation")
  func waiting() async {
    let broadcaster = EventBroadcaster<Int>()
    let task = Task {
      var iterator = broadcaster.sequence.makeAsyncIterator()
      return await iterator.next()
    }
    task.cancel()
    _ = await task.value
    var iterator = broadcaster.sequence.makeAsyncIterator()
    broadcaster.send(1)
    #expect(await iterator.next() == 1)
  }
}
