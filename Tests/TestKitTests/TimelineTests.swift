import Foundation
import RTCBase
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
    "What makes no sense is refused with its line and a reason that helps",
    arguments: [
      ("x * none", "no time"), ("-1 * none", "no time"), ("nan * none", "no time"), ("1 *", "a path"),
      ("1 * speed=3", "\"speed\" is no known setting"), ("1 * loss", "lacks its value"),
      ("1 * loss=300%", "a share from 0% to 100%"), ("1 * loss=3", "a share from 0% to 100%"),
      ("1 * delay=-1ms", "a time such as"), ("1 * delay=5", "a time such as"), ("1 * rate=0", "bits per second"),
      ("1 a>b rate=", "bits per second"), ("1 * burst=0.5 burst-share=1%", "1 or more datagrams"),
      ("1 * burst=5", "\"burst-share\""), ("1 * loss=1% loss=2%", "set twice"),
      ("5 alice blackhole", "\"a>b\" for one direction"), ("5 a>b>c blackhole", "\"a>b\" for one direction"),
      ("5 a<b blackhole", "\"a>b\" for one direction"), ("5 a<>b>c blackhole", "\"a>b\" for one direction"),
      ("5 >b none", "\"a>b\" for one direction"), ("5 a> none", "\"a>b\" for one direction"),
      ("5 *>b none", "\"a>b\" for one direction"), ("5 a>a none", "to itself"), ("5 a rebind now", "stands alone"),
      ("5 a loss=1% rebind", "stands alone"), ("5 a>b rebind", "takes one host"), ("5 * rebind", "takes one host"),
      ("5 * blackhole loss=1%", "stands alone"), ("5 * delay=1ms none", "stands alone"),
    ])
  func errors(line: String, reason: String) {
    #expect { try NetworkTimeline(parsing: "# first\n" + line) } throws: {
      guard let error = $0 as? NetworkTimelineError else { return false }
      return error.line == 2 && error.reason.contains(reason)
    }
  }

  @Test("A timeline is read from a file, whatever ends its lines, and errors say which file or line")
  func file() throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).timeline").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    #expect { try NetworkTimeline(contentsOfFile: path) } throws: {
      ($0 as? FileAccessError)?.description == "\(path): No such file or directory"
    }
    func write(_ text: String) throws { try Data(text.utf8).write(to: URL(filePath: path)) }
    try write("# from a file\r\n1 * loss=2%\r\n\r\n3 alice rebind\r\n")
    #expect(
      try NetworkTimeline(contentsOfFile: path).entries == [
        .init(at: .seconds(1), .impairAll(.init(loss: 0.02))), .init(at: .seconds(3), .rebind("alice")),
      ])
    try write("# from a file\r\n1 * loss=2%\r\n3 alice rebound")
    #expect(throws: NetworkTimelineError.self) { try NetworkTimeline(contentsOfFile: path) }
    try Data([0x31, 0xFF]).write(to: URL(filePath: path))
    #expect(throws: FileAccessError.self) { try NetworkTimeline(contentsOfFile: path) }
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

  @Test("A rebinding of a text moves a call to another address, and it goes on", arguments: [false, true])
  func rebinding(isTranslated: Bool) throws {
    let simulation = Simulation(seed: 2, impairments: .init(delay: .milliseconds(20)))
    let alice = simulation.addPeer("alice")
    let bob = simulation.addPeer("bob")
    if isTranslated { simulation.addNAT(.portRestrictedCone, outside: "203.0.113.50", inside: alice) }
    try simulation.connect(alice, bob)
    simulation.play(try NetworkTimeline(parsing: "4 alice rebind"))
    simulation.run(for: Duration.seconds(4))
    let before = bob.engine.makeStatistics(now: simulation.now).remoteCandidates.map(\.port)
    simulation.run(for: Duration.seconds(4))
    #expect(simulation.failures == [])
    #expect(bob.engine.makeStatistics(now: simulation.now).remoteCandidates.map(\.port) != before)
    for peer in simulation.peers {
      #expect(peer.connectionState == .connected)
      let arrivals = peer.audioArrivals.filter { $0 > .seconds(3) }
      let gaps = zip(arrivals, arrivals.dropFirst()).map { $1 - $0 }
      #expect(gaps.max().map { $0 < .seconds(1) } == true)
      #expect(arrivals.last.map { $0 > .seconds(7.9) } == true)
    }
    let lost = simulation.network.undeliverableCount
    #expect(lost > 0, "nothing went to the address that was left")
  }

  @Test("Hosts that are unknown are reported when their line comes")
  func unknownHosts() throws {
    let simulation = Simulation(seed: 2)
    _ = simulation.addPeer("alice")
    simulation.play(
      try NetworkTimeline(
        parsing: "1 alice>carol blackhole\n2 dave rebind\n3 10.9.9.9 rebind\n4 alice>192.0.2.9 loss=1%\n5 erin rebind"))
    simulation.run(for: Duration.seconds(4))
    #expect(simulation.failures.count == 3)
    for (failure, host) in zip(simulation.failures, ["\"carol\"", "\"dave\"", "10.9.9.9"]) {
      #expect(failure.contains(host))
    }
  }
}
