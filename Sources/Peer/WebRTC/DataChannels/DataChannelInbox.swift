internal import RTCSCTP
import Synchronization

/// Messages on their way from the connection's event loop to the application: a few of them, the rest waits in the association's window.
final class DataChannelInbox: Sendable {
  private struct State {
    var messages: [RTCDataChannelMessage] = []
    var head = 0
    var byteCount = 0
    /// Readers in the order in which they came.
    var readers: [Reader] = []
    var nextReader = 0
    /// The event loop has left messages behind since there was no room.
    var hasMore = false
    var isFinished = false

    var count: Int { messages.count - head }
    var hasRoom: Bool { byteCount < DataChannelInbox.byteLimit && count < DataChannelInbox.countLimit }

    mutating func popFirst() -> RTCDataChannelMessage? {
      guard head < messages.count else { return nil }
      let message = messages[head]
      messages[head] = .binary([])
      head += 1
      byteCount -= message.byteCount
      if head == messages.count {
        messages.removeAll(keepingCapacity: true)
        head = 0
      } else if head >= 256, head * 2 >= messages.count {
        messages.removeFirst(head)
        head = 0
      }
      return message
    }
  }

  private struct Reader {
    var number: Int
    var continuation: CheckedContinuation<RTCDataChannelMessage?, Never>
  }

  /// Bytes and messages kept here at most, but for one message more.
  static let byteLimit = 256 << 10
  static let countLimit = 1_024

  private let state = Mutex(State())
  /// Has the event loop bring more.
  private let refill: @Sendable () -> Void

  init(refill: @escaping @Sendable () -> Void) { self.refill = refill }

  // MARK: The event loop's side

  /// Whether to bring another message. When not, `refill` is called once there is room again.
  func wantsMessage() -> Bool {
    state.withLock { state in
      state.hasMore = !state.hasRoom
      return !state.hasMore
    }
  }

  func receive(_ message: DataChannelMessage) {
    let message: RTCDataChannelMessage =
      switch message.kind {
      case .text: .text(String(decoding: message.bytes, as: UTF8.self))
      case .binary: .binary(message.bytes)
      }
    let reader: Reader? = state.withLock { state in
      if !state.readers.isEmpty { return state.readers.removeFirst() }
      state.messages.append(message)
      state.byteCount += message.byteCount
      return nil
    }
    reader?.continuation.resume(returning: message)
  }

  /// Nothing comes any more; what is here can still be read.
  func finish() {
    let readers = state.withLock { state in
      state.isFinished = true
      defer { state.readers.removeAll() }
      return state.readers
    }
    for reader in readers { reader.continuation.resume(returning: nil) }
  }

  // MARK: The application's side

  /// Runs where its caller does: a reader on the connection's event loop gets its message without a switch of threads.
  nonisolated(nonsending) func next() async -> RTCDataChannelMessage? {
    if let message = takeFirst() { return message }
    let number = state.withLock { state in
      state.nextReader += 1
      return state.nextReader
    }
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        if let message = takeFirst(orWait: Reader(number: number, continuation: continuation)) {
          continuation.resume(returning: message)
        }
      }
    } onCancel: {
      let reader: Reader? = state.withLock { state in
        guard let index = state.readers.firstIndex(where: { $0.number == number }) else { return nil }
        return state.readers.remove(at: index)
      }
      reader?.continuation.resume(returning: nil)
    }
  }

  /// The first message, `nil` inside when there will be none; otherwise `reader` is kept for what comes.
  private func takeFirst(orWait reader: Reader? = nil) -> RTCDataChannelMessage?? {
    var needsRefill = false
    let answer: RTCDataChannelMessage?? = state.withLock { state in
      if let message = state.popFirst() {
        // Half of it is gone: the rest is read while more comes.
        if state.hasMore, state.byteCount <= Self.byteLimit / 2, state.count <= Self.countLimit / 2 {
          state.hasMore = false
          needsRefill = true
        }
        return .some(message)
      }
      if state.isFinished || Task.isCancelled { return .some(nil) }
      if let reader { state.readers.append(reader) }
      return nil
    }
    if needsRefill { refill() }
    return answer
  }
}
