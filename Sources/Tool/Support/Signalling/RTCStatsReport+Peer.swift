import WebRTC

extension RTCStatsReport {
  /// Whether the peer has said goodbye: one that closes its connection ends the DTLS association.
  var hasPeerEnded: Bool {
    let transports = all(RTCTransportStats.self)
    return !transports.isEmpty && transports.allSatisfy { $0.dtlsState == .closed }
  }

  /// This report, unless streams have gone since the earlier one: the goodbye of a peer takes them along (RFC 3550 §6.6).
  func latest(since earlier: RTCStatsReport) -> RTCStatsReport {
    all(RTCInboundRtpStreamStats.self).count < earlier.all(RTCInboundRtpStreamStats.self).count ? earlier : self
  }

  /// The SHA-256 of this end's certificate, or of the peer's.
  var localFingerprint: String? { fingerprint(\.localCertificateId) }
  var remoteFingerprint: String? { fingerprint(\.remoteCertificateId) }

  private func fingerprint(_ id: KeyPath<RTCTransportStats, String?>) -> String? {
    guard let transport = first(RTCTransportStats.self) else { return nil }
    return self[transport[keyPath: id], as: RTCCertificateStats.self]?.fingerprint
  }
}
