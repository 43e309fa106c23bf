internal import RTCEngine
internal import RTCJSEP

extension RTCPeerConnection {
  /// What is known about the connection now (webrtc-pc §8.2).
  ///
  /// It encodes to the JSON of a browser's report. Identifiers stay the same as long as what they stand for does, timestamps never go back,
  /// and a closed connection goes on telling what was known when it closed.
  public func getStats() -> RTCStatsReport { statistics().report }

  /// What is known about the stream of one track, sent or received, and about everything that it uses.
  ///
  /// - Throws: `WebRTCError.invalidAccessError` when the connection neither sends nor receives the track, or when several senders or receivers
  ///   have it.
  public func getStats(for track: MediaStreamTrack) throws -> RTCStatsReport {
    let transceivers = transceivers
    let senders = transceivers.map(\.sender).filter { $0.track === track }
    let receivers = transceivers.map(\.receiver).filter { $0.track === track }
    guard senders.count + receivers.count < 2 else {
      throw WebRTCError.invalidAccessError(
        "\(senders.count + receivers.count) senders and receivers have the track; ask one of them for its statistics.")
    }
    if let sender = senders.first { return statistics(sender: sender.id) }
    if let receiver = receivers.first { return statistics(receiver: receiver.id) }
    throw WebRTCError.invalidAccessError("No sender or receiver of the connection has the track.")
  }

  func statistics(sender id: TransceiverID) -> RTCStatsReport { statistics().selection(sender: id) }
  func statistics(receiver id: TransceiverID) -> RTCStatsReport { statistics().selection(receiver: id) }

  private func statistics() -> ConnectionStatistics { finalStatistics ?? collectStatistics() }

  /// The last statistics, before encoders and decoders are released.
  func keepFinalStatistics() { finalStatistics = collectStatistics() }

  /// What engine, encoders, decoders and tracks know, in one report.
  private func collectStatistics() -> ConnectionStatistics {
    var known = driver.read { engine, now in engine.makeStatistics(now: now) }
    var result = ConnectionStatistics()
    var sources: [RTCStats] = []
    for (id, transceiver) in transceiverObjects.sorted(by: { $0.key < $1.key }) {
      let source = transceiver.sender.pipeline.meter.statistics(sender: id.rawValue, timestamp: known.timestamp)
      if let source { sources.append(source) }
      for index in known.outbound.indices where known.outbound[index].transceiver == id {
        known.outbound[index].stream.mediaSourceId = source?.id
        transceiver.sender.pipeline.complete(&known.outbound[index].stream)
        result.outbound[id, default: []].append(known.outbound[index].stream.id)
      }
      for index in known.inbound.indices where known.inbound[index].transceiver == id {
        transceiver.receiver.pipeline.complete(&known.inbound[index].stream)
        result.inbound[id, default: []].append(known.inbound[index].stream.id)
      }
    }
    for index in known.localCandidates.indices {
      guard let server = known.localCandidates[index].serverIndex, serverURLs.indices.contains(server) else { continue }
      known.localCandidates[index].candidate.url = serverURLs[server]
    }
    result.report = RTCStatsReport(known.objects + sources)
    return result
  }
}
