/// How a data channel is made (webrtc-pc).
public struct RTCDataChannelInit: Codable, Hashable, Sendable {
  /// Messages arrive in the order in which they were sent.
  public var ordered: Bool
  /// For how many milliseconds a message may be retransmitted; not together with `maxRetransmits`.
  public var maxPacketLifeTime: UInt16?
  /// How often a message may be retransmitted; not together with `maxPacketLifeTime`.
  public var maxRetransmits: UInt16?
  /// The name of the subprotocol, at most 65,535 bytes.
  public var `protocol`: String
  /// Both sides make the channel with the same `id`, and neither announces it.
  public var negotiated: Bool
  /// The channel's number, for negotiated channels; 0 to 65,534.
  public var id: UInt16?
  /// The channel's share when several have more to send than the path takes (webrtc-priority).
  public var priority: RTCPriorityType

  /// The defaults are those of the specification: reliable and ordered.
  public init(
    ordered: Bool = true, maxPacketLifeTime: UInt16? = nil, maxRetransmits: UInt16? = nil, protocol: String = "",
    negotiated: Bool = false, id: UInt16? = nil, priority: RTCPriorityType = .low
  ) {
    self.ordered = ordered
    self.maxPacketLifeTime = maxPacketLifeTime
    self.maxRetransmits = maxRetransmits
    self.protocol = `protocol`
    self.negotiated = negotiated
    self.id = id
    self.priority = priority
  }

  /// Members that are absent have their defaults.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      ordered: try container.decodeIfPresent(Bool.self, forKey: .ordered) ?? true,
      maxPacketLifeTime: try container.decodeIfPresent(UInt16.self, forKey: .maxPacketLifeTime),
      maxRetransmits: try container.decodeIfPresent(UInt16.self, forKey: .maxRetransmits),
      protocol: try container.decodeIfPresent(String.self, forKey: .protocol) ?? "",
      negotiated: try container.decodeIfPresent(Bool.self, forKey: .negotiated) ?? false,
      id: try container.decodeIfPresent(UInt16.self, forKey: .id),
      priority: try container.decodeIfPresent(RTCPriorityType.self, forKey: .priority) ?? .low)
  }
}
