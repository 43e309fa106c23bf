import RTCBase
import RTCRTP

/// Everything a stream counts, as one value, under the names of webrtc-stats (RTCInboundRtpStreamStats) where it has one.
package struct ReceiveStreamStatistics: Hashable, Sendable {
  package var ssrc: SSRC
  package var rtxSSRC: SSRC?
  package var payloadType: PayloadType?
  /// Packets of the media stream itself, without retransmissions in a stream of their own.
  package var packetsReceived: Int64 = 0
  package var bytesReceived: Int64 = 0
  package var headerBytesReceived: Int64 = 0
  package var packetsLost: Int64 = 0
  package var packetsDuplicated: Int64 = 0
  package var packetsReordered: Int64 = 0
  package var packetsDiscarded: Int64 = 0
  package var jitter = TimeDelta.zero
  package var lastPacketArrival: MonotonicTime?
  /// Packets that came back in the RTX stream and filled a gap, and all others of that stream.
  package var retransmittedPacketsReceived: Int64 = 0
  package var retransmittedBytesReceived: Int64 = 0
  package var rtxPacketsReceived: Int64 = 0
  package var rtxBytesReceived: Int64 = 0
  package var rtxHeaderBytesReceived: Int64 = 0
  /// RTCP NACK packets, counted once for each call that brought requests.
  package var nackCount: Int64 = 0
  package var nackedPackets: Int64 = 0
  package var pliCount: Int64 = 0
  package var firCount: Int64 = 0
  package var video: VideoReceiverStatistics?
  package var audio: AudioReceiverStatistics?
  package var senderReports: SenderReportTracker = SenderReportTracker()

  package init(ssrc: SSRC) { self.ssrc = ssrc }
}
