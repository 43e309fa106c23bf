internal import RTCJSEP

/// A report of the whole connection, with the streams of each sender and receiver for selections of it.
struct ConnectionStatistics: Sendable {
  var report = RTCStatsReport()
  var outbound: [TransceiverID: [String]] = [:]
  var inbound: [TransceiverID: [String]] = [:]

  /// The stats selection algorithm of webrtc-pc §8.7: a sender's streams and everything that they name, directly or not.
  func selection(sender id: TransceiverID) -> RTCStatsReport { report.closure(of: outbound[id] ?? []) }

  /// A receiver's streams and everything that they name.
  func selection(receiver id: TransceiverID) -> RTCStatsReport { report.closure(of: inbound[id] ?? []) }
}

extension RTCStatsReport {
  /// The objects with these identifiers and all that they name, in the order of the report.
  func closure(of roots: [String]) -> RTCStatsReport {
    var included = Set<String>()
    var rest = roots
    while let id = rest.popLast() {
      guard let stats = self[id], included.insert(id).inserted else { continue }
      rest += stats.references
    }
    return RTCStatsReport(filter { included.contains($0.id) })
  }
}

extension RTCStats {
  /// The identifiers of the objects that this one names.
  var references: [String] {
    let names: [String?] =
      switch self {
      case .codec(let stats): [stats.transportId]
      case .inboundRtp(let stats): [stats.transportId, stats.codecId, stats.remoteId, stats.playoutId]
      case .outboundRtp(let stats): [stats.transportId, stats.codecId, stats.remoteId, stats.mediaSourceId]
      case .remoteInboundRtp(let stats): [stats.transportId, stats.codecId, stats.localId]
      case .remoteOutboundRtp(let stats): [stats.transportId, stats.codecId, stats.localId]
      case .transport(let stats):
        [stats.selectedCandidatePairId, stats.localCertificateId, stats.remoteCertificateId]
      case .candidatePair(let stats): [stats.transportId, stats.localCandidateId, stats.remoteCandidateId]
      case .localCandidate(let stats), .remoteCandidate(let stats): [stats.transportId]
      case .certificate(let stats): [stats.issuerCertificateId]
      case .audioSource, .videoSource, .mediaPlayout, .peerConnection, .dataChannel: []
      }
    return names.compactMap { $0 }
  }
}
