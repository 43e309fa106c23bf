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
    var candidateErrors: [String] = []
  }

  private static let errorLimit = 20

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
      state.withLock { state in
        guard state.candidateErrors.count < Self.errorLimit else { return }
        state.candidateErrors.append("\(error.url): \(error.errorText) (\(error.errorCode))")
      }
    default: break
    }
  }

  /// The user wants the call to end now.
  package func interrupt() { state.withLock { $0.isInterrupted = true } }

  package var isInterrupted: Bool { state.withLock { $0.isInterrupted } }
  package var connectionState: RTCPeerConnectionState { state.withLock { $0.state } }
  package var connected: MediaTime? { state.withLock { $0.connected } }
  package var candidateErrors: [String] { state.withLock { $0.candidateErrors } }

  /// Seconds from the beginning of the call to a moment.
  package func seconds(until time: MediaTime?) -> Double? {
    guard let time else { return nil }
    return time.seconds - state.withLock { $0.start }.seconds
  }
}
