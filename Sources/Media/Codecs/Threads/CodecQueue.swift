import RTCFrames
import Synchronization

/// The bounded queue before one codec, and the codec's place on its thread.
final class CodecQueue<Input: Sendable>: CodecWork {
  private struct Lifetime {
    var seat: CodecThreadPool.Seat?
    var isClosing = false
    var isClosed = false
    var closers: [CheckedContinuation<Void, Never>] = []
  }

  let mailbox: FrameMailbox<Input>
  private let pool: CodecThreadPool
  private let isScheduled = Atomic(false)
  private let lifetime: Mutex<Lifetime>
  private let process: @Sendable (Input) -> Void
  private let onClose: @Sendable () -> Void

  /// - Parameters:
  ///   - group: the codecs of the same connection; `nil` for a codec on its own.
  ///   - process: called on the codec thread with one input after another.
  ///   - onClose: called on the codec thread as the last thing, to release the codec.
  init(
    _ mailbox: FrameMailbox<Input>, kind: CodecThreadPool.Kind, group: CodecGroup?, pool: CodecThreadPool,
    process: @escaping @Sendable (Input) -> Void, onClose: @escaping @Sendable () -> Void
  ) throws {
    self.mailbox = mailbox
    self.pool = pool
    self.process = process
    self.onClose = onClose
    lifetime = Mutex(Lifetime(seat: try pool.acquire(kind, for: group ?? CodecGroup())))
  }

  deinit {
    if let seat = lifetime.withLock({ $0.seat }) { pool.release(seat) }
  }

  func put(_ input: Input) {
    mailbox.receive(input)
    schedule()
  }

  private func schedule() {
    guard !isScheduled.exchange(true, ordering: .acquiringAndReleasing) else { return }
    // Under the lock, so that no seat is used that was given back.
    lifetime.withLock { $0.seat?.schedule(self) }
  }

  func run() {
    isScheduled.store(false, ordering: .releasing)
    let (isClosing, isClosed) = lifetime.withLock { ($0.isClosing, $0.isClosed) }
    guard !isClosed else { return }
    if isClosing {
      onClose()
      let closers = lifetime.withLock { lifetime in
        lifetime.isClosed = true
        defer { lifetime.closers = [] }
        return lifetime.closers
      }
      for closer in closers { closer.resume() }
      return
    }
    if let input = mailbox.poll() { process(input) }
    if mailbox.count > 0 { schedule() }
  }

  /// Drops what waits, lets the piece in progress end, releases the codec and its place on the thread. Nothing is
  /// processed afterwards.
  func close() async {
    mailbox.finish()
    while mailbox.poll() != nil {}
    await withCheckedContinuation { continuation in
      let isClosed = lifetime.withLock { lifetime in
        if lifetime.isClosed { return true }
        lifetime.isClosing = true
        lifetime.closers.append(continuation)
        return false
      }
      if isClosed { continuation.resume() } else { schedule() }
    }
    let seat = lifetime.withLock { $0.seat.take() }
    if let seat { pool.release(seat) }
  }
}
