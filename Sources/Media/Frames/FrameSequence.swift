/// The frames of a track as an async sequence.
///
/// Each iteration has a queue of its own that is bounded: a consumer that is too slow loses its oldest frames, and
/// delays neither the source nor other consumers. Frames are kept from the moment iteration begins; the sequence ends
/// with the track.
public struct FrameSequence<Frame: Sendable>: AsyncSequence, Sendable {
  /// The type of the frames.
  public typealias Element = Frame
  /// Frames never fail.
  public typealias Failure = Never

  private let makeMailbox: @Sendable () -> FrameMailbox<Frame>
  private let attach: @Sendable (FrameMailbox<Frame>) -> Void
  private let detach: @Sendable (FrameMailbox<Frame>) -> Void

  package init(
    makeMailbox: @escaping @Sendable () -> FrameMailbox<Frame>,
    attach: @escaping @Sendable (FrameMailbox<Frame>) -> Void, detach: @escaping @Sendable (FrameMailbox<Frame>) -> Void
  ) {
    self.makeMailbox = makeMailbox
    self.attach = attach
    self.detach = detach
  }

  /// Begins to keep frames for one consumer.
  public func makeAsyncIterator() -> Iterator {
    let mailbox = makeMailbox()
    attach(mailbox)
    return Iterator(subscription: Subscription(mailbox: mailbox, detach: detach))
  }

  /// One consumer's place in the sequence.
  public struct Iterator: AsyncIteratorProtocol {
    fileprivate let subscription: Subscription

    /// The next frame; `nil` when the track has ended or the task is cancelled.
    public mutating func next() async -> Frame? { await subscription.mailbox.next() }

    /// The next frame; `nil` when the track has ended or the task is cancelled.
    public mutating func next(isolation actor: isolated (any Actor)?) async -> Frame? {
      await subscription.mailbox.next()
    }

    /// Frames this consumer lost because it was too slow.
    public var droppedFrames: Int { subscription.mailbox.droppedCount }
  }

  fileprivate final class Subscription: Sendable {
    let mailbox: FrameMailbox<Frame>
    let detach: @Sendable (FrameMailbox<Frame>) -> Void

    init(mailbox: FrameMailbox<Frame>, detach: @escaping @Sendable (FrameMailbox<Frame>) -> Void) {
      self.mailbox = mailbox
      self.detach = detach
    }

    deinit {
      detach(mailbox)
      mailbox.finish()
    }
  }
}
