package import RTCSDP

/// An ICE candidate (webrtc-pc).
///
/// It encodes to the four members of a browser's `toJSON()`; all others come from parsing `candidate` and are `nil` when that is not a candidate
/// of the grammar (RFC 8839 §5.1).
public struct RTCIceCandidate: Hashable, Sendable {
  /// `candidate:…`, or empty at the end of candidates.
  public let candidate: String
  /// The `mid` of the section that the candidate belongs to.
  public let sdpMid: String?
  /// The index of the section that the candidate belongs to, counted from 0.
  public let sdpMLineIndex: UInt16?
  /// The ufrag of the credentials that the candidate belongs to.
  public let usernameFragment: String?
  /// How the TURN server was reached, for local relayed candidates.
  public let relayProtocol: RTCIceServerTransportProtocol?
  /// The server that the candidate comes from, for local candidates.
  public let url: String?
  /// The candidate by its fields, with every extension; `nil` when a field has no W3C equivalent.
  package let parsed: CandidateAttribute?

  /// Takes what a peer signalled. The candidate itself is not checked here but by `addIceCandidate`.
  ///
  /// - Throws: `WebRTCError.typeError` when neither `sdpMid` nor `sdpMLineIndex` is given.
  public init(_ candidate: RTCIceCandidateInit) throws(WebRTCError) {
    guard candidate.sdpMid != nil || candidate.sdpMLineIndex != nil else {
      throw .typeError("An RTCIceCandidate needs sdpMid or sdpMLineIndex to say which m-section it belongs to.")
    }
    self.init(checked: candidate)
  }

  /// For a candidate of this endpoint.
  package init(
    _ attribute: CandidateAttribute, sdpMid: String?, sdpMLineIndex: UInt16?, usernameFragment: String?,
    relayProtocol: RTCIceServerTransportProtocol? = nil, url: String? = nil
  ) {
    self.init(
      checked: RTCIceCandidateInit(
        candidate: "candidate:" + attribute.text, sdpMid: sdpMid, sdpMLineIndex: sdpMLineIndex,
        usernameFragment: usernameFragment), relayProtocol: relayProtocol, url: url)
  }

  private init(
    checked candidate: RTCIceCandidateInit, relayProtocol: RTCIceServerTransportProtocol? = nil, url: String? = nil
  ) {
    self.candidate = candidate.candidate
    sdpMid = candidate.sdpMid
    sdpMLineIndex = candidate.sdpMLineIndex
    usernameFragment = candidate.usernameFragment
    self.relayProtocol = relayProtocol
    self.url = url
    // webrtc-pc, constructor: one field that the attributes below cannot express leaves them all null.
    parsed = (try? CandidateAttribute(parsing: candidate.candidate)).flatMap { Self.isExpressible($0) ? $0 : nil }
  }

  private static func isExpressible(_ attribute: CandidateAttribute) -> Bool {
    RTCIceComponent(attribute.component) != nil && RTCIceProtocol(rawValue: attribute.transport.lowercased()) != nil
      && RTCIceCandidateType(rawValue: attribute.kind.description) != nil
      && (attribute.tcpType == nil || RTCIceTcpCandidateType(rawValue: attribute.tcpType ?? "") != nil)
  }

  /// Candidates with equal foundations are likely to behave alike.
  public var foundation: String? { parsed?.foundation }
  /// What the candidate is for.
  public var component: RTCIceComponent? { parsed.flatMap { RTCIceComponent($0.component) } }
  /// The higher, the better.
  public var priority: UInt32? { parsed?.priority }
  /// An IP address, or a host name such as the `.local` names of browsers.
  public var address: String? { parsed?.address }
  /// The candidate's transport.
  public var `protocol`: RTCIceProtocol? { parsed.flatMap { RTCIceProtocol(rawValue: $0.transport.lowercased()) } }
  /// The port.
  public var port: UInt16? { parsed?.port }
  /// How the candidate was found.
  public var type: RTCIceCandidateType? { parsed.flatMap { RTCIceCandidateType(rawValue: $0.kind.description) } }
  /// Who connects, for TCP.
  public var tcpType: RTCIceTcpCandidateType? { parsed?.tcpType.flatMap { RTCIceTcpCandidateType(rawValue: $0) } }
  /// For a candidate that was derived from another one, that one's address.
  public var relatedAddress: String? { parsed?.relatedAddress }
  /// For a candidate that was derived from another one, that one's port.
  public var relatedPort: UInt16? { parsed?.relatedPort }

  /// What is signalled of the candidate.
  public func toJSON() -> RTCIceCandidateInit {
    RTCIceCandidateInit(
      candidate: candidate, sdpMid: sdpMid, sdpMLineIndex: sdpMLineIndex, usernameFragment: usernameFragment)
  }
}

extension RTCIceCandidate: Codable {
  /// From the JSON of `toJSON()`.
  public init(from decoder: any Decoder) throws {
    try self.init(RTCIceCandidateInit(from: decoder))
  }

  /// To the JSON of `toJSON()`.
  public func encode(to encoder: any Encoder) throws {
    try toJSON().encode(to: encoder)
  }
}

extension RTCIceComponent {
  /// From the number in a candidate (RFC 8839 §5.1); `nil` for components that WebRTC does not have.
  package init?(_ number: UInt16) {
    switch number {
    case 1: self = .rtp
    case 2: self = .rtcp
    default: return nil
    }
  }
}
