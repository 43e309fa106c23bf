import RTCBase
import RTCSend
import Testing

@Suite("When reports are due")
struct RTCPSchedulerTests {
  private func gaps(bandwidth: Bitrate, seed: UInt64, hasMedia: Bool = true) -> [Double] {
    var scheduler = RTCPScheduler(random: .seeded(seed), sessionBandwidth: bandwidth)
    scheduler.start(now: .zero)
    var gaps: [Double] = []
    var last = MonotonicTime.zero
    for _ in 0..<200 {
      guard let deadline = scheduler.deadline else { break }
      if hasMedia { scheduler.noteMedia(now: last) }
      let isEarlyDue = scheduler.isDue(now: deadline.time - .nanoseconds(1))
      let isDue = scheduler.isDue(now: deadline.time)
      #expect(!isEarlyDue && isDue)
      scheduler.observe(byteCount: 100)
      gaps.append((deadline.time - last).seconds)
      last = deadline.time
    }
    return gaps
  }

  @Test("RP-04: the interval is jittered around the reduced minimum of 360 by the kilobits a second")
  func intervals() {
    let wide = gaps(bandwidth: .kilobitsPerSecond(360), seed: 1)
    #expect(wide.dropFirst().allSatisfy { $0 >= 0.5 && $0 <= 1.5 })
    let mean = wide.reduce(0, +) / Double(wide.count)
    #expect(mean > 0.9 && mean < 1.1)
    #expect(Set(wide).count > 150)
    #expect((wide.first ?? 1) <= 0.75)
  }

  @Test("Without media, reports come every 2.5 to 7.5 s; the first packet brings the next one forward")
  func resting() {
    #expect(
      gaps(bandwidth: .kilobitsPerSecond(1_000), seed: 4, hasMedia: false).dropFirst().allSatisfy {
        $0 >= 2.5 && $0 <= 7.5
      })
    var scheduler = RTCPScheduler(random: .seeded(5))
    scheduler.start(now: .zero)
    let isDue = scheduler.isDue(now: .zero + .seconds(1))
    #expect(isDue)
    scheduler.noteMedia(now: .zero + .seconds(2))
    #expect(scheduler.deadline.map { $0.time <= .zero + .milliseconds(2_540) } == true)
  }

  @Test("However narrow or wide the session, reports come every 125 ms to 7.5 s")
  func bounds() {
    #expect(gaps(bandwidth: .zero, seed: 2).allSatisfy { $0 <= 7.5 })
    #expect(gaps(bandwidth: Bitrate(bitsPerSecond: .max), seed: 3).dropFirst().allSatisfy { $0 >= 0.125 })
  }
}
