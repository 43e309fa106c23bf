import RTCBase

/// What an association is set up with.
package struct SCTPConfiguration: Sendable {
  /// The port of this side, `a=sctp-port` of the local description.
  package var localPort: UInt16
  /// Largest SCTP packet in bytes: what fits a DTLS record in a datagram of 1,200 bytes.
  package var maximumPacketSize: Int
  /// Bytes that may wait for the application or for missing fragments, over all streams. The window (`a_rwnd`) is what is left of it.
  package var receiveWindow: Int
  /// Largest message taken from the peer, in bytes (`a=max-message-size` of the local description).
  package var maximumMessageSize: Int
  /// Bytes of messages not yet sent, over all streams, above which a further message is refused.
  package var sendBufferLimit: Int
  /// Offers user message interleaving (RFC 8260).
  package var offersInterleaving: Bool
  /// Accepts and, when the peer accepts too, sends packets without checksum, as DTLS protects them (RFC 9653).
  package var offersZeroChecksum: Bool
  /// Outgoing and incoming streams asked for in the handshake.
  package var streamCount: UInt16
  package var timers: SCTPTimers

  package init(
    localPort: UInt16 = 5_000, maximumPacketSize: Int = 1_160, receiveWindow: Int = 4 << 20,
    maximumMessageSize: Int = 262_144, sendBufferLimit: Int = 16 << 20, offersInterleaving: Bool = true,
    offersZeroChecksum: Bool = true, streamCount: UInt16 = 65_535, timers: SCTPTimers = SCTPTimers()
  ) {
    self.localPort = localPort
    self.maximumPacketSize = maximumPacketSize
    self.receiveWindow = receiveWindow
    self.maximumMessageSize = maximumMessageSize
    self.sendBufferLimit = sendBufferLimit
    self.offersInterleaving = offersInterleaving
    self.offersZeroChecksum = offersZeroChecksum
    self.streamCount = streamCount
    self.timers = timers
  }
}

/// Protocol parameters of time and patience (RFC 9260 §16), tightened for interactive use.
package struct SCTPTimers: Sendable {
  package var initialRTO: TimeDelta
  package var minimumRTO: TimeDelta
  package var maximumRTO: TimeDelta
  /// How long an acknowledgement may wait for a second packet.
  package var acknowledgementDelay: TimeDelta
  package var heartbeatInterval: TimeDelta
  package var cookieLifetime: TimeDelta
  /// INITs and COOKIE ECHOs sent again before the handshake fails.
  package var maximumInitRetransmissions: Int
  /// Expiries in a row without an answer before the association fails.
  package var maximumRetransmissions: Int

  package init(
    initialRTO: TimeDelta = .milliseconds(500), minimumRTO: TimeDelta = .milliseconds(400),
    maximumRTO: TimeDelta = .seconds(10), acknowledgementDelay: TimeDelta = .milliseconds(40),
    heartbeatInterval: TimeDelta = .seconds(30), cookieLifetime: TimeDelta = .seconds(60),
    maximumInitRetransmissions: Int = 8, maximumRetransmissions: Int = 10
  ) {
    self.initialRTO = initialRTO
    self.minimumRTO = minimumRTO
    self.maximumRTO = maximumRTO
    self.acknowledgementDelay = acknowledgementDelay
    self.heartbeatInterval = heartbeatInterval
    self.cookieLifetime = cookieLifetime
    self.maximumInitRetransmissions = maximumInitRetransmissions
    self.maximumRetransmissions = maximumRetransmissions
  }
}
