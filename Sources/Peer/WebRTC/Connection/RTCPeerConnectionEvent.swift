/// What a connection tells, under the names of the W3C's events.
public enum RTCPeerConnectionEvent: Sendable {
  /// The application should make an offer.
  case negotiationNeeded
  /// A local candidate to signal; `nil` when all are told.
  case iceCandidate(RTCIceCandidate?)
  /// A STUN or TURN server could not be used.
  case iceCandidateError(RTCPeerConnectionIceErrorEvent)
  /// `signalingState` has changed.
  case signalingStateChange(RTCSignalingState)
  /// `iceGatheringState` has changed.
  case iceGatheringStateChange(RTCIceGatheringState)
  /// `iceConnectionState` has changed.
  case iceConnectionStateChange(RTCIceConnectionState)
  /// `connectionState` has changed.
  case connectionStateChange(RTCPeerConnectionState)
  /// The peer sends a track.
  case track(RTCTrackEvent)
  /// The peer has opened a data channel; it is open on this side too (`datachannel`).
  case dataChannel(RTCDataChannel)

  /// Events of one key replace each other while they are unread: states coalesce, everything else is kept.
  var coalescingKey: Int? {
    switch self {
    case .negotiationNeeded: 0
    case .signalingStateChange: 1
    case .iceGatheringStateChange: 2
    case .iceConnectionStateChange: 3
    case .connectionStateChange: 4
    case .iceCandidate, .iceCandidateError, .track, .dataChannel: nil
    }
  }
}

/// A track that the peer sends (webrtc-pc, RTCTrackEvent).
public struct RTCTrackEvent: Sendable {
  /// The receiver that gets it.
  public let receiver: RTCRtpReceiver
  /// The receiver's track.
  public let track: MediaStreamTrack
  /// The streams that the peer put it in.
  public let streams: [MediaStream]
  /// The transceiver of both.
  public let transceiver: RTCRtpTransceiver
}
