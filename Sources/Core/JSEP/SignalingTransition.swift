import WebRTCTypes

/// Who made a description.
package enum DescriptionSource: Hashable, Sendable, CaseIterable {
  case local
  case remote
}

/// The state machine of RFC 9429 §3.2:
///
///                            local offer               remote pranswer
///                   stable ──────────────▶ have-local-offer ─────────▶ have-remote-pranswer
///                   ▲ ▲  │ ◀───── remote answer, local rollback ──┘          │
///                   │ │  │ ◀───────────────── remote answer ─────────────────┘
///     local answer  │ │  │ remote offer
///                   │ │  ▼            local pranswer
///                   │ have-remote-offer ─────────▶ have-local-pranswer
///                   └──────────────── local answer ───────────┘
///
/// Every state but stable also takes what led to it once more.
extension RTCSignalingState {
  /// The state after a description, `nil` if it is not allowed now.
  package func applying(_ type: RTCSdpType, from source: DescriptionSource) -> RTCSignalingState? {
    switch (self, type, source) {
    case (.stable, .offer, .local), (.haveLocalOffer, .offer, .local): .haveLocalOffer
    case (.stable, .offer, .remote), (.haveRemoteOffer, .offer, .remote): .haveRemoteOffer
    case (.haveLocalOffer, .answer, .remote), (.haveRemotePranswer, .answer, .remote): .stable
    case (.haveRemoteOffer, .answer, .local), (.haveLocalPranswer, .answer, .local): .stable
    case (.haveLocalOffer, .pranswer, .remote), (.haveRemotePranswer, .pranswer, .remote): .haveRemotePranswer
    case (.haveRemoteOffer, .pranswer, .local), (.haveLocalPranswer, .pranswer, .local): .haveLocalPranswer
    // A rollback takes back an offer only, on the side that made it (webrtc-pc §4.4.2).
    case (.haveLocalOffer, .rollback, .local), (.haveRemoteOffer, .rollback, .remote): .stable
    default: nil
    }
  }
}
