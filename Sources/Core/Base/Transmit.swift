/// A datagram that a state machine wants sent, in bytes of its own. Media goes in `PacketBuffer`s instead.
package struct Transmit: Hashable, Sendable {
  package var bytes: [UInt8]
  /// The local address whose socket sends it (the base of a candidate).
  package var source: TransportAddress
  package var destination: TransportAddress

  package init(bytes: [UInt8], from source: TransportAddress, to destination: TransportAddress) {
    self.bytes = bytes
    self.source = source
    self.destination = destination
  }
}
