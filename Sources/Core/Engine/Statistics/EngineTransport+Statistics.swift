import RTCBase
import RTCICE
import RTCJSEP
import RTCSecurity
import WebRTCTypes

/// What a transport knows about its path: ICE and DTLS (webrtc-stats §8.11 to §8.15).
extension EngineTransport {
  func appendPath(
    to statistics: inout EngineStatistics, certificate: any LocalCertificate, crypto: any CryptoProvider,
    clock: StatisticsClock
  ) {
    let id = session.id
    let ice = session.ice
    var transport = RTCTransportStats(
      id: StatisticsIdentifier.transport(id), timestamp: clock.timestamp, dtlsState: session.dtlsState)
    transport.packetsSent = session.counters.packetsSent
    transport.packetsReceived = session.counters.packetsReceived
    transport.bytesSent = session.counters.bytesSent
    transport.bytesReceived = session.counters.bytesReceived
    transport.iceRole = ice.role == .controlling ? .controlling : .controlled
    transport.iceLocalUsernameFragment = ice.localCredentials?.ufrag
    transport.iceState = RTCIceTransportState(ice.state)
    transport.selectedCandidatePairChanges = UInt32(clamping: session.pathChanges)
    transport.dtlsRole = session.role.map { $0 == .client ? .client : .server } ?? .unknown
    transport.srtpCipher = session.srtp?.profile.name
    transport.localCertificateId = Self.append(certificate.der, certificate.fingerprints.first, to: &statistics)
    if let details = session.details {
      transport.tlsVersion = details.version
      transport.dtlsCipher = details.cipherSuite
      transport.tlsGroup = details.group
      let digest = crypto.digest("sha-256", of: details.peerCertificate)
      transport.remoteCertificateId = Self.append(
        details.peerCertificate, digest.map { CertificateFingerprint(algorithm: "sha-256", digest: $0) },
        to: &statistics)
    }
    if let path = ice.path { transport.selectedCandidatePairId = StatisticsIdentifier.pair(path.pairID, of: id) }
    statistics.transports.append(transport)
    appendPairs(to: &statistics, clock: clock)
  }

  private static func append(
    _ der: [UInt8], _ fingerprint: CertificateFingerprint?, to statistics: inout EngineStatistics
  ) -> String? {
    guard let fingerprint, !der.isEmpty else { return nil }
    let id = StatisticsIdentifier.certificate(fingerprint.text)
    if !statistics.certificates.contains(where: { $0.id == id }) {
      statistics.certificates.append(
        RTCCertificateStats(
          id: id, timestamp: statistics.timestamp, fingerprint: fingerprint.text,
          fingerprintAlgorithm: fingerprint.algorithm, base64Certificate: Base64.encode(der)))
    }
    return id
  }

  /// The pairs of this generation, the one that still carries data during a restart, and every candidate of either side.
  private func appendPairs(to statistics: inout EngineStatistics, clock: StatisticsClock) {
    let ice = session.ice
    var pairs = ice.pairs
    if let active = ice.activePair, !pairs.contains(where: { $0.id == active.id }) { pairs.append(active) }
    var locals = ice.localCandidates
    var remotes = ice.remoteCandidates
    for pair in pairs {
      statistics.pairs.append(stats(of: pair, clock: clock))
      if !locals.contains(where: { $0.id == pair.local.id }) { locals.append(pair.local) }
      if !remotes.contains(where: { $0.id == pair.remote.id }) { remotes.append(pair.remote) }
    }
    for local in locals {
      var candidate = stats(of: local.candidate, id: local.id, isRemote: false, clock: clock)
      if !local.isAnnounced, local.candidate.kind == .host { candidate.address = nil }
      statistics.localCandidates.append(.init(candidate: candidate, serverIndex: local.serverIndex))
    }
    for remote in remotes {
      statistics.remoteCandidates.append(stats(of: remote.candidate, id: remote.id, isRemote: true, clock: clock))
    }
  }

  private func stats(of pair: ICECandidatePair, clock: StatisticsClock) -> RTCIceCandidatePairStats {
    let id = session.id
    var stats = RTCIceCandidatePairStats(
      id: StatisticsIdentifier.pair(pair.id, of: id), timestamp: clock.timestamp,
      transportId: StatisticsIdentifier.transport(id),
      localCandidateId: StatisticsIdentifier.candidate(pair.local.id, of: id),
      remoteCandidateId: StatisticsIdentifier.candidate(pair.remote.id, of: id),
      state: RTCStatsIceCandidatePairState(pair.state))
    let counted = pair.statistics
    stats.nominated = pair.isNominated
    stats.packetsSent = counted.packetsSent
    stats.packetsReceived = counted.packetsReceived
    stats.bytesSent = counted.bytesSent
    stats.bytesReceived = counted.bytesReceived
    stats.lastPacketSentTimestamp = counted.lastPacketSent.map { clock.milliseconds($0) }
    stats.lastPacketReceivedTimestamp = counted.lastPacketReceived.map { clock.milliseconds($0) }
    stats.totalRoundTripTime = counted.totalRoundTripTime.seconds
    stats.currentRoundTripTime = counted.currentRoundTripTime?.seconds
    stats.requestsSent = counted.requestsSent
    stats.requestsReceived = counted.requestsReceived
    stats.responsesSent = counted.responsesSent
    stats.responsesReceived = counted.responsesReceived
    stats.consentRequestsSent = counted.consentRequestsSent
    if session.isConnected, pair.id == session.path?.pairID {
      stats.availableOutgoingBitrate = Double(media.sender.estimator.estimate.target.bitsPerSecond)
      stats.availableIncomingBitrate = media.bitrateEstimator.map { Double($0.estimate.bitsPerSecond) }
    }
    return stats
  }

  /// Addresses of peer-reflexive candidates are told too: hiding them from a page (webrtc-stats §8.13) protects from nothing here, where the
  /// program has the socket.
  private func stats(
    of candidate: ICECandidate, id: Int, isRemote: Bool, clock: StatisticsClock
  ) -> RTCIceCandidateStats {
    var stats = RTCIceCandidateStats(
      id: StatisticsIdentifier.candidate(id, of: session.id), timestamp: clock.timestamp, isRemote: isRemote,
      transportId: StatisticsIdentifier.transport(session.id), candidateType: RTCIceCandidateType(candidate.kind))
    stats.address = "\(candidate.address.ip)"
    stats.port = candidate.address.port
    stats.protocol = .udp
    stats.priority = candidate.priority
    stats.foundation = candidate.foundation
    stats.usernameFragment = candidate.usernameFragment
    if isRemote || session.ice.configuration.privacyMode.announcesHostCandidates {
      stats.relatedAddress = candidate.relatedAddress.map { "\($0.ip)" }
      stats.relatedPort = candidate.relatedAddress?.port
    }
    return stats
  }
}

extension RTCStatsIceCandidatePairState {
  init(_ state: ICECandidatePair.State) {
    self =
      switch state {
      case .frozen: .frozen
      case .waiting: .waiting
      case .inProgress: .inProgress
      case .succeeded: .succeeded
      case .failed: .failed
      }
  }
}

extension RTCIceCandidateType {
  init(_ kind: ICECandidate.Kind) {
    self =
      switch kind {
      case .host: .host
      case .serverReflexive: .srflx
      case .peerReflexive: .prflx
      case .relayed: .relay
      }
  }
}
