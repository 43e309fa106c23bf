import RTCBase
import RTCSTUN
import Testing

@Suite struct STUNRetransmissionTests {
  @Test("IC-21: seven requests leave at the times of RFC 8489 §6.2.1, and the transaction fails at 39.5 s")
  func schedule() {
    var schedule = STUNRetransmission(now: .zero)
    var times: [Int64] = [0]
    var end: Int64?
    while end == nil {
      let now = schedule.nextTime
      switch schedule.advance(now: now) {
      case .wait: Issue.record("nothing was due at its own time")
      case .retransmit: times.append((now - .zero).wholeMilliseconds)
      case .fail: end = (now - .zero).wholeMilliseconds
      }
    }
    #expect(times == [0, 500, 1_500, 3_500, 7_500, 15_500, 31_500])
    #expect(end == 39_500)
    #expect(STUNRetransmission.duration(initialTimeout: .milliseconds(500)) == .milliseconds(39_500))
  }

  @Test("IC-21: nothing is due early, and a long sleep is not made up for in a burst")
  func lateWakeUp() {
    var schedule = STUNRetransmission(now: .zero)
    #expect(schedule.advance(now: .zero + .milliseconds(499)) == .wait)
    let late = MonotonicTime.zero + .seconds(60)
    #expect(schedule.advance(now: late) == .retransmit)
    #expect(schedule.advance(now: late) == .wait)
  }
}
