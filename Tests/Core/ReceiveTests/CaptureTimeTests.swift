import RTCBase
import RTCRTP
import Testing

@testable import RTCReceive

@Suite struct CaptureTimeTests {
  @Test("GN-20: the quickest report tells when something was captured, less half a round trip")
  func quickest() throws {
    let random = RandomSource.seeded(1)
    var estimator = CaptureTimeEstimator(clockRate: 90_000)
    #expect(estimator.captureTime(of: 0, roundTripTime: .zero, now: .at(0)) == nil)
    // A report each second on a way of 30 to 80 ms; timestamps wrap around.
    let first = UInt32.max - 90_000 * 10
    func timestamp(at milliseconds: Double) -> UInt32 { first &+ UInt32(milliseconds * 90) }
    for second in 0..<60 {
      let sent = Double(second) * 1_000
      let delay = second % 7 == 0 ? 30 : 30 + 50 * random.unit()
      estimator.handle(timestamp(at: sent), now: .at(sent + delay))
      let now = MonotonicTime.at(sent + 500)
      let captured = try #require(
        estimator.captureTime(of: timestamp(at: sent + 300), roundTripTime: .milliseconds(60), now: now))
      #expect((captured - .at(sent + 300)).magnitude <= .milliseconds(13))
    }
  }

  @Test("GN-20: a sender whose clock runs fast or slow is followed", arguments: [-200.0, 200])
  func drift(millionths: Double) throws {
    var estimator = CaptureTimeEstimator(clockRate: 48_000)
    for second in stride(from: 0.0, to: 3_600, by: 5) {
      let timestamp = UInt32(second * 48_000 * (1 + millionths / 1e6))
      let now = MonotonicTime.at(second * 1_000)
      estimator.handle(timestamp, now: now)
      let captured = try #require(estimator.captureTime(of: timestamp, roundTripTime: .zero, now: now))
      #expect((captured - now).magnitude <= .milliseconds(1))
    }
  }

  @Test("GN-20: timestamps that begin anew are believed, and nothing was captured after now")
  func restart() {
    var estimator = CaptureTimeEstimator(clockRate: 90_000)
    estimator.handle(5, now: .at(0))
    estimator.handle(3_000_000_000, now: .at(1_000))
    #expect(estimator.captureTime(of: 3_000_000_000, roundTripTime: .zero, now: .at(1_000)) == .at(1_000))
    #expect(estimator.captureTime(of: 3_000_090_000, roundTripTime: .zero, now: .at(1_500)) == .at(1_500))
    let random = RandomSource.seeded(2)
    for step in 0..<1_000 {
      let now = MonotonicTime.at(2_000 + Double(step))
      estimator.handle(UInt32(truncatingIfNeeded: random.next()), now: now)
      let captured = estimator.captureTime(
        of: UInt32(truncatingIfNeeded: random.next()), roundTripTime: .milliseconds(Int64(step)), now: now)
      #expect(captured.map { $0 <= now } == true)
    }
  }

  private func report(of timestamp: UInt32) -> SenderReport {
    SenderReport(
      ssrc: SSRC(rawValue: 1), ntpTime: NTPTime(rawValue: 1 << 62), rtpTimestamp: timestamp, packetCount: 0,
      octetCount: 0)
  }

  @Test("GN-20: sound tells when it was heard and when it came, once there is a report")
  func sound() throws {
    var audio = AudioSimulation(seed: 3)
    audio.run(seconds: 1)
    #expect(!audio.playouts.isEmpty && audio.playouts.allSatisfy { $0.captureTime == nil })
    let before = audio.playouts.count
    audio.stream.handle(report(of: audio.timestamp(at: audio.now)), now: audio.now)
    audio.run(seconds: 1)
    #expect(audio.playouts.count > before + 20)
    for playout in audio.playouts.dropFirst(before) {
      let captured = try #require(playout.captureTime)
      #expect((captured - audio.captureTime(of: playout.rtpTimestamp)).magnitude <= .microseconds(30))
      guard case .decode = playout.action else { continue }
      let arrival = try #require(playout.arrival)
      #expect(arrival >= captured && arrival <= playout.due)
    }
  }

  @Test("GN-20: pictures tell when they were taken, half a round trip before the report says")
  func pictures() throws {
    var video = VideoSimulation(seed: 4)
    video.run(seconds: 1)
    let before = video.released.count
    // On its way for half of the round trip that the simulation measures.
    video.stream.handle(report(of: video.timestamp(at: video.now)), now: video.now + .milliseconds(20))
    video.run(seconds: 1)
    #expect(video.released.count > before + 20)
    for released in video.released.dropFirst(before) {
      let captured = try #require(released.frame.captureTime)
      #expect((captured - video.captureTime(of: released.frame.frame.rtpTimestamp)).magnitude <= .microseconds(30))
      #expect(released.frame.lastPacketArrival >= captured)
    }
  }
}
