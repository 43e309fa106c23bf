import WebRTC

/// The numbers of a connection at one moment, out of its statistics.
package struct Traffic: Codable, Hashable, Sendable {
  package var receivedVideo: StreamTraffic?
  package var receivedAudio: StreamTraffic?
  package var sentVideo: StreamTraffic?
  package var sentAudio: StreamTraffic?
  /// Seconds, by the peer's reports or connectivity checks.
  package var roundTripTime: Double?
  /// Bits per second.
  package var availableBitrate: Double?
  package var localAddress: String?
  package var remoteAddress: String?
  package var dtlsCipher: String?
  package var srtpCipher: String?

  package init() {}

  package init(_ report: RTCStatsReport) {
    for stats in report.all(RTCInboundRtpStreamStats.self) {
      let traffic = StreamTraffic(stats, in: report)
      if stats.kind == .video { receivedVideo = receivedVideo.map { $0 + traffic } ?? traffic }
      if stats.kind == .audio { receivedAudio = receivedAudio.map { $0 + traffic } ?? traffic }
    }
    for stats in report.all(RTCOutboundRtpStreamStats.self) {
      let traffic = StreamTraffic(stats, in: report)
      if stats.kind == .video { sentVideo = sentVideo.map { $0 + traffic } ?? traffic }
      if stats.kind == .audio { sentAudio = sentAudio.map { $0 + traffic } ?? traffic }
    }
    guard let transport = report.first(RTCTransportStats.self) else { return }
    dtlsCipher = transport.dtlsCipher
    srtpCipher = transport.srtpCipher
    guard let pair = report[transport.selectedCandidatePairId, as: RTCIceCandidatePairStats.self] else { return }
    // Reports come several times a second, checks of a pair in use every few seconds only.
    roundTripTime =
      sentVideo?.reported?.roundTripTime ?? sentAudio?.reported?.roundTripTime ?? pair.currentRoundTripTime
    availableBitrate = pair.availableOutgoingBitrate
    localAddress = report[pair.localCandidateId, as: RTCIceCandidateStats.self]?.endpoint
    remoteAddress = report[pair.remoteCandidateId, as: RTCIceCandidateStats.self]?.endpoint
  }
}

extension StreamTraffic {
  init(_ stats: RTCInboundRtpStreamStats, in report: RTCStatsReport) {
    codec = report[stats.codecId, as: RTCCodecStats.self]?.mimeType
    packets = stats.packetsReceived ?? 0
    bytes = stats.bytesReceived ?? 0
    packetsLost = stats.packetsLost ?? 0
    frames = stats.framesDecoded ?? 0
    framesPerSecond = stats.framesPerSecond
    width = stats.frameWidth
    height = stats.frameHeight
  }

  init(_ stats: RTCOutboundRtpStreamStats, in report: RTCStatsReport) {
    codec = report[stats.codecId, as: RTCCodecStats.self]?.mimeType
    packets = stats.packetsSent ?? 0
    bytes = stats.bytesSent ?? 0
    frames = stats.framesEncoded ?? 0
    framesPerSecond = stats.framesPerSecond
    width = stats.frameWidth
    height = stats.frameHeight
    guard let remote = report[stats.remoteId, as: RTCRemoteInboundRtpStreamStats.self] else { return }
    packetsLost = remote.packetsLost ?? 0
    reported = Reported(
      packetsLost: remote.packetsLost ?? 0, fractionLost: remote.fractionLost ?? 0,
      roundTripTime: remote.roundTripTime)
  }

  /// Several streams of one kind, such as one that took the place of another.
  static func + (first: StreamTraffic, second: StreamTraffic) -> StreamTraffic {
    var sum = second
    sum.packets += first.packets
    sum.bytes += first.bytes
    sum.packetsLost += first.packetsLost
    sum.frames += first.frames
    sum.reported = second.reported ?? first.reported
    return sum
  }
}

extension RTCIceCandidateStats {
  /// Address and port.
  var endpoint: String? {
    guard let address, let port else { return nil }
    return (address.contains(":") ? "[\(address)]" : address) + ":\(port)"
  }
}
