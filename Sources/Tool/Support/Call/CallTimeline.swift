import RTCFrames
import Synchronization
import WebRTC

/// What has happened to a call so far; written by its tasks, read by all.
package final class CallTimeline: Sendable {
  private struct State: Sendable {
    var start = MediaTime.now
    var connected: MediaTime?
    var state = RTCPeerConnectionState.new
    var isInterrupted = false
    var hasPeerEnded = false
    var warnings: [String] = []
  }

  private static let warningLimit = 20

  private let state = Mutex(State())

  package init() {}

  package func begin() { state.withLock { $0.start = .now } }

  package func note(_ event: RTCPeerConnectionEvent) {
    switch event {
    case .connectionStateChange(let new):
      state.withLock { state in
        state.state = new
        if new == .connected, state.connected == nil { state.connected = .now }
      }
    case .iceCandidateError(let error):
      warn(error.url.isEmpty ? error.errorText : "\(error.url): \(error.errorText) (\(error.errorCode))")
    default: break
    }
  }

  /// Something is not as it should be, though the call may work all the same.
  package func warn(_ text: String) {
    state.withLock { state in
      guard state.warnings.count < Self.warningLimit, !state.warnings.contains(text) else { return }
      state.warnings.append(text)
    }
  }

  /// The peer has said goodbye.
  package func notePeerEnded() { state.withLock { $0.hasPeerEnded = true } }

  /// The user wants the call to end now.
  package func interrupt() { state.withLock { $0.isInterrupted = true } }

  package var isInterrupted: Bool { state.withLock { $0.isInterrupted } }
  package var connectionState: RTCPeerConnectionState { state.withLock { $0.state } }
  package var connected: MediaTime? { state.withLock { $0.connected } }
  package var hasPeerEnded: Bool { state.withLock { $0.hasPeerEnded } }
  package var warnings: [String] { state.withLock { $0.warnings } }

  /// Seconds from the beginning of the call to a moment.
  package func seconds(until time: MediaTime?) -> Double? {
    guard let time else { return nil }
    return time.seconds - state.withLock { $0.start }.seconds
  }
}
