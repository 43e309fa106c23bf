import RTCBase
import RTCCongestion
import RTCRTP

extension MediaSender {
  /// Takes one RTCP packet from the peer; those that do not concern what is sent are ignored.
  package mutating func handle(_ packet: RTCPPacket, now: MonotonicTime) {
    switch packet {
    case .senderReport(let report): handle(report.reportBlocks, now: now)
    case .receiverReport(let report): handle(report.reportBlocks, now: now)
    case .negativeAcknowledgement(let request):
      guard let index = index(ofMedia: request.mediaSSRC) else { return }
      let roundTrip = estimator.estimate.roundTripTime ?? .milliseconds(100)
      let pool = pool
      streams[index].handle(request, roundTripTime: roundTrip, through: &pacer, pool: pool, now: now)
    case .pictureLossIndication(let indication):
      guard let index = index(ofMedia: indication.mediaSSRC) else { return }
      streams[index].handlePictureLossIndication()
      collectKeyFrameRequests(now: now)
    case .fullIntraRequest(let request):
      for entry in request.entries.prefix(Self.maximumStreams) {
        guard let index = index(ofMedia: entry.ssrc) else { continue }
        streams[index].handle(entry, from: request.senderSSRC)
      }
      collectKeyFrameRequests(now: now)
    case .receiverEstimatedMaximumBitrate(let estimate):
      estimator.handleReceiverEstimate(estimate.bitrate, now: now)
      applyEstimate(now: now)
    case .transportFeedback(let feedback):
      estimator.handleFeedback(history.handle(feedback, now: now), now: now)
      applyEstimate(now: now)
    case .sourceDescription, .goodbye, .unknown: break
    }
  }

  /// Changes the limits of the estimate, such as the sum of the streams' bitrates.
  package mutating func setLimits(_ limits: BitrateLimits, now: MonotonicTime) {
    estimator.setLimits(limits, now: now)
    applyEstimate(now: now)
  }

  private mutating func handle(_ blocks: [ReportBlock], now: MonotonicTime) {
    var expected = 0
    var lost = 0
    var concerns = false
    let wallClock = wallClock
    for block in blocks {
      guard let index = index(ofMedia: block.ssrc) else { continue }
      let (loss, roundTrip) = streams[index].handle(block, wallClock: wallClock, now: now)
      if let loss {
        concerns = true
        expected += loss.expected
        lost += loss.lost
      }
      if let roundTrip { estimator.handleRoundTripTime(roundTrip, now: now) }
    }
    guard concerns else { return }
    estimator.handleLossReport(LossReport(expected: expected, lost: lost), now: now)
    applyEstimate(now: now)
  }

  // MARK: Reports

  /// Sender reports of the streams that sent since their last one (RFC 3550 §6.4). The owner adds report blocks to the first.
  package mutating func makeSenderReports(now: MonotonicTime) -> [SenderReport] {
    var made: [SenderReport] = []
    let wallClock = wallClock
    for index in streams.indices {
      if let report = streams[index].makeSenderReport(wallClock: wallClock, now: now) { made.append(report) }
    }
    return made
  }

  /// The canonical names of all streams (RFC 3550 §6.5), at most 31 in one packet; `nil` without streams.
  package func makeSourceDescription() -> SourceDescription? {
    let chunks = streams.prefix(31).map {
      SourceDescription.Chunk(ssrc: $0.configuration.ssrc, cname: $0.configuration.cname)
    }
    return chunks.isEmpty ? nil : SourceDescription(chunks: chunks)
  }

  /// The end of all streams, when the connection closes.
  package func makeGoodbye() -> Goodbye? {
    streams.isEmpty ? nil : Goodbye(ssrcs: streams.prefix(31).map(\.configuration.ssrc))
  }
}
