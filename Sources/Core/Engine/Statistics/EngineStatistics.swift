import RTCJSEP
import WebRTCTypes

/// What an engine knows for `getStats`, at one moment: everything but what encoders, decoders and tracks know, which the shell fills in.
package struct EngineStatistics: Sendable {
  /// A stream that is sent, and what the peer reports about it.
  package struct Outbound: Sendable {
    package var transceiver: TransceiverID
    package var stream: RTCOutboundRtpStreamStats
    /// `nil` before the first report.
    package var remote: RTCRemoteInboundRtpStreamStats?
  }

  /// A stream that is received, and what the peer reports about it.
  package struct Inbound: Sendable {
    package var transceiver: TransceiverID
    package var stream: RTCInboundRtpStreamStats
    /// `nil` before the first sender report.
    package var remote: RTCRemoteOutboundRtpStreamStats?
  }

  package struct LocalCandidate: Sendable {
    package var candidate: RTCIceCandidateStats
    /// The server that told it, as the shell numbered it: the shell knows its URL.
    package var serverIndex: Int?
  }

  /// In milliseconds since 1970.
  package var timestamp: Double
  package var connection: RTCPeerConnectionStats
  package var outbound: [Outbound] = []
  package var inbound: [Inbound] = []
  package var codecs: [RTCCodecStats] = []
  package var transports: [RTCTransportStats] = []
  package var pairs: [RTCIceCandidatePairStats] = []
  package var localCandidates: [LocalCandidate] = []
  package var remoteCandidates: [RTCIceCandidateStats] = []
  package var certificates: [RTCCertificateStats] = []
  package var dataChannels: [RTCDataChannelStats] = []

  init(timestamp: Double) {
    self.timestamp = timestamp
    connection = RTCPeerConnectionStats(id: StatisticsIdentifier.connection, timestamp: timestamp)
    connection.dataChannelsOpened = 0
    connection.dataChannelsClosed = 0
  }

  /// All objects, media first. A report leaves out repetitions: transports may share codecs' and certificates' objects.
  package var objects: [RTCStats] {
    var objects: [RTCStats] = [.peerConnection(connection)]
    for item in outbound {
      objects.append(.outboundRtp(item.stream))
      if let remote = item.remote { objects.append(.remoteInboundRtp(remote)) }
    }
    for item in inbound {
      objects.append(.inboundRtp(item.stream))
      if let remote = item.remote { objects.append(.remoteOutboundRtp(remote)) }
    }
    objects += dataChannels.map { .dataChannel($0) }
    objects += codecs.map { .codec($0) }
    objects += transports.map { .transport($0) }
    objects += pairs.map { .candidatePair($0) }
    objects += localCandidates.map { .localCandidate($0.candidate) }
    objects += remoteCandidates.map { .remoteCandidate($0) }
    objects += certificates.map { .certificate($0) }
    return objects
  }

  package var report: RTCStatsReport { RTCStatsReport(objects) }

  /// What remains to be told once the connection is closed (webrtc-pc §4.4.2, close): the counters, with transports that have ended.
  func closed() -> EngineStatistics {
    var last = self
    for index in last.transports.indices {
      last.transports[index].iceState = .closed
      if last.transports[index].dtlsState != .failed { last.transports[index].dtlsState = .closed }
    }
    for index in last.dataChannels.indices { last.dataChannels[index].state = .closed }
    last.connection.dataChannelsClosed = last.connection.dataChannelsOpened
    for index in last.outbound.indices { last.outbound[index].stream.active = false }
    return last
  }
}
