import RTCSDP
import WebRTCTypes

/// RFC 9429 §5.7 and §4.1.10.2: an offer is taken back.
extension JSEPSession {
  /// Brings back what was negotiated. What the application did since stays, so transceivers that `addTrack` took over
  /// from a remote offer stay too.
  mutating func rollBack() {
    guard let saved = stable else { return }
    let live = transports
    sections = saved.sections
    transports = saved.transports.map { transport in
      guard let current = live.first(where: { $0.id == transport.id }) else { return transport }
      var kept = transport
      // Candidates go on arriving for the ICE session that both offers had in common.
      if current.ice.ice.number == transport.ice.ice.number { kept.ice = current.ice }
      kept.nextGenerationNumber = current.nextGenerationNumber
      return kept
    }
    removeTransceivers { $0.wasCreatedByRemoteOffer && saved.transceivers[$0.id] == nil }
    for index in transceivers.indices {
      let isStopped = transceivers[index].isStopped
      transceivers[index].negotiated = saved.transceivers[transceivers[index].id] ?? .init()
      if isStopped { stopNow(index) }
    }
    pendingLocal = nil
    pendingRemote = nil
    lastCreatedOffer = nil
    lastCreatedAnswer = nil
    proposals = Proposals()
    stable = nil
  }
}
