import RTCBase
import Testing

@Suite("Time")
struct TimeTests {
  @Test("Spans saturate instead of trapping")
  func saturation() {
    #expect(TimeDelta.infinity + .seconds(1) == .infinity)
    #expect(TimeDelta.seconds(1e30) == .infinity)
    #expect(TimeDelta.seconds(Double.nan) == .zero)
    #expect(TimeDelta.infinity * 2 == .infinity)
    #expect((MonotonicTime.distantFuture + .seconds(1)) == .distantFuture)
    #expect(TimeDelta(nanoseconds: .min).magnitude == .infinity)
  }

  @Test("NTP times keep a nanosecond clock to within a nanosecond")
  func ntpRoundTrip() {
    for nanoseconds: Int64 in [0, 1, 999_999_999, 1_792_000_000_123_456_789] {
      let ntp = NTPTime(nanosecondsSince1970: nanoseconds)
      #expect(abs(ntp.nanosecondsSince1970 - nanoseconds) <= 1)
    }
    #expect(NTPTime(nanosecondsSince1970: 0).rawValue >> 32 == 2_208_988_800)
  }

  @Test("NTP differences are signed and cross the era of 2036")
  func ntpDifference() {
    let before = NTPTime(rawValue: 0xFFFF_FFFF_8000_0000)
    let after = before + .milliseconds(1_500)
    #expect(abs(((after - before) - .milliseconds(1_500)).nanoseconds) <= 2)
    #expect(abs(((before - after) + .milliseconds(1_500)).nanoseconds) <= 2)
  }

  @Test("HX-05: abs-send-time is 6.18 fixed point")
  func absoluteSendTime() {
    let time = NTPTime(rawValue: (5 << 32) | 0x4000_0000)
    #expect(time.absoluteSendTime == 5 << 18 | 1 << 16)
  }

  @Test("The wall clock is read once and follows the monotonic clock")
  func wallClock() {
    let clock = WallClock(nanosecondsSince1970: 1_000, at: MonotonicTime(nanoseconds: 400))
    #expect(clock.nanosecondsSince1970(at: MonotonicTime(nanoseconds: 900)) == 1_500)
  }

  @Test("The earliest deadline keeps its reason")
  func deadline() {
    let early = Deadline(.zero + .seconds(1), "ice.check")
    let late = Deadline(.zero + .seconds(2), "rtcp.report")
    #expect(Deadline.earliest(late, early)?.reason == "ice.check")
    #expect(Deadline.earliest(nil, late)?.reason.description == "rtcp.report")
    #expect(Deadline.earliest(nil, nil) == nil)
  }

  @Test("A bitrate tells how long bytes take, and how many pass")
  func bitrate() {
    let rate = Bitrate.kilobitsPerSecond(1_000)
    #expect(rate.duration(ofBytes: 125) == .milliseconds(1))
    #expect(rate.byteCount(in: .seconds(1)) == 125_000)
    #expect(Bitrate.zero.duration(ofBytes: 1) == .infinity)
    #expect(Bitrate(byteCount: 125, over: .milliseconds(1)) == rate)
    #expect(Bitrate(bitsPerSecond: .max) * 2 == Bitrate(bitsPerSecond: .max))
  }
}
