import RTCBase
import RTCSend
import Testing

@Suite("Bitrate allocation and adaptation")
struct BitrateAllocatorTests {
  private func kilobits(_ value: Int64) -> Bitrate { .kilobitsPerSecond(value) }

  private func requests(_ fixture: SendFixture, videoMaximum: Int64 = 2_500) -> [BitrateAllocator.Request] {
    [
      .init(stream: fixture.video, kind: .video, minimum: kilobits(30), maximum: kilobits(videoMaximum)),
      .init(stream: fixture.audio, kind: .audio, minimum: kilobits(16), maximum: kilobits(64)),
    ]
  }

  @Test("Audio is served before video, and nothing beyond its maximum")
  func audioFirst() throws {
    let fixture = try #require(SendFixture())
    var allocator = BitrateAllocator()
    var given = Dictionary(
      uniqueKeysWithValues: allocator.allocate(kilobits(200), among: requests(fixture)).map { ($0.stream, $0.bitrate) })
    #expect(given[fixture.audio] == kilobits(64))
    let video = try #require(given[fixture.video])
    #expect(video > kilobits(90) && video < kilobits(115))
    for change in allocator.allocate(kilobits(20_000), among: requests(fixture)) {
      given[change.stream] = change.bitrate
    }
    #expect(given[fixture.video] == kilobits(2_500))
    // Too little for anybody: minimums all the same.
    for change in allocator.allocate(.zero, among: requests(fixture)) { given[change.stream] = change.bitrate }
    #expect(given[fixture.video] == kilobits(30) && given[fixture.audio] == kilobits(16))
  }

  @Test("SE-06: a lower maximum is honoured at once")
  func honoursMaximum() throws {
    let fixture = try #require(SendFixture())
    var allocator = BitrateAllocator()
    _ = allocator.allocate(kilobits(3_000), among: requests(fixture))
    _ = allocator.allocate(kilobits(3_000), among: requests(fixture, videoMaximum: 400))
    #expect(allocator.target(of: fixture.video) == kilobits(400))
  }

  @Test("Small changes are not passed on, retransmissions are taken off")
  func hasHysteresis() throws {
    let fixture = try #require(SendFixture())
    var allocator = BitrateAllocator()
    _ = allocator.allocate(kilobits(1_000), among: requests(fixture))
    #expect(allocator.allocate(kilobits(1_010), among: requests(fixture)).isEmpty)
    #expect(allocator.allocate(kilobits(1_100), among: requests(fixture)).map(\.stream) == [fixture.video])
    let before = try #require(allocator.target(of: fixture.video))
    _ = allocator.allocate(kilobits(1_100), retransmissions: kilobits(200), among: requests(fixture))
    #expect(try #require(allocator.target(of: fixture.video)) < before - kilobits(150))
  }

  @Test("What one stream cannot use goes to the others by weight")
  func poursOver() throws {
    let fixture = try #require(SendFixture())
    var allocator = BitrateAllocator()
    let requests = [
      BitrateAllocator.Request(stream: fixture.video, kind: .video, minimum: .zero, maximum: kilobits(200), weight: 2),
      BitrateAllocator.Request(
        stream: fixture.audio, kind: .video, minimum: .zero, maximum: kilobits(5_000), weight: 1),
    ]
    let given = allocator.allocate(kilobits(2_000), among: requests)
    #expect(given.first?.bitrate == kilobits(200))
    #expect(given.last?.bitrate ?? .zero > kilobits(1_600))
  }

  @Test("CD-18: 720p holds at a megabit, steps down at 150 kbit/s and comes back")
  func adapts() {
    var adaptation = VideoAdaptation()
    var now = MonotonicTime.zero
    func run(_ target: Bitrate, seconds: Int) {
      for _ in 0..<seconds * 10 {
        now += .milliseconds(100)
        adaptation.update(width: 1_280, height: 720, frameRate: 30, target: target, now: now)
      }
    }
    run(kilobits(1_000), seconds: 5)
    #expect(adaptation.decision == .init(scale: 1, maximumFrameRate: 30, limitation: .none))
    run(kilobits(450), seconds: 5)
    #expect(adaptation.decision.scale == 1)
    run(kilobits(150), seconds: 2)
    #expect(adaptation.encodedSize(width: 1_280, height: 720) == (640, 360))
    #expect(adaptation.decision.limitation == .bandwidth)
    // A moment of more is not enough.
    run(kilobits(1_000), seconds: 1)
    #expect(adaptation.decision.scale > 1)
    run(kilobits(1_000), seconds: 4)
    #expect(adaptation.decision.scale == 1)
    #expect(adaptation.unlimitedDuration > .seconds(9) && adaptation.bandwidthLimitedDuration > .seconds(3))
    run(kilobits(20), seconds: 2)
    #expect(adaptation.decision == .init(scale: 4, maximumFrameRate: 15, limitation: .bandwidth))
  }

  @Test("The first frame goes out at the size that fits; resolution may be kept at the cost of frames")
  func adaptsByPreference() {
    var first = VideoAdaptation()
    first.update(width: 1_280, height: 720, frameRate: 30, target: kilobits(100), now: .zero)
    #expect(first.decision.scale == 3)
    var sharp = VideoAdaptation(preference: .maintainResolution)
    sharp.update(width: 1_280, height: 720, frameRate: 30, target: kilobits(100), now: .zero)
    #expect(sharp.decision == .init(scale: 1, maximumFrameRate: 7.5, limitation: .bandwidth))
    let absurd = sharp.update(width: -5, height: .max, frameRate: .nan, target: .zero, now: .zero)
    #expect(absurd.scale == 1)
  }
}
