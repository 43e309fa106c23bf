import Synchronization

/// Where a source's frames and state go, and where its tracks attach.
///
/// It counts the tracks: the first starts the source, the last stops it.
public final class SourceOutput<Frame: Sendable>: Sendable {
  private struct State {
    var observers: [any SourceObserver<Frame>] = []
    var isMuted: Bool
    var isEnded = false
    var emittedCount = 0
  }

  private let state: Mutex<State>
  /// Tracks attached. Held while the source starts and stops, so that both happen in order; never taken on the way of a
  /// frame.
  private let trackCount = Mutex(0)

  /// What those who make tracks of the source share about it.
  private let companion = Mutex<(any AnyObject & Sendable)?>(nil)

  /// An output; a source that has nothing to deliver yet begins muted.
  public init(isMuted: Bool = false) { state = Mutex(State(isMuted: isMuted)) }

  /// Whether the source has nothing to deliver for the time being.
  public var isMuted: Bool { state.withLock { $0.isMuted } }
  /// Whether the source is over.
  public var isEnded: Bool { state.withLock { $0.isEnded } }
  /// Frames emitted so far.
  public var emittedFrames: Int { state.withLock { $0.emittedCount } }

  /// Gives a frame to all tracks. It returns soon: nobody works on frames here.
  public func emit(_ frame: Frame) {
    let observers = state.withLock { state -> [any SourceObserver<Frame>] in
      guard !state.isEnded else { return [] }
      state.emittedCount &+= 1
      return state.observers
    }
    for observer in observers { observer.receive(frame) }
  }

  /// Tells the tracks that the source has stopped delivering, or goes on (a stalled camera, a peer that pauses).
  public func setMuted(_ isMuted: Bool) {
    let observers = state.withLock { state -> [any SourceObserver<Frame>] in
      guard !state.isEnded, state.isMuted != isMuted else { return [] }
      state.isMuted = isMuted
      return state.observers
    }
    for observer in observers { observer.sourceMuted(isMuted) }
  }

  /// Tells the tracks that the source is over: the device was unplugged, the file has ended. It cannot be undone.
  public func end() {
    let observers = state.withLock { state -> [any SourceObserver<Frame>] in
      guard !state.isEnded else { return [] }
      state.isEnded = true
      return state.observers
    }
    for observer in observers { observer.sourceEnded() }
  }

  /// Tells the tracks that settings or capabilities were changed by the environment, not by the program.
  public func configurationChanged() {
    for observer in state.withLock({ $0.observers }) { observer.sourceConfigurationChanged() }
  }

  /// The one object that goes with this source, made when it is asked for first.
  package func companion<Companion: AnyObject & Sendable>(_ make: () -> Companion) -> Companion {
    companion.withLock { companion in
      if let existing = companion as? Companion { return existing }
      let new = make()
      companion = new
      return new
    }
  }

  /// Calls `body` once, as soon as no consumer of any track would lose a frame for the next one.
  package func whenReady(_ body: @escaping @Sendable () -> Void) {
    Countdown.wait(for: state.withLock { $0.observers.map { observer in { observer.whenReady($0) } } }, then: body)
  }

  /// Waits until no consumer of any track would lose a frame for the next one, or the task is cancelled.
  package func ready() async {
    let waiter = OneWaiter()
    whenReady { waiter.resume() }
    await withTaskCancellationHandler {
      await waiter.wait()
    } onCancel: {
      waiter.resume()
    }
  }

  /// Tracks that hold the source open.
  package var openCount: Int { trackCount.withLock { $0 } }

  /// Attaches a track; the first one starts the source.
  package func attach(_ observer: any SourceObserver<Frame>, to source: some MediaSource<Frame>) throws {
    try trackCount.withLock { count in
      // Listening before it starts: not even the first frame is lost.
      state.withLock { $0.observers.append(observer) }
      if count == 0 {
        do { try source.start() } catch {
          remove(observer)
          throw error
        }
      }
      count += 1
    }
  }

  /// Detaches a track; the last one stops the source.
  package func detach(_ observer: any SourceObserver<Frame>, from source: some MediaSource<Frame>) {
    trackCount.withLock { count in
      guard remove(observer) else { return }
      count -= 1
      if count == 0 { source.stop() }
    }
  }

  @discardableResult
  private func remove(_ observer: any SourceObserver<Frame>) -> Bool {
    state.withLock { state in
      guard let index = state.observers.firstIndex(where: { $0 === observer }) else { return false }
      state.observers.remove(at: index)
      return true
    }
  }
}

/// A track's side of a source. Called on the source's thread.
package protocol SourceObserver<Frame>: AnyObject, Sendable {
  associatedtype Frame: Sendable
  func receive(_ frame: Frame)
  func sourceMuted(_ isMuted: Bool)
  func sourceEnded()
  func sourceConfigurationChanged()
  /// Calls `body` once, as soon as no consumer would lose a frame for the next one.
  func whenReady(_ body: @escaping @Sendable () -> Void)
}
