import RTCFrames
import Synchronization

/// Changes of settings on their way to a device's thread, and their outcome on its way back.
final class ChangeQueue: Sendable {
  /// A change whose asker waits.
  struct Change: Sendable {
    let settings: MediaTrackSettings
    fileprivate let continuation: CheckedContinuation<Void, any Error>

    func succeed() { continuation.resume() }
    func fail(_ error: MediaError) { continuation.resume(throwing: error) }
  }

  private static let limit = 64

  private struct State: Sendable {
    var isOpen = false
    var changes: [Change] = []
  }

  private let state = Mutex(State())

  /// The device is open: changes are taken.
  func open() { state.withLock { $0.isOpen = true } }

  /// The device is closed: none is taken any more, and those that wait fail.
  func close() {
    let changes = state.withLock { state in
      defer { state = State() }
      return state.changes
    }
    for change in changes { change.fail(MediaError(.abortError, "the device was closed before its settings changed")) }
  }

  /// Waits until the device's thread has done what is asked for.
  ///
  /// - Parameter wake: makes the thread look.
  /// - Returns: `false` when the device is not open.
  /// - Throws: what the thread says.
  func submit(_ settings: MediaTrackSettings, wake: () -> Void) async throws -> Bool {
    guard state.withLock({ $0.isOpen }) else { return false }
    try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
      let change = Change(settings: settings, continuation: continuation)
      let isTaken = state.withLock { state in
        guard state.isOpen, state.changes.count < Self.limit else { return false }
        state.changes.append(change)
        return true
      }
      if isTaken {
        wake()
      } else {
        change.fail(MediaError(.abortError, "the device was closed, or too many changes of its settings wait"))
      }
    }
    return true
  }

  /// The oldest change.
  func next() -> Change? { state.withLock { $0.changes.isEmpty ? nil : $0.changes.removeFirst() } }
}
