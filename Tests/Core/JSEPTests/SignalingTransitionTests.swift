import Testing
import WebRTCTypes

@testable import RTCJSEP

@Suite("Signalling state machine")
struct SignalingTransitionTests {
  private typealias Row = (RTCSignalingState, RTCSdpType, DescriptionSource, RTCSignalingState)

  private let allowed: [Row] = [
    (.stable, .offer, .local, .haveLocalOffer),
    (.stable, .offer, .remote, .haveRemoteOffer),
    (.haveLocalOffer, .offer, .local, .haveLocalOffer),
    (.haveLocalOffer, .answer, .remote, .stable),
    (.haveLocalOffer, .pranswer, .remote, .haveRemotePranswer),
    (.haveLocalOffer, .rollback, .local, .stable),
    (.haveRemoteOffer, .offer, .remote, .haveRemoteOffer),
    (.haveRemoteOffer, .answer, .local, .stable),
    (.haveRemoteOffer, .pranswer, .local, .haveLocalPranswer),
    (.haveRemoteOffer, .rollback, .remote, .stable),
    (.haveLocalPranswer, .pranswer, .local, .haveLocalPranswer),
    (.haveLocalPranswer, .answer, .local, .stable),
    (.haveRemotePranswer, .pranswer, .remote, .haveRemotePranswer),
    (.haveRemotePranswer, .answer, .remote, .stable),
  ]

  @Test(
    "PC-10: every state takes exactly the descriptions that it should",
    arguments: RTCSignalingState.allCases, DescriptionSource.allCases)
  func table(state: RTCSignalingState, source: DescriptionSource) {
    for type in RTCSdpType.allCases {
      let expected = allowed.first { $0.0 == state && $0.1 == type && $0.2 == source }?.3
      #expect(state.applying(type, from: source) == expected, "\(state) with a \(source) \(type)")
    }
  }
}
