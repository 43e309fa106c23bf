import RTCBase
import RTCJSEP
import RTCReceive
import WebRTCTypes

extension MediaTransport {
  /// A stream that is received (webrtc-stats §8.4), and what the peer reports about it (§8.7); `nil` before its first packet.
  ///
  /// The owner of the transceivers fills in the track's identifier.
  func inbound(
    _ receiver: Receiver, of transport: TransportID, clock: StatisticsClock
  ) -> (item: EngineStatistics.Inbound, codec: NegotiatedCodec?)? {
    guard sections.indices.contains(receiver.section) else { return nil }
    let section = sections[receiver.section].negotiated
    let counted = receiver.stream.snapshot
    guard counted.packetsReceived > 0 || counted.rtxPacketsReceived > 0 else { return nil }
    let codec = section.receiveCodecs.first { $0.payloadType == counted.payloadType }
    var stats = RTCInboundRtpStreamStats(
      id: StatisticsIdentifier.inbound(counted.ssrc, section.kind, of: transport), timestamp: clock.timestamp,
      ssrc: counted.ssrc.rawValue, kind: section.kind, trackIdentifier: "")
    stats.transportId = StatisticsIdentifier.transport(transport)
    stats.codecId = codec.map { StatisticsIdentifier.codec($0, isSent: false, of: transport) }
    stats.mid = section.mid
    stats.setReception(counted, clock: clock)
    if let video = counted.video { stats.setVideo(video, counted) }
    if let audio = counted.audio { stats.setAudio(audio) }
    stats.estimatedPlayoutTimestamp = Self.estimatedPlayout(receiver.stream, clock: clock)
    var remote = Self.remoteOutbound(counted, section.kind, of: transport, clock: clock)
    if remote != nil {
      remote?.transportId = stats.transportId
      remote?.codecId = stats.codecId
      remote?.localId = stats.id
      stats.remoteId = remote?.id
    }
    return (EngineStatistics.Inbound(transceiver: section.transceiverID, stream: stats, remote: remote), codec)
  }

  /// What is due now, on the sender's clock: known once a sender report has tied timestamps to it.
  private static func estimatedPlayout(_ stream: ReceiveStream, clock: StatisticsClock) -> Double? {
    guard let reference = stream.playoutReference,
      let captured = stream.senderReports.ntpTime(
        of: reference.rtpTimestamp, clock: MediaClock(rate: stream.clockRate))
    else { return nil }
    let elapsed = clock.now - reference.playoutTime - stream.synchronizationDelay
    return clock.milliseconds(captured + elapsed)
  }

  /// Its timestamp is that of the report's arrival (webrtc-stats §6, `RTCStats.timestamp`).
  private static func remoteOutbound(
    _ counted: ReceiveStreamStatistics, _ kind: MediaStreamTrackKind, of transport: TransportID, clock: StatisticsClock
  ) -> RTCRemoteOutboundRtpStreamStats? {
    let reports = counted.senderReports
    guard let last = reports.last, let arrival = reports.lastArrival else { return nil }
    var stats = RTCRemoteOutboundRtpStreamStats(
      id: StatisticsIdentifier.remoteOutbound(counted.ssrc, kind, of: transport),
      timestamp: clock.milliseconds(arrival), ssrc: counted.ssrc.rawValue, kind: kind)
    stats.packetsSent = UInt64(clamping: reports.packetsSent)
    stats.bytesSent = UInt64(clamping: reports.bytesSent)
    stats.reportsSent = UInt64(clamping: reports.reportsReceived)
    // Zero says that the sender has no wall clock (RFC 3550 §6.4.1).
    if last.ntpTime.rawValue != 0 { stats.remoteTimestamp = clock.milliseconds(last.ntpTime) }
    // A receiver measures round trips by RFC 3611 only, which no browser uses for this.
    stats.roundTripTimeMeasurements = 0
    stats.totalRoundTripTime = 0
    return stats
  }
}

extension RTCInboundRtpStreamStats {
  /// Packets: those of the RTX stream are this stream's too, as they are in `packetsSent`.
  fileprivate mutating func setReception(_ counted: ReceiveStreamStatistics, clock: StatisticsClock) {
    packetsReceived = UInt64(clamping: counted.packetsReceived + counted.rtxPacketsReceived)
    bytesReceived = UInt64(clamping: counted.bytesReceived + counted.rtxBytesReceived)
    headerBytesReceived = UInt64(clamping: counted.headerBytesReceived + counted.rtxHeaderBytesReceived)
    packetsLost = counted.packetsLost
    jitter = counted.jitter.seconds
    packetsDiscarded = UInt64(clamping: counted.packetsDiscarded)
    lastPacketReceivedTimestamp = counted.lastPacketArrival.map { clock.milliseconds($0) }
    nackCount = UInt32(clamping: counted.nackCount)
    if let rtx = counted.rtxSSRC {
      rtxSsrc = rtx.rawValue
      retransmittedPacketsReceived = UInt64(clamping: counted.retransmittedPacketsReceived)
      retransmittedBytesReceived = UInt64(clamping: counted.retransmittedBytesReceived)
    }
  }

  fileprivate mutating func setVideo(_ video: VideoReceiverStatistics, _ counted: ReceiveStreamStatistics) {
    pliCount = UInt32(clamping: counted.pliCount)
    firCount = UInt32(clamping: counted.firCount)
    framesReceived = UInt32(clamping: video.framesReceived)
    framesDropped = UInt32(clamping: video.framesDropped)
    frameWidth = video.frameWidth.map { UInt32(clamping: $0) }
    frameHeight = video.frameHeight.map { UInt32(clamping: $0) }
    framesAssembledFromMultiplePackets = UInt32(clamping: video.framesAssembledFromMultiplePackets)
    totalAssemblyTime = video.totalAssemblyTime.seconds
    freezeCount = UInt32(clamping: video.freezeCount)
    totalFreezesDuration = video.totalFreezesDuration.seconds
    pauseCount = UInt32(clamping: video.pauseCount)
    totalPausesDuration = video.totalPausesDuration.seconds
    totalInterFrameDelay = video.totalInterFrameDelay.seconds
    totalSquaredInterFrameDelay = video.totalSquaredInterFrameDelay
    jitterBufferDelay = video.jitterBufferDelay.seconds
    jitterBufferTargetDelay = video.jitterBufferTargetDelay.seconds
    jitterBufferMinimumDelay = video.jitterBufferMinimumDelay.seconds
    jitterBufferEmittedCount = UInt64(clamping: video.jitterBufferEmittedCount)
  }

  fileprivate mutating func setAudio(_ audio: AudioReceiverStatistics) {
    totalSamplesReceived = UInt64(clamping: audio.totalSamplesReceived)
    concealedSamples = UInt64(clamping: audio.concealedSamples)
    silentConcealedSamples = UInt64(clamping: audio.silentConcealedSamples)
    concealmentEvents = UInt64(clamping: audio.concealmentEvents)
    insertedSamplesForDeceleration = UInt64(clamping: audio.insertedSamplesForDeceleration)
    removedSamplesForAcceleration = UInt64(clamping: audio.removedSamplesForAcceleration)
    jitterBufferDelay = audio.jitterBufferDelay.seconds
    jitterBufferTargetDelay = audio.jitterBufferTargetDelay.seconds
    jitterBufferMinimumDelay = audio.jitterBufferMinimumDelay.seconds
    jitterBufferEmittedCount = UInt64(clamping: audio.jitterBufferEmittedCount)
  }
}
