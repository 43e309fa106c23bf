import RTCBase
import RTCCongestion
import RTCRTP
import Testing

/// What feedback tells of the receiver's clock, whose word is all there is.
@Suite("The receiver's clock in transport-wide feedback")
struct FeedbackClockTests {
  private func time(_ milliseconds: Int64) -> MonotonicTime { MonotonicTime(nanoseconds: milliseconds * 1_000_000) }

  private func feedback(_ number: UInt16, reference: UInt32, ticks: Int? = 0) -> TransportFeedback {
    let number = SequenceNumber(rawValue: number)
    return TransportFeedback(
      senderSSRC: SSRC(rawValue: 1), mediaSSRC: SSRC(rawValue: 2), baseSequenceNumber: number, packetStatusCount: 1,
      referenceTime: reference & 0xFF_FFFF, feedbackCount: 0,
      arrivals: ticks.map { [.init(sequenceNumber: number, ticks: $0)] } ?? [])
  }

  /// A packet every 64 ms, each reported on by a clock that begins at `reference`, and the arrivals that come of it.
  private struct Flow {
    var history = SentPacketHistory()
    var now = MonotonicTime.zero
    var number: UInt16 = 0

    mutating func send(_ make: (UInt16) -> TransportFeedback) -> [TimeDelta?] {
      now += .milliseconds(64)
      number &+= 1
      history.record(size: 1_000, probe: nil, now: now)
      return history.handle(make(number), now: now).packets.map(\.arrival)
    }
  }

  @Test("RP-15: the reference time of 24 bits runs on when it wraps")
  func wraps() {
    var flow = Flow()
    let first = flow.send { feedback($0, reference: 0xFF_FFFE) }
    let second = flow.send { feedback($0, reference: 0xFF_FFFF) }
    let third = flow.send { feedback($0, reference: 0) }
    #expect(first == [.milliseconds(64)] && second == [.milliseconds(128)] && third == [.milliseconds(192)])
  }

  @Test("RP-15: reference times that jump by half of their circle push no clock away, known packets or not")
  func jumps() {
    var history = SentPacketHistory()
    var estimator = SendSideEstimator()
    // Nothing of this is known; the clock of 24 bits seems to go back by six days each time.
    for number in 0..<40_000 {
      let lie = feedback(1, reference: number % 2 == 0 ? 0 : 0x80_0000, ticks: nil)
      estimator.handleFeedback(history.handle(lie, now: time(0)), now: time(0))
    }
    var now = MonotonicTime.zero
    for number in 1...40_000 {
      now += .milliseconds(1)
      estimator.handleSentPacket(history.record(size: 1_000, probe: nil, now: now))
      let lie = feedback(UInt16(truncatingIfNeeded: number), reference: number % 2 == 0 ? 0 : 0x80_0000)
      let results = history.handle(lie, now: now)
      estimator.handleFeedback(results, now: now)
      for arrival in results.packets.compactMap(\.arrival) {
        #expect((arrival - (now - .zero)).magnitude <= .seconds(120))
      }
    }
    #expect(history.implausibleCount > 19_000)
  }

  @Test("RP-15: who steps its clock as far as is believed, again and again, does not get away from ours")
  func creeps() {
    var flow = Flow()
    for step in [Int64(400), -400] {
      for count in 0..<20_000 {
        let results = flow.send { feedback($0, reference: UInt32(truncatingIfNeeded: Int64(count) * step)) }
        for case let arrival? in results { #expect((arrival - (flow.now - .zero)).magnitude < .seconds(60)) }
      }
    }
    #expect(flow.history.implausibleCount > 10_000)
  }

  @Test("RP-15: feedback whose arrivals lie minutes apart from its reference changes nothing")
  func arrivalsFarAway() {
    var flow = Flow()
    _ = flow.send { feedback($0, reference: 100) }
    let inFlight = flow.history.bytesInFlight
    for ticks in [Int.max / 1_000_000, 400_000, -400_000] {
      #expect(flow.send { feedback($0, reference: 101, ticks: ticks) } == [])
    }
    #expect(flow.history.bytesInFlight == inFlight + 3_000)
    #expect(flow.history.implausibleCount == 3)
    #expect(flow.send { feedback($0, reference: 104, ticks: 4) } == [.milliseconds(64 * 5 + 1)])
  }

  @Test("RP-15: a receiver that begins its clock anew is understood after some messages that agree")
  func restart() {
    var flow = Flow()
    for count in 0..<20 { #expect(flow.send { feedback($0, reference: 1_000 + UInt32(count)) }.count == 1) }
    var understood: [[TimeDelta?]] = []
    for count in 0..<10 { understood.append(flow.send { feedback($0, reference: 900_000 + UInt32(count)) }) }
    #expect(understood.prefix(4).map(\.count) == [0, 0, 0, 1])
    #expect(flow.history.implausibleCount == 3)
    // Arrivals go on without a leap.
    #expect(understood.suffix(7).flatMap(\.self) == (24...30).map { .milliseconds($0 * 64) })
    // Single messages of another clock do not bring it about.
    for count in 0..<20 {
      let lie = flow.send { feedback($0, reference: UInt32(count) * 70_000) }
      let truth = flow.send { feedback($0, reference: 900_000 + 11 + UInt32(count) * 2) }
      #expect(lie == [] && truth.count == 1)
    }
  }

  @Test("RP-15: a clock that is a thousandth too fast is followed for a day")
  func drift() {
    for rate in [0.999, 1.001] {
      var history = SentPacketHistory()
      var now = MonotonicTime.zero
      for count in 1...8_640 {
        now += .seconds(10)
        history.record(size: 100, probe: nil, now: now)
        let reference = UInt32((now - .zero).seconds * rate / 0.064)
        let results = history.handle(feedback(UInt16(truncatingIfNeeded: count), reference: reference), now: now)
        #expect(results.packets.count == 1)
      }
      #expect(history.implausibleCount == 0)
    }
  }

  @Test("RP-15: a rate is measured at any time that a clock may tell, without overflow")
  func extremes() {
    for start: Int64 in [.min, .min + 1, .min / 2, -1, 0, 1, .max / 2, .max - 1_000_000_000, .max] {
      var rate = AcknowledgedBitrate()
      for step: Int64 in 0..<30 {
        rate.add(1_000, at: TimeDelta(nanoseconds: start) + .milliseconds(20 * step))
        _ = (rate.bitrate, rate.recentBitrate, rate.bitrate(at: TimeDelta(nanoseconds: start)))
      }
      rate.add(1, at: TimeDelta(nanoseconds: .min))
      rate.add(1, at: TimeDelta(nanoseconds: .max))
      _ = (rate.recentBitrate, rate.bitrate(at: TimeDelta(nanoseconds: .min)))
    }
  }
}
