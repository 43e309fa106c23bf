import RTCBase
import RTCCongestion
import RTCPayload
import RTCRTP
import RTCSend
import Testing

/// Counts what it is told, and believes every receiver.
private struct CountingEstimator: BandwidthEstimator {
  var estimate = BandwidthEstimate(
    target: .kilobitsPerSecond(500), pacingRate: .kilobitsPerSecond(1_000), pacingWindow: .milliseconds(5))
  var deadline: Deadline? { nil }
  var receiverEstimates: [Bitrate] = []
  var feedbackCount = 0
  /// Told whenever the bitrate is divided among the streams.
  var divisions = 0

  mutating func handleSentPacket(_ packet: SentPacket) {}
  mutating func handleFeedback(_ results: FeedbackResults, now: MonotonicTime) {
    feedbackCount += 1
    estimate.target = estimate.target + .kilobitsPerSecond(1)
  }
  mutating func handleReceiverEstimate(_ bitrate: Bitrate, now: MonotonicTime) {
    receiverEstimates.append(bitrate)
    estimate.target = bitrate
  }
  mutating func handleLossReport(_ report: LossReport, now: MonotonicTime) {
    estimate.target = estimate.target + .kilobitsPerSecond(1)
  }
  mutating func handleRoundTripTime(_ roundTripTime: TimeDelta, now: MonotonicTime) {}
  mutating func setLimits(_ limits: BitrateLimits, now: MonotonicTime) {}
  mutating func setDemand(_ bitrate: Bitrate, now: MonotonicTime) { divisions += 1 }
  mutating func handleTimeout(now: MonotonicTime) {}
  mutating func pollProbe() -> ProbeCluster? { nil }
}

@Suite("The packets of one datagram together")
struct CompoundTests {
  private func makeSender() -> (MediaSender, SSRC) {
    var sender = MediaSender(
      estimator: CountingEstimator(), pool: PacketPool(), random: .seeded(1),
      wallClock: WallClock(nanosecondsSince1970: 1_800_000_000_000_000_000, at: .zero))
    for number: UInt32 in 1...24 {
      let configuration = SendStreamConfiguration(
        kind: .video, ssrc: SSRC(rawValue: number), payloadType: PayloadType(truncating: 96), clockRate: 90_000,
        cname: "me")
      let id = sender.addStream(configuration, packetizer: VP8Packetizer(firstPictureID: 5), now: .zero)
      #expect(id != nil)
    }
    while sender.pollEvent() != nil {}
    return (sender, SSRC(rawValue: 1))
  }

  private func estimator(_ sender: MediaSender) throws -> CountingEstimator {
    try #require(sender.estimator as? CountingEstimator)
  }

  @Test("RP-16: of the receiver's estimates in one datagram the last counts, and the bitrate is divided once")
  func receiverEstimates() throws {
    var (sender, ssrc) = makeSender()
    let before = try estimator(sender).divisions
    for number in 0..<70 {
      sender.add(
        .receiverEstimatedMaximumBitrate(
          ReceiverEstimatedMaximumBitrate(
            senderSSRC: ssrc, bitrate: .kilobitsPerSecond(number % 2 == 0 ? 9_000 : 3_000), ssrcs: [])), now: .zero)
    }
    sender.finishCompound(now: .zero)
    #expect(try estimator(sender).receiverEstimates == [.kilobitsPerSecond(3_000)])
    #expect(try estimator(sender).divisions == before + 1)
    var events = 0
    while sender.pollEvent() != nil { events += 1 }
    #expect(events == 24)
    // What came before is done with.
    sender.finishCompound(now: .zero)
    #expect(try estimator(sender).receiverEstimates.count == 1)
    #expect(try estimator(sender).divisions == before + 1)
  }

  @Test(
    "RP-15: of the feedback and reports in one datagram all is heard that tells something new, and the bitrate is divided once"
  )
  func feedback() throws {
    var (sender, ssrc) = makeSender()
    let before = try estimator(sender).divisions
    for number in 0..<30 {
      sender.add(
        .transportFeedback(
          TransportFeedback(
            senderSSRC: SSRC(rawValue: 99), mediaSSRC: ssrc,
            baseSequenceNumber: SequenceNumber(rawValue: UInt16(number)),
            packetStatusCount: 1, referenceTime: 1, feedbackCount: UInt8(number), arrivals: [])), now: .zero)
      sender.add(
        .receiverReport(
          ReceiverReport(
            ssrc: SSRC(rawValue: 99),
            reportBlocks: [
              ReportBlock(
                ssrc: ssrc, fractionLost: 3, cumulativePacketsLost: Int32(number),
                extendedHighestSequenceNumber: UInt32(number * 10))
            ])), now: .zero)
    }
    #expect(try estimator(sender).divisions == before)
    sender.finishCompound(now: .zero)
    #expect(try estimator(sender).feedbackCount == 30)
    #expect(try estimator(sender).divisions == before + 1)
  }
}
