import RTCBase

/// Counters of one sent stream under the names of webrtc-stats §8.6 (outbound-rtp) and §8.5 (remote-inbound-rtp).
package struct SendStreamStatistics: Hashable, Sendable {
  /// Retransmissions and padding included, as packets of the media and of the RTX stream.
  package var packetsSent: UInt64 = 0
  /// Payload bytes, retransmissions included, headers and padding excluded.
  package var bytesSent: UInt64 = 0
  package var headerBytesSent: UInt64 = 0
  package var retransmittedPacketsSent: UInt64 = 0
  package var retransmittedBytesSent: UInt64 = 0
  package var framesSent: UInt64 = 0
  /// Frames of more than 2.5 times the average size.
  package var hugeFramesSent: UInt64 = 0
  package var keyFramesSent: UInt64 = 0
  /// Frames refused because the pacer's queue was full, or because they need a frame that was refused.
  package var framesDropped: UInt64 = 0
  /// From queueing to departure, added up.
  package var totalPacketSendDelay = TimeDelta.zero
  package var nackCount: UInt64 = 0
  package var pliCount: UInt64 = 0
  package var firCount: UInt64 = 0
  /// Requested packets that were not sent again: gone, just repeated, or beyond the share of retransmissions.
  package var retransmissionsRefused: UInt64 = 0

  package var remoteInbound: RemoteInbound?

  /// What the peer reports about the stream.
  package struct RemoteInbound: Hashable, Sendable {
    package var packetsReceived: Int64 = 0
    package var packetsLost: Int64 = 0
    /// 0 to 1, over the last report interval.
    package var fractionLost = 0.0
    package var jitter = TimeDelta.zero
    package var roundTripTime: TimeDelta?
    package var totalRoundTripTime = TimeDelta.zero
    package var roundTripTimeMeasurements: UInt64 = 0
    package var reportArrival = MonotonicTime.zero
  }

  package init() {}
}
