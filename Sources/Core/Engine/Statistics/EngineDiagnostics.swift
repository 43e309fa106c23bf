import RTCICE
import RTCReceive
import RTCSCTP
import RTCSecurity

/// What an engine dropped or refused, and why: what webrtc-stats has no members for.
package struct EngineDiagnostics: Sendable {
  package struct Transport: Sendable {
    /// The `id` of its `RTCTransportStats`.
    package var id: String
    package var datagrams: TransportCounters
    package var media: MediaCounters
    package var ice: ICECounters
    package var dtlsFailure: DTLSFailure?
    /// Bytes of received packets and frames that wait.
    package var heldBytes = 0
    /// Feedback about what is sent whose times cannot be true, or that one datagram repeats.
    package var implausibleFeedback: UInt64 = 0
    /// Sums over the streams that there are now.
    package var packetsDuplicated: UInt64 = 0
    package var packetsReordered: UInt64 = 0
    package var framesRefused: UInt64 = 0
    package var retransmissionsRefused: UInt64 = 0
  }

  package var transports: [Transport] = []
  /// The association of the data channels; `nil` without one.
  package var sctp: SCTPStatistics?
  /// What was not sent since the shell left too much unread.
  package var datagramsOverflowed: UInt64
  package var eventsOverflowed: UInt64
}

extension PeerEngine {
  package func makeDiagnostics() -> EngineDiagnostics {
    var diagnostics = EngineDiagnostics(
      datagramsOverflowed: output.droppedDatagrams, eventsOverflowed: output.droppedEvents)
    diagnostics.sctp = data?.session.statistics
    for transport in transports {
      var item = EngineDiagnostics.Transport(
        id: StatisticsIdentifier.transport(transport.session.id), datagrams: transport.session.counters,
        media: transport.media.counters, ice: transport.session.ice.counters,
        dtlsFailure: transport.session.dtlsFailure)
      item.heldBytes = transport.media.heldBytes
      item.implausibleFeedback = UInt64(clamping: transport.media.sender.implausibleFeedback)
      for receiver in transport.media.receivers {
        let counted = receiver.stream.snapshot
        item.packetsDuplicated &+= UInt64(clamping: counted.packetsDuplicated)
        item.packetsReordered &+= UInt64(clamping: counted.packetsReordered)
      }
      for stream in transport.media.sender.streamIDs {
        guard let counted = transport.media.sender.statistics(of: stream) else { continue }
        item.framesRefused &+= counted.framesDropped
        item.retransmissionsRefused &+= counted.retransmissionsRefused
      }
      diagnostics.transports.append(item)
    }
    return diagnostics
  }
}
