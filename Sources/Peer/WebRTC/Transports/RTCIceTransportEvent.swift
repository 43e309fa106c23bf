/// What an ICE transport tells, under the names of the W3C's events (webrtc-pc §5.6).
public enum RTCIceTransportEvent: Sendable {
  /// The transport's state is another.
  case stateChange(RTCIceTransportState)
  /// Gathering has begun or ended.
  case gatheringStateChange(RTCIceGathererState)
  /// Packets take another path from now on.
  case selectedCandidatePairChange(RTCIceCandidatePair)

  /// Events of one key replace each other while they are unread.
  var coalescingKey: Int {
    switch self {
    case .stateChange: 0
    case .gatheringStateChange: 1
    case .selectedCandidatePairChange: 2
    }
  }
}
