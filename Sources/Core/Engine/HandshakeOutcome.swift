import RTCSecurity

/// What became of a transport's DTLS handshake.
package struct HandshakeOutcome: Sendable {
  /// Why it failed, if it did.
  package var failure: DTLSFailure?
  /// The peer's certificate, DER, once it is connected.
  package var peerCertificate: [UInt8]?

  package init(failure: DTLSFailure? = nil, peerCertificate: [UInt8]? = nil) {
    self.failure = failure
    self.peerCertificate = peerCertificate
  }
}
