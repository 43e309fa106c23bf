import RTCBase
import RTCCongestion
import Testing

private let seeds: ClosedRange<UInt64> = 1...8

@Suite("Send-side bandwidth estimation over a simulated link")
struct SendSideEstimatorTests {
  private func kilobits(_ value: Int64) -> Bitrate { .kilobitsPerSecond(value) }

  @Test("RP-16: a link of 1 Mbit/s is used to 70-100 % within 10 s, its queue below 200 ms", arguments: seeds)
  func convergesOnOneMegabit(seed: UInt64) {
    var call = SimulatedCall(capacity: kilobits(1_000), seed: seed)
    call.run(for: .seconds(10))
    let before = call.deliveredBytes
    call.run(for: .seconds(20))
    let used = Bitrate(byteCount: call.deliveredBytes - before, over: .seconds(20))
    #expect(used >= kilobits(700) && used <= kilobits(1_000))
    #expect(call.worstQueueDelay(after: .seconds(2)) < .milliseconds(200))
  }

  @Test("RP-16: after a dip to 300 kbit/s the rate is back within 15 s", arguments: seeds)
  func recoversFromADip(seed: UInt64) {
    var call = SimulatedCall(capacity: kilobits(1_000), seed: seed)
    call.run(for: .seconds(15))
    call.capacity = kilobits(300)
    call.run(for: .seconds(10))
    #expect(call.target <= kilobits(330))
    call.capacity = kilobits(1_000)
    call.run(for: .seconds(15))
    #expect(call.target >= kilobits(700))
  }

  @Test("RP-17: probes open a link of 5 Mbit/s within the first second", arguments: seeds)
  func opensAWideLinkQuickly(seed: UInt64) {
    var call = SimulatedCall(capacity: kilobits(5_000), seed: seed)
    call.run(for: .seconds(1))
    #expect(call.target >= kilobits(3_000))
    call.run(for: .seconds(9))
    #expect(call.target >= kilobits(3_500) && call.target <= kilobits(5_200))
  }

  @Test("RP-16: two percent of random loss do not bring the rate down", arguments: seeds)
  func toleratesRandomLoss(seed: UInt64) {
    var call = SimulatedCall(capacity: kilobits(3_000), seed: seed)
    call.loss = 0.02
    call.run(for: .seconds(30))
    #expect(call.meanTarget(after: .seconds(5)) >= kilobits(2_000))
  }

