import RTCBase
import RTCJSEP
import RTCSend
import WebRTCTypes

extension MediaTransport {
  /// The stream that a section sends (webrtc-stats §8.6), and what the peer reports about it (§8.5); `nil` before anything to send is
  /// negotiated. A stream that has paused stays, without a codec.
  func outbound(
    _ section: MediaSection, of transport: TransportID, clock: StatisticsClock
  ) -> (item: EngineStatistics.Outbound, codec: NegotiatedCodec?)? {
    guard let stream = section.sendStream,
      let configuration = sender.configuration(of: stream), let counted = sender.statistics(of: stream)
    else { return nil }
    let kind = section.negotiated.kind
    let ssrc = configuration.ssrc
    let transportID = StatisticsIdentifier.transport(transport)
    let codec = section.sendCodec
    let codecID = codec.map { StatisticsIdentifier.codec($0, isSent: true, of: transport) }
    var stats = RTCOutboundRtpStreamStats(
      id: StatisticsIdentifier.outbound(ssrc, kind), timestamp: clock.timestamp, ssrc: ssrc.rawValue, kind: kind)
    stats.transportId = transportID
    stats.codecId = codecID
    stats.mid = section.negotiated.mid
    stats.rid = section.negotiated.localSources.first { $0.ssrc == ssrc }?.rid
    stats.encodingIndex = 0
    stats.packetsSent = counted.packetsSent
    stats.bytesSent = counted.bytesSent
    stats.headerBytesSent = counted.headerBytesSent
    stats.retransmittedPacketsSent = counted.retransmittedPacketsSent
    stats.retransmittedBytesSent = counted.retransmittedBytesSent
    if configuration.rtxPayloadType != nil { stats.rtxSsrc = configuration.rtxSSRC?.rawValue }
    stats.totalPacketSendDelay = counted.totalPacketSendDelay.seconds
    stats.nackCount = UInt32(clamping: counted.nackCount)
    stats.targetBitrate = sender.encoderTarget(of: stream).map { Double($0.bitsPerSecond) }
    if kind == .video {
      stats.framesSent = UInt32(clamping: counted.framesSent)
      // What came here was encoded; an encoder that the shell runs knows better.
      stats.framesEncoded = stats.framesSent
      stats.keyFramesEncoded = UInt32(clamping: counted.keyFramesSent)
      stats.hugeFramesSent = UInt32(clamping: counted.hugeFramesSent)
      stats.pliCount = UInt32(clamping: counted.pliCount)
      stats.firCount = UInt32(clamping: counted.firCount)
    }
    var remote: RTCRemoteInboundRtpStreamStats?
    if let reported = counted.remoteInbound {
      var report = Self.remoteInbound(reported, ssrc: ssrc, kind: kind, clock: clock)
      report.transportId = transportID
      report.codecId = codecID
      report.localId = stats.id
      stats.remoteId = report.id
      remote = report
    }
    let item = EngineStatistics.Outbound(
      transceiver: section.negotiated.transceiverID, stream: stats, remote: remote)
    return (item, codec)
  }

  /// Its timestamp is that of the report's arrival (webrtc-stats §6, `RTCStats.timestamp`).
  private static func remoteInbound(
    _ reported: SendStreamStatistics.RemoteInbound, ssrc: SSRC, kind: MediaStreamTrackKind, clock: StatisticsClock
  ) -> RTCRemoteInboundRtpStreamStats {
    var stats = RTCRemoteInboundRtpStreamStats(
      id: StatisticsIdentifier.remoteInbound(ssrc, kind), timestamp: clock.milliseconds(reported.reportArrival),
      ssrc: ssrc.rawValue, kind: kind)
    stats.packetsReceived = UInt64(clamping: reported.packetsReceived)
    stats.packetsLost = reported.packetsLost
    stats.jitter = reported.jitter.seconds
    stats.fractionLost = reported.fractionLost
    stats.roundTripTime = reported.roundTripTime?.seconds
    stats.totalRoundTripTime = reported.totalRoundTripTime.seconds
    stats.roundTripTimeMeasurements = reported.roundTripTimeMeasurements
    return stats
  }
}
