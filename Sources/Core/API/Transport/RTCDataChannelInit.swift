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

  /// The defaults are those of the specification: reliable and ordered.
  public init(
    ordered: Bool = true, maxPacketLifeTime: UInt16? = nil, maxRetransmits: UInt16? = nil, protocol: String = "",
    negotiated: Bool = false, id: UInt16? = nil
  ) {
    self.ordered = ordered
    self.maxPacketLifeTime = maxPacketLifeTime
    self.maxRetransmits = maxRetransmits
    self.protocol = `protocol`
    self.negotiated = negotiated
    self.id = id
  }
}
