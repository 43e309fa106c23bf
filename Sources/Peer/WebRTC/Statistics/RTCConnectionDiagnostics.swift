/// What a connection dropped or refused, and why: what the W3C's statistics have no members for.
///
/// All numbers count from the beginning of what they belong to.
public struct RTCConnectionDiagnostics: Codable, Hashable, Sendable {
  /// One transport of the connection.
  public struct Transport: Codable, Hashable, Sendable {
    /// The `id` of its `RTCTransportStats`.
    public var id: String
    /// DTLS and media from addresses that have not proven to be the peer's, and handshakes beyond what is kept early.
    public var unvalidated: UInt64
    /// Media before there were keys.
    public var withoutKeys: UInt64
    /// Neither STUN, DTLS nor media.
    public var unknown: UInt64
    /// Media that failed authentication or replay protection.
    public var rejected: UInt64
    /// Neither RTP nor RTCP as the specifications have it.
    public var malformed: UInt64
    /// Media that was received before.
    public var duplicates: UInt64
    /// Media that belongs to no section that receives.
    public var unrouted: UInt64
    /// How often a stream lost what it had held longest, since all streams together held too much.
    public var bufferOverflows: UInt64
    /// Bytes of received packets and frames that wait now.
    public var buffered: Int
    /// Transport-wide feedback about what is sent whose arrival times cannot be true, or that one datagram repeats.
    public var implausibleFeedback: UInt64
    /// STUN messages without effect, by the cause.
    public var stun: [String: UInt64]
    /// Candidates of the peer that were left out: repeated, unusable, of another generation or too many.
    public var ignoredCandidates: UInt64
    /// Candidates of the peer that made room for others, since there were too many.
    public var replacedCandidates: UInt64
    /// Candidate pairs that were left out since there were too many.
    public var discardedPairs: UInt64
    /// What ICE had to send or to tell and dropped, since too much was waiting.
    public var stunOverflowed: UInt64
    /// How often both sides took themselves for the one that decides about the path.
    public var roleConflicts: UInt64
    /// How often the path followed the peer to another address without a restart.
    public var migrations: UInt64
    /// Packets that came out of order, of the streams received now.
    public var reordered: UInt64
    /// Frames that were not sent since too much was waiting already, of the streams sent now.
    public var framesRefused: UInt64
    /// Retransmissions asked for and not sent: too old, just sent, or too many.
    public var retransmissionsRefused: UInt64
    /// Why DTLS failed, if it did.
    public var dtlsFailure: String?
  }

  /// One UDP socket; other connections may share it.
  public struct Port: Codable, Hashable, Sendable {
    /// Address and port.
    public var address: String
    /// Datagrams received.
    public var received: Int
    /// Of those, datagrams that belong to no connection.
    public var unrouted: Int
    /// Datagrams sent.
    public var sent: Int
    /// Writes that sent them: fewer, where datagrams were joined.
    public var writes: Int
    /// Datagrams dropped since the socket took no more.
    public var refused: Int
    /// How often the system closed the socket and it was opened again.
    public var reopenings: Int
  }

  /// The SCTP association of the data channels.
  public struct Association: Codable, Hashable, Sendable {
    /// Bytes that may be under way at once.
    public var congestionWindow: Int
    /// Bytes that the peer takes now.
    public var receiverWindow: Int
    /// Bytes under way.
    public var unacknowledged: Int
    /// Seconds; `nil` before it is measured.
    public var roundTripTime: Double?
    /// SCTP packets sent.
    public var packetsSent: UInt64
    /// SCTP packets received.
    public var packetsReceived: UInt64
    /// Pieces of messages that were sent again.
    public var chunksRetransmitted: UInt64
    /// How often nothing was heard for so long that everything under way was taken for lost.
    public var timeouts: UInt64
    /// Messages given up by channels that do not retransmit for ever.
    public var messagesAbandoned: UInt64
    /// Packets that were not the peer's, or malformed.
    public var invalidPackets: UInt64
    /// Pieces of messages that were malformed or made no sense.
    public var invalidChunks: UInt64
    /// Pieces of messages that came again.
    public var duplicateChunks: UInt64
    /// Pieces of messages for which no memory was left.
    public var overflowChunks: UInt64
  }

  /// The transports.
  public var transports: [Transport]
  /// The association of the data channels; `nil` without any.
  public var association: Association?
  /// The sockets; none once the connection is closed.
  public var ports: [Port]
  /// Datagrams that were not sent since too many were waiting.
  public var datagramsOverflowed: UInt64
  /// Events inside the connection that were lost since too many were waiting.
  public var eventsOverflowed: UInt64
  /// Timer wake-ups by the reason.
  public var wakeUps: [String: Int]
}
