import RTCBase

/// A datagram to send, in a packet of the engine's pool: whoever has sent it gives it back.
package struct OutgoingDatagram {
  package var packet: PacketBuffer
  /// The local address whose socket sends it.
  package var source: TransportAddress
  package var destination: TransportAddress

  package init(packet: PacketBuffer, source: TransportAddress, destination: TransportAddress) {
    self.packet = packet
    self.source = source
    self.destination = destination
  }
}
