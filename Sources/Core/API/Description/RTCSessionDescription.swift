/// An offer, an answer or a rollback, as it is signalled (webrtc-pc).
///
/// It encodes to the JSON that a browser's `JSON.stringify(description)` gives and that its `setRemoteDescription` takes.
public struct RTCSessionDescription: Codable, Hashable, Sendable {
  /// What it is for.
  public var type: RTCSdpType
  /// The description; empty for a rollback.
  public var sdp: String

  /// The SDP is checked when the description is set.
  public init(type: RTCSdpType, sdp: String = "") {
    self.type = type
    self.sdp = sdp
  }

  /// An absent `sdp` is empty.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    type = try container.decode(RTCSdpType.self, forKey: .type)
    sdp = try container.decodeIfPresent(String.self, forKey: .sdp) ?? ""
  }
}
