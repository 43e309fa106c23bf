/// Binding messages for a STUN server, which knows no credentials (RFC 8489 §12, RFC 8445 §5.1.1.2).
package enum STUNRequestBuilder {
  /// Asks a server for the address it sees.
  package static func binding(_ transactionID: STUNTransactionID) -> [UInt8] {
    STUNMessageWriter(STUNMessageType(.request, .binding), transactionID: transactionID).finish(nil)
  }

  /// Keeps a NAT binding open and expects no answer (RFC 8445 §11).
  package static func bindingIndication(_ transactionID: STUNTransactionID) -> [UInt8] {
    STUNMessageWriter(STUNMessageType(.indication, .binding), transactionID: transactionID).finish(nil)
  }
}
