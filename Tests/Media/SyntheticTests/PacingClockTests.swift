import RTCFrames
import Testing

@testable import RTCSynthetic

@Suite("Pacing clock")
struct PacingClockTests {
  @Test("due times do not drift", arguments: [30, 29.97, 60_000.0 / 1_001, 0.5])
  func drift(rate: Double) {
    var clock = PacingClock(start: MediaTime(nanoseconds: 5), rate: rate)
    #expect(clock.nextTime.nanoseconds == 5)
    for _ in 0..<100_000 { clock.advance() }
    #expect(abs(Double(clock.nextTime.nanoseconds - 5) - 100_000 * 1e9 / rate) < 1)
  }

  @Test("late frames are left out up to the newest that is due")
  func late() {
    var clock = PacingClock(start: .zero, rate: 10)
    #expect(clock.skipLate(now: .zero) == 0)
    #expect(clock.skipLate(now: .zero + .milliseconds(99)) == 0)
    #expect(clock.skipLate(now: .zero + .milliseconds(350)) == 3)
    #expect(clock.nextTime == .zero + .milliseconds(300))
    #expect(clock.skipLate(now: .zero + .seconds(1), tolerance: .seconds(1)) == 0)
  }
}
