import RTCBase

/// What an association has done and sees, for `RTCSctpTransportStats` and diagnosis.
package struct SCTPStatistics: Hashable, Sendable {
  /// Bytes that may be under way at once.
  package var congestionWindow = 0
  /// The peer's window as last told, in bytes.
  package var receiverWindow = 0
  /// Largest SCTP packet, in bytes.
  package var maximumPacketSize = 0
  /// DATA chunks sent and not acknowledged (`unackData`).
  package var unacknowledgedChunks = 0
  package var unacknowledgedBytes = 0
  package var smoothedRoundTripTime: TimeDelta?
  package var retransmissionTimeout = TimeDelta.zero

  package var packetsSent: UInt64 = 0
  package var packetsReceived: UInt64 = 0
  package var bytesSent: UInt64 = 0
  package var bytesReceived: UInt64 = 0
  package var chunksRetransmitted: UInt64 = 0
  package var fastRecoveries: UInt64 = 0
  package var retransmissionTimeouts: UInt64 = 0
  package var tailLossProbes: UInt64 = 0
  /// Messages given up under partial reliability.
  package var messagesAbandoned: UInt64 = 0
  /// Messages received whole.
  package var messagesReceived: UInt64 = 0

  /// Packets dropped: too short, wrong checksum, ports, or verification tag.
  package var invalidPackets: UInt64 = 0
  /// Chunks dropped: malformed, or without meaning in the state.
  package var invalidChunks: UInt64 = 0
  package var duplicateChunks: UInt64 = 0
  /// DATA chunks dropped because no memory was left for them.
  package var overflowChunks: UInt64 = 0

  package var usesInterleaving = false
  package var usesZeroChecksum = false

  package init() {}
}
