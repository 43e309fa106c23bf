/// A candidate as it is signalled (webrtc-pc, `RTCIceCandidateInit`).
///
/// It encodes to, and decodes from, the JSON of a browser's `candidate.toJSON()`. An empty `candidate` is the end of candidates.
public struct RTCIceCandidateInit: Codable, Hashable, Sendable {
  /// `candidate:…`, or empty at the end of candidates.
  public var candidate: String
  /// The `mid` of the section that the candidate belongs to.
  public var sdpMid: String?
  /// The index of the section that the candidate belongs to, counted from 0.
  public var sdpMLineIndex: UInt16?
  /// The ufrag of the credentials that the candidate belongs to.
  public var usernameFragment: String?

  /// Takes the values as they are.
  public init(
    candidate: String = "", sdpMid: String? = nil, sdpMLineIndex: UInt16? = nil, usernameFragment: String? = nil
  ) {
    self.candidate = candidate
    self.sdpMid = sdpMid
    self.sdpMLineIndex = sdpMLineIndex
    self.usernameFragment = usernameFragment
  }

  private enum CodingKeys: String, CodingKey {
    case candidate
    case sdpMid
    case sdpMLineIndex
    case usernameFragment
  }

  /// Absent members are null, and an absent `candidate` is empty.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      candidate: try container.decodeIfPresent(String.self, forKey: .candidate) ?? "",
      sdpMid: try container.decodeIfPresent(String.self, forKey: .sdpMid),
      sdpMLineIndex: try container.decodeIfPresent(UInt16.self, forKey: .sdpMLineIndex),
      usernameFragment: try container.decodeIfPresent(String.self, forKey: .usernameFragment))
  }

  /// Encodes all four members, null included, as browsers do.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(candidate, forKey: .candidate)
    try container.encode(sdpMid, forKey: .sdpMid)
    try container.encode(sdpMLineIndex, forKey: .sdpMLineIndex)
    try container.encode(usernameFragment, forKey: .usernameFragment)
  }
}
