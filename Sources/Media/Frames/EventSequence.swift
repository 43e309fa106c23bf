/// Events as an async sequence with several subscribers.
///
/// The first subscriber gets what has happened since the object was made; later ones get what happens from then on.
/// Changes of one state that nobody has read yet are merged into the newest.
public struct EventSequence<Event: Sendable>: AsyncSequence, Sendable {
  /// The type of the events.
  public typealias Element = Event
  /// Events never fail.
  public typealias Failure = Never

  let broadcaster: EventBroadcaster<Event>

  /// Begins to keep events for one subscriber.
  public func makeAsyncIterator() -> Iterator { Iterator(subscription: broadcaster.subscribe()) }

  /// One subscriber's place in the sequence.
  public struct Iterator: AsyncIteratorProtocol {
    let subscription: EventBroadcaster<Event>.Subscription

    /// The next event; `nil` when there will be none, or the task is cancelled.
    public mutating func next() async -> Event? { await subscription.next() }

    /// The next event; `nil` when there will be none, or the task is cancelled.
    public mutating func next(isolation actor: isolated (any Actor)?) async -> Event? { await subscription.next() }
  }
}
