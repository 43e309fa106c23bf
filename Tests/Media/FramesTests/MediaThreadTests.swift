import RTCFrames
import Synchronization
import Testing

@Suite("Media threads")
struct MediaThreadTests {
  @Test("a thread that sleeps is woken to stop, and has ended when stop returns")
  func stop() throws {
    let state = Flag()
    let thread = try MediaThread(name: "test") { control in
      while control.sleep(until: MediaTime.now + .seconds(3_600)) {}
      state.isSet.withLock { $0 = true }
    }
    thread.stop()
    #expect(state.isSet.withLock { $0 })
    thread.stop()
  }

  @Test("a thread may stop itself")
  func stopItself() async throws {
    let mailbox = FrameMailbox<Int>(capacity: 1)
    let holder = Holder()
    let thread = try MediaThread(name: "test") { control in
      control.wait()
      holder.thread.withLock { $0 }?.stop()
      mailbox.receive(1)
    }
    holder.thread.withLock { $0 = thread }
    thread.control.wake()
    #expect(await mailbox.next() == 1)
    holder.thread.withLock { $0 = nil }
  }

  private final class Flag: Sendable {
    let isSet = Mutex(false)
  }

  private final class Holder: Sendable {
    let thread = Mutex<MediaThread?>(nil)
  }
}
