/// Who opens the connection, or for DTLS who is the client (RFC 4145 §4, RFC 8842 §5.2).
package enum SetupRole: String, Hashable, Sendable, CaseIterable {
  case active
  case passive
  case actpass
  case holdconn
}