  @Test("A narrow link of 300 kbit/s is found although the start is four times wider")
  func findsANarrowLink() {
    var call = SimulatedCall(capacity: kilobits(300))
    call.run(for: .seconds(5))
    call.run(for: .seconds(25))
    #expect(
      call.meanTarget(after: .seconds(5)) <= kilobits(320) && call.meanTarget(after: .seconds(5)) >= kilobits(180))
    #expect(call.worstQueueDelay(after: .seconds(5)) < .milliseconds(300))
  }

  @Test("Loss of a fifth brings the rate down")
  func reactsToHeavyLoss() {
    var call = SimulatedCall(capacity: kilobits(3_000))
    call.loss = 0.2
    call.run(for: .seconds(20))
    #expect(call.target < kilobits(800))
    #expect(call.estimator.estimate.limitation == .loss)
  }

  @Test("RP-14: REMB leads where there is no transport-wide feedback")
  func followsREMB() {
    var call = SimulatedCall(capacity: kilobits(3_000))
    call.feedback = .receiverEstimate(kilobits(2_000))
    call.run(for: .seconds(8))
    #expect(call.target == kilobits(2_000))
    call.feedback = .receiverEstimate(kilobits(500))
    call.run(for: .seconds(2))
    #expect(call.target == kilobits(500))
    #expect(call.estimator.estimate.limitation == .receiver)
  }

  /// Sends at a rate for two seconds and hears an estimate of the receiver every half second.
  private func send(
    _ rate: Bitrate, hearing heard: Bitrate, _ estimator: inout SendSideEstimator, _ history: inout SentPacketHistory,
    from now: inout MonotonicTime
  ) {
    let size = 200
    let pause = TimeDelta(nanoseconds: Int64(size) * 8 * 1_000_000_000 / rate.bitsPerSecond)
    let end = now + .seconds(2)
    var next = now + .milliseconds(500)
    while now < end {
      estimator.handleSentPacket(history.record(size: size, probe: nil, now: now))
      now += pause
      if now >= next {
        estimator.handleReceiverEstimate(heard, now: now)
        next += .milliseconds(500)
      }
    }
  }

  @Test(
    "RP-14: what a receiver gets of an application that sends little is no limit; a cap and a full path are",
    arguments: [
      // What is sent, what the receiver tells, the target that follows: kilobits per second.
      (100, 100, 1_200), (100, 95, 1_200), (100, 155, 1_200), (100, 300, 300), (100, 50, 1_200), (1_190, 600, 600),
      (1_190, 1_150, 1_150),
    ])
  func echoedREMB(sent: Int64, heard: Int64, target: Int64) {
    var estimator = SendSideEstimator(
      configuration: .init(limits: BitrateLimits(minimum: kilobits(30), start: kilobits(1_200))))
    var history = SentPacketHistory()
    var now = MonotonicTime.zero
    send(kilobits(sent), hearing: kilobits(heard), &estimator, &history, from: &now)
    #expect(estimator.estimate.target == kilobits(target))
  }

  @Test("RP-14: an estimate below what is sent counts at once with a queue or loss, and when it lasts")
  func lowREMB() {
    let limits = BitrateLimits(minimum: kilobits(30), start: kilobits(1_200))
    for sign in ["queue", "loss", "time"] {
      var estimator = SendSideEstimator(configuration: .init(limits: limits))
      var history = SentPacketHistory()
      var now = MonotonicTime.zero
      estimator.handleRoundTripTime(.milliseconds(20), now: now)
      if sign == "queue" { estimator.handleRoundTripTime(.milliseconds(120), now: now) }
      if sign == "loss" {
        estimator.handleLossReport(LossReport(expected: 100, lost: 5), now: now)
        estimator.handleLossReport(LossReport(expected: 100, lost: 5), now: now + .milliseconds(500))
      }
      if sign == "time" { send(kilobits(100), hearing: kilobits(50), &estimator, &history, from: &now) }
      send(kilobits(100), hearing: kilobits(50), &estimator, &history, from: &now)
      #expect(estimator.estimate.target == kilobits(50), "\(sign)")
    }
  }

  @Test("Receiver reports alone: an open link lets the rate grow, a full one brings it down")
  func followsReceiverReports() {
    var call = SimulatedCall(capacity: kilobits(4_000))
    call.feedback = .receiverReports
    call.run(for: .seconds(10))
    #expect(call.target > kilobits(1_800))
    call.capacity = kilobits(600)
    call.run(for: .seconds(20))
    #expect(call.target < kilobits(900) && call.target > kilobits(200))
  }

  @Test("An idle application does not make the estimate grow past one and a half times what is sent")
  func doesNotGrowWhileIdle() {
    var call = SimulatedCall(capacity: kilobits(50_000), limits: BitrateLimits(start: kilobits(300)))
    call.estimator.setDemand(kilobits(200), now: .zero)
    call.applicationLimit = kilobits(200)
    call.run(for: .seconds(60))
    #expect(call.target <= kilobits(520))
  }

  @Test("Silence after feedback brings the rate down step by step")
  func backsOffInSilence() {
    var call = SimulatedCall(capacity: kilobits(3_000))
    call.run(for: .seconds(5))
    let before = call.target
    call.delivers = false
    call.run(for: .seconds(5))
    #expect(call.target < before * 0.4)
    call.delivers = true
    call.run(for: .seconds(10))
    #expect(call.target > before * 0.6)
  }
}
