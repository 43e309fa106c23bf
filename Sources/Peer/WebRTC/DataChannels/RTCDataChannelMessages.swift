/// The messages of a data channel as an async sequence.
///
/// Every message comes once, in the order of arrival, whenever it is read: of several readers each gets the messages that the others do not.
/// What nobody reads is not lost either. It fills the window that the peer may send into, so that a slow reader slows its sender, and takes
/// no more memory than that. The sequence ends when the channel is closed and everything that came before has been read.
public struct RTCDataChannelMessages: AsyncSequence, Sendable {
  /// A message.
  public typealias Element = RTCDataChannelMessage
  /// Messages never fail; why a channel ended is told by its events.
  public typealias Failure = Never

  let inbox: DataChannelInbox

  /// A reader of what has not been read.
  public func makeAsyncIterator() -> Iterator { Iterator(inbox: inbox) }

  /// One reader.
  public struct Iterator: AsyncIteratorProtocol {
    let inbox: DataChannelInbox

    /// The next message; `nil` when there will be none, or the task is cancelled.
    nonisolated(nonsending) public mutating func next() async -> RTCDataChannelMessage? { await inbox.next() }

    /// The next message; `nil` when there will be none, or the task is cancelled.
    public mutating func next(isolation actor: isolated (any Actor)?) async -> RTCDataChannelMessage? {
      await inbox.next()
    }
  }
}
