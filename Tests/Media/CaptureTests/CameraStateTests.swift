import CV4L2Shims
import RTCFrames
import Testing

@testable import RTCCapture

@Suite("State of a camera")
struct CameraStateTests {
  @Test("a device that stalls is muted, then started anew, each time later")
  func stalls() {
    let start = MediaTime(nanoseconds: 1_000_000_000)
    var watch = StallWatch(timeout: .seconds(1), now: start)
    #expect(watch.poll(now: start + .milliseconds(999)) == nil)
    #expect(watch.poll(now: start + .seconds(1)) == .mute)
    #expect(watch.poll(now: start + .milliseconds(2_999)) == nil)
    var now = start + .seconds(3)
    for delay in [4, 8, 10, 10] {
      #expect(watch.poll(now: now) == .restart)
      #expect(watch.deadline == now + .seconds(delay))
      now = watch.deadline
    }
    watch.noteFrame(now: now)
    #expect(watch.poll(now: now + .milliseconds(500)) == nil)
    #expect(watch.poll(now: now + .seconds(1)) == .mute)
  }

  @Test("gaps in the numbers are losses, numbers that go back are not; times never go back")
  func order() {
    var order = FrameOrder()
    #expect([7, 7, 8, 11, 3, 4, 6].map { order.skipped(before: $0) } == [0, 0, 0, 2, 0, 0, 1])
    order.restart()
    #expect(order.skipped(before: 100) == 0)
    let times = [5, 9, 8, 12].map { order.time(after: MediaTime(nanoseconds: $0)).nanoseconds }
    #expect(times == [5, 9, 9, 12])
  }

  @Test("of a range of sizes and rates, the ends and the usual ones are listed")
  func ranges() {
    let range = v4l2_frmsize_stepwise(
      min_width: 32, max_width: 1_920, step_width: 16, min_height: 32, max_height: 1_080, step_height: 8)
    let sizes = V4L2Device.sizes(in: range)
    #expect(sizes.first.map { $0 == (32, 32) } == true)
    #expect(sizes.last.map { $0 == (1_920, 1_080) } == true)
    #expect(sizes.contains { $0 == (640, 480) })
    // 180 - 32 is no multiple of 8.
    #expect(!sizes.contains { $0 == (320, 180) })
    #expect(V4L2Device.rates(from: 12, to: 30) == [30, 25, 24, 20, 15, 12])
    #expect(V4L2Device.rates(from: 30, to: 30) == [30])
    #expect(V4L2Device.rates(from: nil, to: 25) == [25])
    #expect(V4L2Device.rates(from: nil, to: nil) == [])
  }

  @Test("a mode is chosen by size, rate and the cost of its format")
  func best() {
    func mode(_ format: String, _ width: Int, _ height: Int, _ rate: Double?) -> CameraMode {
      CameraMode(format: format, width: width, height: height, frameRate: rate)
    }
    let modes = [
      mode("MJPG", 640, 480, 30), mode("YUYV", 640, 480, 30), mode("YUYV", 1_280, 720, 10),
      mode("MJPG", 1_280, 720, 30),
      mode("MJPG", 1_920, 1_080, 29.97), mode("GREY", 640, 480, 30),
    ]
    #expect(modes.best(width: 640, height: 480, frameRate: 30) == modes[1])
    #expect(modes.best(width: 1_280, height: 720, frameRate: 10) == modes[2])
    #expect(modes.best(width: 1_280, height: 720, frameRate: 15) == modes[3])
    #expect(modes.best(width: 1_920, height: 1_080, frameRate: 30) == modes[4])
    #expect(modes.best(width: 100, height: 100, frameRate: 60) == modes[1])
    #expect([CameraMode]().best(width: 1, height: 1, frameRate: 1) == nil)
  }
}
