/// Which side of the DTLS handshake this endpoint plays (RFC 5763 §5): `active` sends the ClientHello.
package enum DTLSRole: Hashable, Sendable {
  case client
  case server
}
