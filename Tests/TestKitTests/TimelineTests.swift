import RTCTestKit
import Testing

@Suite("Timelines of networks")
struct TimelineTests {
  @Test("The text form says what code can say")
  func parsing() throws {
    let timeline = try NetworkTimeline(
      parsing: """
        # a comment
        20    alice<>bob   blackhole
        0     *            delay=25ms jitter=0.01s loss=3%  # and another

        1.5   alice>bob    rate=500k queue=32000 mtu=1200 reorder=5% reorder-delay=500ms duplicate=1%
        2     alice>bob    burst-share=10% burst=5 burst-loss=80%
        30    alice        rebind
        """)
    var first = NetworkImpairments(delay: .milliseconds(25), jitter: .milliseconds(10), loss: 0.03)
    var second = NetworkImpairments(rate: 500_000, queueLimit: 32_000)
    second.maximumDatagramSize = 1_200
    second.reordering = 0.05
    second.reorderingDelay = .milliseconds(500)
    second.duplication = 0.01
    #expect(
      timeline.entries.map(\.time) == [.zero, .seconds(1.5), .seconds(2), .seconds(20), .seconds(20), .seconds(30)])
    #expect(timeline.entries[0].change == .impairAll(first))
    #expect(timeline.entries[1].change == .impair(second, from: "alice", to: "bob"))
    first = .none
    first.bursts = LossBursts(share: 0.1, averageLength: 5, loss: 0.8)
    #expect(timeline.entries[2].change == .impair(first, from: "alice", to: "bob"))
    #expect(timeline.entries[3].change == .impair(.blackhole, from: "alice", to: "bob"))
    #expect(timeline.entries[4].change == .impair(.blackhole, from: "bob", to: "alice"))
    #expect(timeline.entries[5].change == .rebind("alice"))
  }

  @Test(
    "What makes no sense is refused with its line",
    arguments: [
      "x * none", "1 *", "1 * speed=3", "1 * loss=300%", "1 * delay=-1ms", "-1 * none", "1 * rate=0", "1 a>b rate=",
    ])
  func errors(line: String) {
    #expect { try NetworkTimeline(parsing: "# first\n" + line) } throws: { ($0 as? NetworkTimelineError)?.line == 2 }
  }

  @Test("A simulation plays a timeline")
  func playing() throws {
    let simulation = Simulation(seed: 2)
    let alice = simulation.addPeer("alice")
    let bob = simulation.addPeer("bob")
    try simulation.connect(alice, bob, sending: [.audio])
    simulation.play(try NetworkTimeline(parsing: "0 * delay=10ms\n2 alice>bob blackhole\n3 * delay=10ms"))
    simulation.run(for: Duration.seconds(5))
    let gaps = zip(bob.audioArrivals, bob.audioArrivals.dropFirst()).map { $1 - $0 }
    #expect(gaps.max().map { $0 > .milliseconds(900) && $0 < .milliseconds(1_200) } == true)
    #expect(simulation.network.statistics(from: "10.0.0.1", to: "10.0.0.2").blockedCount > 40)
    #expect(simulation.network.statistics(from: "10.0.0.2", to: "10.0.0.1").blockedCount == 0)
  }
}
