import RTCBase
import RTCCongestion
import RTCRTP

extension MediaSender {
  /// What the packets of one datagram lead to together: dozens fit, and after each on its own the bitrate would be divided anew.
  struct CompoundOutcome: Sendable {
    /// Of how many sent packets transport-wide feedback may still tell; `nil` before the first message.
    var allowance: Int?
    /// The last estimate: those before are outdated.
    var receiverEstimate: Bitrate?
    var isEstimateStale = false
  }

  /// Takes one RTCP packet of a datagram from the peer; those that do not concern what is sent are ignored. `finishCompound` follows the last.
  package mutating func add(_ packet: RTCPPacket, now: MonotonicTime) {
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
      compound.receiverEstimate = estimate.bitrate
    case .transportFeedback(let feedback):
      var allowance = compound.allowance ?? history.capacity
      estimator.handleFeedback(history.handle(feedback, allowance: &allowance, now: now), now: now)
      compound.allowance = allowance
      compound.isEstimateStale = true
    case .sourceDescription, .goodbye, .unknown: break
    }
  }

  /// A datagram's last packet was taken.
  package mutating func finishCompound(now: MonotonicTime) {
    let outcome = compound
    compound = CompoundOutcome()
    if let bitrate = outcome.receiverEstimate { estimator.handleReceiverEstimate(bitrate, now: now) }
    if outcome.isEstimateStale || outcome.receiverEstimate != nil { applyEstimate(now: now) }
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
    compound.isEstimateStale = true
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
