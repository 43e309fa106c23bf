import WebRTC

/// When a connection is ended without being asked.
package struct SessionLimits: Hashable, Sendable {
  /// How long it may take to come up.
  package var setupTimeout = Duration.seconds(30)
  /// How long it may be without contact.
  package var disconnectedTimeout = Duration.seconds(15)
  /// How long it may last.
  package var maximumDuration = Duration.seconds(3_600)

  package init() {}

  /// Why a connection is to end now; `nil` lets it go on.
  ///
  /// - Parameters:
  ///   - inState: how long the connection has been in its state.
  ///   - hasPeerClosed: whether the peer has said goodbye.
  package func reasonToEnd(
    state: RTCPeerConnectionState, inState: Duration, age: Duration, hasPeerClosed: Bool
  ) -> String? {
    if hasPeerClosed { return "the peer has ended it" }
    if age >= maximumDuration { return "it lasted \(Int(maximumDuration.seconds)) s, which --max-duration allows" }
    switch state {
    case .failed: return "it failed"
    case .closed: return "it is closed"
    case .disconnected where inState >= disconnectedTimeout:
      return "nothing was heard of the peer for \(Int(disconnectedTimeout.seconds)) s"
    case .new, .connecting:
      return age >= setupTimeout ? "it did not come up within \(Int(setupTimeout.seconds)) s" : nil
    case .connected, .disconnected: return nil
    }
  }
}
