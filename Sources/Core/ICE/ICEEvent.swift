import RTCBase

/// What an `ICEAgent` tells its owner.
package enum ICEEvent: Hashable, Sendable {
  /// A candidate to signal; never one that the privacy mode hides.
  case candidateGathered(ICELocalCandidate)
  case candidateFailed(ICEGatheringError)
  case gatheringStateChanged(ICEGatheringState)
  case stateChanged(ICEState)
  /// Where to send from now on; `nil` when sending has to stop.
  case pathChanged(ICEPath?)
  /// A pair was nominated and selected (`selectedcandidatepairchange`).
  case selectedPairChanged(pairID: Int)
  /// DTLS may be accepted from `remote`: it sent STUN that only the peer can make.
  case remoteAddressValidated(remote: TransportAddress, base: TransportAddress)
  case roleChanged(ICERole)
}

/// A server that gave no candidate (`icecandidateerror`, webrtc-pc §4.8.2).
package struct ICEGatheringError: Hashable, Sendable {
  /// The server's number as the caller gave it.
  package var serverIndex: Int
  /// `nil` when its name has no address.
  package var server: TransportAddress?
  /// The base that the last request left from.
  package var base: TransportAddress?
  /// 300 to 699 as the server sent it; 701 when it could not be reached.
  package var code: Int
  package var text: String
}
