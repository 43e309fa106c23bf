import RTCSDP

extension JSEPSession {
  /// What the engine should run now.
  package var negotiated: NegotiatedSession {
    NegotiatedSession(
      transports: transports.sorted { $0.id < $1.id }.compactMap { negotiated($0) },
      media: sections.compactMap(\.media), data: sections.lazy.compactMap(\.data).first)
  }

  private func negotiated(_ transport: Transport) -> NegotiatedTransport? {
    let indices = sections.indices.filter { sections[$0].transportID == transport.id }
    // The tag of the description that names the transport last.
    let tags = [pendingLocal, currentLocal].compactMap { local in
      local?.sections.firstIndex { $0.transportID == transport.id && $0.isTransportTag }
    }
    guard let tag = tags.first(where: { indices.contains($0) }) ?? indices.first else { return nil }
    return NegotiatedTransport(
      id: transport.id, mids: ([tag] + indices.filter { $0 != tag }).map { sections[$0].mid }, sectionIndex: tag,
      ice: transport.ice.ice, restart: transport.restart?.ice, dtlsRole: transport.dtlsRole,
      remoteFingerprints: transport.remoteFingerprints, associationNumber: transport.associationNumber)
  }
}
