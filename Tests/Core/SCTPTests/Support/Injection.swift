import RTCBase

@testable import RTCSCTP

extension SCTPSimulation where Endpoint == SCTPAssociation {
  /// Hands a packet, with header and checksum as from the peer, to an association.
  mutating func inject(into index: Int, _ write: (PacketBuffer) -> Void) {
    let packet = PacketBuffer()
    SCTPCommonHeader(
      sourcePort: 5_000, destinationPort: 5_000, verificationTag: endpoints[index].localTag
    ).write(to: packet)
    write(packet)
    SCTPCommonHeader.seal(packet)
    endpoints[index].handle(packet.bytes, now: now)
  }

  /// The next TSN that the peer of `index` would send.
  func nextTSN(to index: Int) -> TSN { endpoints[index ^ 1].sender.outstanding.nextTSN }
}

extension SCTPSimulation where Endpoint == SCTPAssociation {
  /// The same for an INIT, which carries no tag.
  mutating func injectInit(into index: Int, _ write: (PacketBuffer) -> Void) {
    let packet = PacketBuffer()
    SCTPCommonHeader(sourcePort: 5_000, destinationPort: 5_000, verificationTag: .none).write(to: packet)
    write(packet)
    SCTPCommonHeader.seal(packet)
    endpoints[index].handle(packet.bytes, now: now)
  }
}
