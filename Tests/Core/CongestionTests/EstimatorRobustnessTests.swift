import RTCBase
import RTCCongestion
import Testing

@Suite("An estimator fed with nonsense")
struct EstimatorRobustnessTests {
  private let limits = BitrateLimits()

  @Test("A receiver's estimate of zero or of everything stays within the limits and what was tried")
  func lyingReceiverEstimate() {
    var estimator = SendSideEstimator()
    estimator.handleReceiverEstimate(Bitrate(bitsPerSecond: .max), now: .zero)
    #expect(estimator.estimate.target == limits.start)
    estimator.handleReceiverEstimate(.zero, now: .zero)
    #expect(estimator.estimate.target == limits.minimum)
    estimator.handleReceiverEstimate(Bitrate(bitsPerSecond: -5), now: .zero)
    #expect(estimator.estimate.target == limits.minimum)
  }

  @Test("Clocks that jump and counts that lie keep the target within its limits", arguments: [true, false])
  func randomInputs(withTransportFeedback: Bool) {
    let random = RandomSource.seeded(7)
    var estimator = SendSideEstimator()
    var history = SentPacketHistory()
    var now = MonotonicTime.zero
    for round in 0..<20_000 {
      switch random.next() % 10 {
      case 0: now = MonotonicTime(nanoseconds: Int64(bitPattern: random.next()))
      case 1: now = .distantFuture
      case 2: now = .distantPast
      default: now += .milliseconds(Int64(random.next() % 100))
      }
      switch round % 7 {
      case 0, 1:
        let size = Int(truncatingIfNeeded: random.next() >> (random.next() % 60))
        let packet = history.record(size: size, probe: .init(rawValue: Int32(random.next() % 10)), now: now)
        estimator.handleSentPacket(packet)
      case 2 where withTransportFeedback:
        history.beginFeedback()
        for _ in 0..<20 {
          let arrival = TimeDelta(nanoseconds: Int64(bitPattern: random.next()))
          history.addReport(
            random.next() % 2 == 0 ? random.uint16() : UInt16(truncatingIfNeeded: history.nextSequenceNumber - 2),
            arrival: random.next() % 3 == 0 ? nil : arrival)
        }
        estimator.handleFeedback(history.finishFeedback(now: now), now: now)
      case 3:
        estimator.handleLossReport(
          LossReport(expected: Int(bitPattern: UInt(random.next())), lost: Int(bitPattern: UInt(random.next()))),
          now: now)
      case 4: estimator.handleReceiverEstimate(Bitrate(bitsPerSecond: Int64(bitPattern: random.next())), now: now)
      case 5: estimator.handleRoundTripTime(TimeDelta(nanoseconds: Int64(bitPattern: random.next())), now: now)
      default: estimator.handleTimeout(now: now)
      }
      while estimator.pollProbe() != nil {}
      let target = estimator.estimate.target
      #expect(target >= limits.minimum && target <= limits.maximum)
    }
  }

  @Test("The limits order themselves")
  func limitsAreOrdered() {
    let limits = BitrateLimits(
      minimum: .kilobitsPerSecond(500), start: .kilobitsPerSecond(100), maximum: .kilobitsPerSecond(200))
    #expect(limits.minimum <= limits.start && limits.start <= limits.maximum)
    #expect(BitrateLimits(minimum: Bitrate(bitsPerSecond: -1), maximum: Bitrate(bitsPerSecond: .max)).minimum > .zero)
  }

  @Test("RP-17: the first packet asks for probes at three and six times the start, within the limits")
  func initialProbes() {
    var estimator = SendSideEstimator()
    #expect(estimator.pollProbe() == nil)
    var history = SentPacketHistory()
    estimator.handleSentPacket(history.record(size: 1_000, probe: nil, now: .zero))
    #expect(estimator.pollProbe()?.rate == limits.start * 3)
    #expect(estimator.pollProbe()?.rate == limits.start * 6)
    #expect(estimator.pollProbe() == nil)
  }
}
