/// `RTCIceTransportState` (webrtc-pc §5.6.4).
package enum ICEState: String, Hashable, Sendable {
  case new
  case checking
  case connected
  case completed
  case disconnected
  case failed
  case closed
}

/// `RTCIceGathererState` (webrtc-pc §5.6.3).
package enum ICEGatheringState: String, Hashable, Sendable {
  case new
  case gathering
  case complete
}
