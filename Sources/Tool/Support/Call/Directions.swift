import WebRTC

/// What was negotiated, by kind and way.
package struct Directions: Sendable {
  package let receivers: [RTCRtpReceiver]
  package let sentKinds: [MediaStreamTrackKind]

  package init(_ transceivers: [RTCRtpTransceiver]) {
    receivers = transceivers.filter { [.sendrecv, .recvonly].contains($0.currentDirection) }.map(\.receiver)
    sentKinds = transceivers.filter { transceiver in
      [.sendrecv, .sendonly].contains(transceiver.currentDirection) && transceiver.sender.track != nil
    }.map(\.kind)
  }

  func receives(_ kind: MediaStreamTrackKind) -> Bool {
    receivers.contains { $0.track.kind == (kind == .video ? .video : .audio) }
  }
}
