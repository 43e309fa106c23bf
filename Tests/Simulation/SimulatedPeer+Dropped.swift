import RTCEngine
import RTCTestKit

extension SimulatedPeer {
  /// What was dropped by now, whatever the reason, as the connection's diagnostics tell.
  var droppedCount: Int {
    engine.makeDiagnostics().transports.reduce(0) { sum, transport in
      let (datagrams, media) = (transport.datagrams, transport.media)
      return sum
        + Int(
          datagrams.unvalidatedDrops + datagrams.keylessDrops + datagrams.unknownDrops + media.duplicates
            + media.rejected + media.malformed + media.unrouted + transport.ice.totalDropped)
    }
  }
}
