import WebRTCTypes

/// The descriptions in force and pending as they are now, written out when they are asked for: candidates change them by the hundred, and
/// hardly any of those states is ever read.
package struct AppliedDescriptions: Sendable {
  private let currentLocal: LocalDescription?
  private let pendingLocal: LocalDescription?
  private let currentRemote: RemoteDescription?
  private let pendingRemote: RemoteDescription?

  fileprivate init(_ session: JSEPSession) {
    currentLocal = session.currentLocal
    pendingLocal = session.pendingLocal
    currentRemote = session.currentRemote
    pendingRemote = session.pendingRemote
  }

  package var currentLocalDescription: RTCSessionDescription? { currentLocal?.apiDescription }
  package var pendingLocalDescription: RTCSessionDescription? { pendingLocal?.apiDescription }
  package var currentRemoteDescription: RTCSessionDescription? { currentRemote?.apiDescription }
  package var pendingRemoteDescription: RTCSessionDescription? { pendingRemote?.apiDescription }
  package var localDescription: RTCSessionDescription? { (pendingLocal ?? currentLocal)?.apiDescription }
  package var remoteDescription: RTCSessionDescription? { (pendingRemote ?? currentRemote)?.apiDescription }
}

extension JSEPSession {
  package var descriptions: AppliedDescriptions { AppliedDescriptions(self) }
  package var currentLocalDescription: RTCSessionDescription? { descriptions.currentLocalDescription }
  package var pendingLocalDescription: RTCSessionDescription? { descriptions.pendingLocalDescription }
  package var currentRemoteDescription: RTCSessionDescription? { descriptions.currentRemoteDescription }
  package var pendingRemoteDescription: RTCSessionDescription? { descriptions.pendingRemoteDescription }
  package var localDescription: RTCSessionDescription? { descriptions.localDescription }
  package var remoteDescription: RTCSessionDescription? { descriptions.remoteDescription }
}
