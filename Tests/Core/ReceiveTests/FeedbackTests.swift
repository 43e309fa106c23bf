import RTCBase
import RTCRTP
import Testing

@testable import RTCReceive

@Suite struct FeedbackTests {
  private func drain(_ recorder: inout TransportFeedbackRecorder, at now: MonotonicTime) -> [TransportFeedback] {
    var result: [TransportFeedback] = []
    while let feedback = recorder.pollFeedback(now: now), result.count < 1_000 { result.append(feedback) }
    return result
  }

  @Test("RP-15: feedback comes every 50 to 250 ms and tells of every packet once", arguments: [1_200, 60, 20])
  func feedback(byteCount: Int) {
    let random = RandomSource.seeded(3)
    var recorder = TransportFeedbackRecorder(senderSSRC: SSRC(rawValue: 9))
    var arrived: [Int: MonotonicTime] = [:]
    var reported: [Int: TimeDelta] = [:]
    var previous: MonotonicTime?
    var intervals: [TimeDelta] = []
    var counts: [UInt8] = []
    for step in 0..<20_000 {
      let now = MonotonicTime.at(Double(step))
      if step % 10 == 0, random.unit() > 0.05 {
        arrived[step / 10] = now
        recorder.record(
          UInt16(truncatingIfNeeded: 65_000 + step / 10), mediaSSRC: SSRC(rawValue: 1), arrival: now,
          byteCount: byteCount)
      }
      guard let deadline = recorder.deadline, deadline.time <= now else { continue }
      let feedbacks = drain(&recorder, at: now)
      if let previous { intervals.append(now - previous) }
      previous = now
      for feedback in feedbacks {
        counts.append(feedback.feedbackCount)
        for arrival in feedback.arrivals {
          let index = (Int(arrival.sequenceNumber.rawValue) - 65_000 + 65_536) % 65_536
          #expect(reported[index] == nil)
          reported[index] = .milliseconds(64) * Int64(feedback.referenceTime) + arrival.offset
        }
      }
    }
    for interval in intervals.dropFirst(3) {
      #expect(interval >= .milliseconds(50))
      #expect(interval <= .milliseconds(262))
    }
    #expect(arrived.count - reported.count < 30)
    for (index, time) in reported {
      #expect(((arrived[index] ?? .distantPast) - .zero - time).magnitude <= .microseconds(250))
    }
    #expect(counts == counts.indices.map { UInt8(truncatingIfNeeded: $0) })
    if byteCount == 1_200 { #expect(recorder.interval == .milliseconds(50)) }
    if byteCount == 20 { #expect(recorder.interval == .milliseconds(250)) }
  }

  @Test("RP-15: a packet after its successors were reported is reported by itself")
  func late() {
    var recorder = TransportFeedbackRecorder(senderSSRC: SSRC(rawValue: 9))
    for number in [UInt16(1), 2, 4, 5] {
      recorder.record(number, mediaSSRC: SSRC(rawValue: 1), arrival: .at(1), byteCount: 100)
    }
    let first = drain(&recorder, at: .at(100))
    #expect(first.map(\.packetStatusCount) == [5])
    recorder.record(3, mediaSSRC: SSRC(rawValue: 1), arrival: .at(110), byteCount: 100)
    recorder.record(6, mediaSSRC: SSRC(rawValue: 1), arrival: .at(111), byteCount: 100)
    let second = drain(&recorder, at: .at(400))
    #expect(second.map(\.baseSequenceNumber.rawValue) == [3, 6])
    #expect(second.map(\.packetStatusCount) == [1, 1])
  }

  @Test("RP-15: any numbers at any times leave the recorder bounded")
  func hostile() {
    let random = RandomSource.seeded(4)
    var recorder = TransportFeedbackRecorder(senderSSRC: SSRC(rawValue: 9))
    for step in 0..<10_000 {
      let now = MonotonicTime.at(Double(step) * 3)
      recorder.record(
        random.uint16() >> (random.next() % 16), mediaSSRC: SSRC(rawValue: 1), arrival: now, byteCount: 1_000)
      #expect(drain(&recorder, at: now).count < 1_000)
    }
  }

  @Test("RP-14: the estimate follows a bottleneck by its queue", arguments: [300, 1_000, 3_000])
  func remoteBitrate(kilobits: Int64) {
    var estimator = RemoteBitrateEstimator()
    var now = MonotonicTime.zero
    var queueEnd = MonotonicTime.zero
    let capacity = Bitrate.kilobitsPerSecond(kilobits)
    var estimates: [Double] = []
    var worstQueue = TimeDelta.zero
    while now < .at(60_000) {
      // The sender obeys.
      now += estimator.estimate.duration(ofBytes: 1_000)
      queueEnd = max(queueEnd, now) + capacity.duration(ofBytes: 1_000)
      if now > .at(20_000) {
        estimates.append(Double(estimator.estimate.bitsPerSecond))
        worstQueue = max(worstQueue, queueEnd - now)
      }
      guard queueEnd - now < .seconds(1) else {
        queueEnd = now + .milliseconds(900)
        continue
      }
      estimator.record(
        absoluteSendTime: NTPTime(nanosecondsSince1970: now.nanoseconds).absoluteSendTime,
        arrival: queueEnd + .milliseconds(20), byteCount: 1_000)
    }
    let average = estimates.reduce(0, +) / Double(estimates.count)
    #expect(average > Double(capacity.bitsPerSecond) * 0.65, "\(average)")
    #expect(average < Double(capacity.bitsPerSecond) * 1.05, "\(average)")
    #expect(worstQueue < .milliseconds(400), "\(worstQueue)")
  }

  @Test("RP-14: without send times the estimate is bounded by what arrives and falls with loss")
  func withoutSendTimes() {
    var estimator = RemoteBitrateEstimator()
    var sent = 0
    for step in 0..<10_000 {
      let now = MonotonicTime.at(Double(step))
      if step % 4 == 0 { estimator.record(absoluteSendTime: nil, arrival: now, byteCount: 1_000) }
      if estimator.pollEstimate(now: now) != nil { sent += 1 }
    }
    #expect(estimator.estimate <= .kilobitsPerSecond(3_100))
    #expect(sent <= 11)
    let before = estimator.estimate
    estimator.recordLoss(fractionLost: 128, now: .at(10_000))
    #expect(estimator.estimate < before * 0.8)
    #expect(estimator.pollEstimate(now: .at(10_001)) != nil)
  }

  @Test("RP-11: key frame requests are repeated at a bounded rate until one comes")
  func keyFrameRequests() {
    var requester = KeyFrameRequester()
    requester.roundTripTime = .milliseconds(50)
    requester.request()
    var times: [Int] = []
    for step in 0..<10_000 {
      requester.request()
      if requester.poll(now: .at(Double(step))) != nil { times.append(step) }
    }
    #expect(times.first == 0)
    #expect(times.count > 5 && times.count < 20)
    requester.satisfy()
    #expect(requester.deadline == nil)
    // A new need is not answered sooner than the interval allows either.
    requester.request()
    #expect(requester.poll(now: .at(9_999)) == nil)
  }

  @Test("RP-12: a repeated FIR keeps its number, a new one takes the next")
  func fullIntraRequests() {
    var requester = KeyFrameRequester(method: .fullIntraRequest)
    requester.request()
    let first = requester.poll(now: .at(0))
    let again = requester.poll(now: .at(5_000))
    requester.satisfy()
    requester.request()
    let next = requester.poll(now: .at(10_000))
    #expect(first == .fullIntraRequest(sequenceNumber: 1))
    #expect(again == first)
    #expect(next == .fullIntraRequest(sequenceNumber: 2))
    #expect(requester.fullIntraRequestCount == 3)
  }
}
