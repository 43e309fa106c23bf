import RTCBase

/// One DTLS association over datagrams, as the core sees it: bytes and `now` in, datagrams and events out.
///
/// The session never calls back: after each call the owner drains `nextDatagram()`, `nextEvent()` and `nextApplicationData(into:)`, then reads
/// `deadline`.
package protocol DTLSSession: AnyObject {
  var role: DTLSRole { get }
  /// When `handleTimeout` wants to be called; `nil` when no flight awaits an answer.
  var deadline: MonotonicTime? { get }

  /// Starts the handshake: a client sends its ClientHello, a server waits for one.
  func start(now: MonotonicTime)
  /// Takes one datagram from the peer, whatever it holds.
  func receive(_ datagram: RawSpan, now: MonotonicTime)
  func handleTimeout(now: MonotonicTime)
  /// Bytes of application data that one datagram carries at most; zero unless connected.
  var maximumApplicationDataSize: Int { get }
  /// Protects application data (SCTP): `datagram` then holds what is to be sent.
  ///
  /// - Returns: `false` when not connected, when `nextDatagram()` is not drained, or when `bytes` exceeds `maximumApplicationDataSize`.
  func protect(_ bytes: RawSpan, into datagram: PacketBuffer) -> Bool
  /// Sends close_notify; the session is closed afterwards.
  func close(now: MonotonicTime)
  /// The next datagram to send, at most the configured size.
  func nextDatagram() -> [UInt8]?
  func nextEvent() -> DTLSEvent?
  /// Moves the next record of application data into `packet`; `false` when there is none. A record that exceeds a packet is lost.
  func nextApplicationData(into packet: PacketBuffer) -> Bool
}

package enum DTLSEvent: Sendable {
  /// The handshake is complete and the peer's certificate matches one of the expected fingerprints.
  case connected(DTLSConnectionDetails)
  /// The peer sent close_notify.
  case closed
  case failed(DTLSFailure)
}

/// What a completed handshake negotiated.
package struct DTLSConnectionDetails: Sendable {
  /// `nil` when the peers agreed on no SRTP profile.
  package var keyingMaterial: SRTPKeyingMaterial?
  /// The peer's certificate, DER.
  package var peerCertificate: [UInt8]
  /// The version as four hexadecimal digits, such as `FEFD` for DTLS 1.2 (`RTCTransportStats.tlsVersion`).
  package var version: String
  /// The cipher suite's IANA name.
  package var cipherSuite: String
  /// The key-exchange group, such as `X25519`.
  package var group: String

  package init(
    keyingMaterial: SRTPKeyingMaterial?, peerCertificate: [UInt8], version: String, cipherSuite: String, group: String
  ) {
    self.keyingMaterial = keyingMaterial
    self.peerCertificate = peerCertificate
    self.version = version
    self.cipherSuite = cipherSuite
    self.group = group
  }
}

package enum DTLSFailure: Hashable, Sendable {
  /// The peer's certificate matches none of the signalled fingerprints (RFC 8122 §6.2).
  case fingerprintMismatch
  case receivedAlert(UInt8)
  case sentAlert(UInt8)
  /// The handshake did not complete in time.
  case timeout
  case internalFailure(String)
}
