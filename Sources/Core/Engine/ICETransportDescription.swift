import RTCICE
import RTCJSEP
import RTCSDP
import WebRTCTypes

/// What `RTCIceTransport` shows of a transport beside its states (webrtc-pc §5.6). Candidates become text only when they are asked for.
package struct ICETransportDescription: Sendable {
  package let role: RTCIceRole
  package let localParameters: RTCIceParameters?
  package let remoteParameters: RTCIceParameters?
  private let locals: [ICELocalCandidate]
  private let remotes: [CandidateAttribute]
  private let pair: ICECandidatePair?
  private let mid: String?
  private let sectionIndex: Int
  private let hidesAddresses: Bool

  init(_ agent: ICEAgent, of transport: NegotiatedTransport) {
    let generation = transport.restart ?? transport.ice
    role = agent.role == .controlling ? .controlling : .controlled
    localParameters = generation.local
    remoteParameters = generation.remote
    locals = agent.localCandidates
    remotes = generation.remoteCandidates
    pair = agent.path == nil ? nil : agent.activePair
    mid = transport.mids.first
    sectionIndex = transport.sectionIndex
    hidesAddresses = !agent.configuration.privacyMode.announcesHostCandidates
  }

  /// Those that were told.
  package var localCandidates: [RTCIceCandidate] {
    locals.filter(\.isAnnounced).map { local($0.candidate) }
  }

  /// Those that the peer told; those learnt from its checks are not among them.
  package var remoteCandidates: [RTCIceCandidate] {
    remotes.map { candidate($0, remoteParameters?.usernameFragment) }
  }

  /// What packets are sent over now.
  package var selectedPair: RTCIceCandidatePair? {
    guard let pair else { return nil }
    let remote = CandidateAttribute(pair.remote.candidate, usernameFragment: nil, hidesRelatedAddress: false)
    return RTCIceCandidatePair(
      local: local(pair.local.candidate), remote: candidate(remote, remoteParameters?.usernameFragment))
  }

  private func local(_ known: ICECandidate) -> RTCIceCandidate {
    let fragment = localParameters?.usernameFragment
    return candidate(
      CandidateAttribute(known, usernameFragment: fragment, hidesRelatedAddress: hidesAddresses), fragment)
  }

  private func candidate(_ attribute: CandidateAttribute, _ fragment: String?) -> RTCIceCandidate {
    RTCIceCandidate(
      attribute, sdpMid: mid, sdpMLineIndex: UInt16(clamping: sectionIndex), usernameFragment: fragment)
  }
}

extension CandidateAttribute {
  /// - Parameter hidesRelatedAddress: what the candidate relates to would tell a private address that policy hides (RFC 8839 §5.1 allows
  ///   0.0.0.0 and 9).
  init(_ candidate: ICECandidate, usernameFragment: String?, hidesRelatedAddress: Bool) {
    let related: (address: String, port: UInt16)? =
      candidate.kind == .host
      ? nil
      : hidesRelatedAddress
        ? (candidate.address.family == .v4 ? "0.0.0.0" : "::", 9)
        : candidate.relatedAddress.map { ("\($0.ip)", $0.port) }
    self.init(
      foundation: candidate.foundation, component: 1, transport: "udp", priority: candidate.priority,
      address: "\(candidate.address.ip)", port: candidate.address.port, kind: .init(candidate.kind.rawValue),
      relatedAddress: related?.address, relatedPort: related?.port,
      extensions: usernameFragment.map { [.init("ufrag", $0)] } ?? [])
  }
}
