import Synchronization

/// Keeps events for each subscriber until it reads them, within a bound.
package final class EventBroadcaster<Event: Sendable>: Sendable {
  private struct State {
    var subscriptions: [WeakSubscription] = []
    /// What happened before anybody subscribed; `nil` from then on.
    var history: EventQueue<Event>? = EventQueue()
    var isFinished = false
  }

  private struct WeakSubscription {
    weak var subscription: Subscription?
  }

  /// Undelivered events that a subscriber may have.
  package let limit: Int
  private let coalescingKey: @Sendable (Event) -> Int?
  private let state = Mutex(State())

  /// - Parameters:
  ///   - limit: undelivered events that a subscriber may have; the next is refused.
  ///   - coalescingKey: events of one key replace each other while they are unread; `nil` for events that must all be
  ///     seen.
  package init(limit: Int = 1_024, coalescingKey: @escaping @Sendable (Event) -> Int? = { _ in nil }) {
    self.limit = max(1, limit)
    self.coalescingKey = coalescingKey
  }

  package var sequence: EventSequence<Event> { EventSequence(broadcaster: self) }

  /// Tells all subscribers.
  ///
  /// - Returns: `false` when a subscriber has too many undelivered events and did not get this one.
  @discardableResult
  package func send(_ event: Event) -> Bool {
    let key = coalescingKey(event)
    var isDelivered = true
    let subscriptions: [Subscription] = state.withLock { state in
      guard !state.isFinished else { return [] }
      if state.history != nil {
        isDelivered = state.history?.append(event, key: key, limit: limit) ?? true
        return []
      }
      state.subscriptions.removeAll { $0.subscription == nil }
      return state.subscriptions.compactMap(\.subscription)
    }
    for subscription in subscriptions where !subscription.append(event, key: key, limit: limit) { isDelivered = false }
    return isDelivered
  }

  /// Ends all sequences, once what is undelivered has been read.
  package func finish() {
    let subscriptions = state.withLock { state in
      state.isFinished = true
      return state.subscriptions.compactMap(\.subscription)
    }
    for subscription in subscriptions { subscription.finish() }
  }

  func subscribe() -> Subscription {
    state.withLock { state in
      let subscription = Subscription(queue: state.history ?? EventQueue(), isFinished: state.isFinished)
      state.history = nil
      if !state.isFinished { state.subscriptions.append(WeakSubscription(subscription: subscription)) }
      return subscription
    }
  }

  final class Subscription: Sendable {
    private struct State {
      var queue: EventQueue<Event>
      var waiting: CheckedContinuation<Event?, Never>?
      var isFinished: Bool
    }

    private let state: Mutex<State>

    init(queue: EventQueue<Event>, isFinished: Bool) {
      state = Mutex(State(queue: queue, isFinished: isFinished))
    }

    func append(_ event: Event, key: Int?, limit: Int) -> Bool {
      var isKept = true
      let waiting: CheckedContinuation<Event?, Never>? = state.withLock { state in
        if let waiting = state.waiting {
          state.waiting = nil
          return waiting
        }
        isKept = state.queue.append(event, key: key, limit: limit)
        return nil
      }
      waiting?.resume(returning: event)
      return isKept
    }

    func finish() {
      takeWaiting { $0.isFinished = true }?.resume(returning: nil)
    }

    func next() async -> Event? {
      await withTaskCancellationHandler {
        await withCheckedContinuation { (continuation: CheckedContinuation<Event?, Never>) in
          // Without an answer it waits.
          let answer: Event?? = state.withLock { state in
            if let event = state.queue.popFirst() { return .some(event) }
            if state.isFinished || state.waiting != nil || Task.isCancelled { return .some(nil) }
            state.waiting = continuation
            return nil
          }
          if let answer { continuation.resume(returning: answer) }
        }
      } onCancel: {
        takeWaiting { _ in }?.resume(returning: nil)
      }
    }

    private func takeWaiting(_ change: (inout State) -> Void) -> CheckedContinuation<Event?, Never>? {
      state.withLock { state in
        change(&state)
        let waiting = state.waiting
        state.waiting = nil
        return waiting
      }
    }
  }
}

/// Unread events in order; of those with one key only the newest.
struct EventQueue<Event: Sendable>: Sendable {
  private var entries: [(event: Event, key: Int?)] = []

  mutating func append(_ event: Event, key: Int?, limit: Int) -> Bool {
    if let key { entries.removeAll { $0.key == key } }
    guard entries.count < limit else { return false }
    entries.append((event, key))
    return true
  }

  mutating func popFirst() -> Event? { entries.isEmpty ? nil : entries.removeFirst().event }
}
