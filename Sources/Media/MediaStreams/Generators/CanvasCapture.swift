import RTCFrames
import Synchronization

/// Shows what was drawn last, at most so often a second, or when it is asked to (mediacapture-fromelement,
/// `captureStream`).
final class CanvasCapture: Sendable {
  private struct State {
    var picture: VideoFrame?
    var isNew = false
    var isRequested = false
    var thread: MediaThread?
    var emit: (@Sendable (VideoFrame) -> Void)?
  }

  private let rate: Double
  private let state = Mutex(State())

  init(rate: Double) { self.rate = rate }

  func setTarget(_ emit: @escaping @Sendable (VideoFrame) -> Void) { state.withLock { $0.emit = emit } }

  /// Begins and ends to look for new pictures.
  func setOpen(_ isOpen: Bool, label: String) throws {
    guard rate > 0 else { return }
    let new = isOpen ? try MediaThread(name: label) { [weak self] control in self?.run(control) } : nil
    let old = state.withLock { state in
      defer { state.thread = new }
      return state.thread
    }
    old?.stop()
  }

  func draw(_ picture: VideoFrame) {
    let (isRequested, thread) = state.withLock { state in
      state.picture = picture
      state.isNew = true
      return (state.isRequested, state.thread)
    }
    if isRequested { emit() } else { thread?.control.wake() }
  }

  func requestFrame() {
    let isThere = state.withLock { state in
      state.isRequested = state.picture == nil
      return state.picture != nil
    }
    if isThere { emit() }
  }

  private func emit() {
    let (picture, emit) = state.withLock { state in
      state.isNew = false
      state.isRequested = false
      return (state.picture, state.emit)
    }
    if let picture { emit?(picture) }
  }

  private func run(_ control: MediaThread.Control) {
    var due = MediaTime.now
    while control.sleep(until: due) {
      if state.withLock({ $0.isNew }) {
        emit()
        due = .now + .nanoseconds(Int64(1e9 / rate))
      } else {
        control.wait()
      }
    }
  }
}
