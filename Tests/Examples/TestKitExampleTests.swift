import RTCTestKit
import Testing

/// What users of TestKit write: public API only.
@Suite("Examples of TestKit")
struct TestKitExampleTests {
  @Test("A call survives a blackhole of three seconds, the same in every run")
  func call() throws {
    func arrivals() throws -> [Duration] {
      let simulation = Simulation(seed: 7, impairments: .init(delay: .milliseconds(25), loss: 0.03))
      let alice = simulation.addPeer("alice")
      let bob = simulation.addPeer("bob")
      try simulation.connect(alice, bob)
      simulation.play(try NetworkTimeline(parsing: "3 * blackhole\n6 * delay=25ms"))
      simulation.run(for: .seconds(9))
      #expect(alice.connectionState == .connected && bob.connectionState == .connected)
      #expect(bob.audioConcealment < 0.5)
      return bob.videoArrivals
    }
    let first = try arrivals()
    #expect(first.contains { $0 > .seconds(6) && $0 < .seconds(7) })
    #expect(try arrivals() == first)
  }

  @Test("The network alone carries any program's datagrams")
  func network() throws {
    var network = VirtualNetwork(seed: 1, impairments: .init(delay: .milliseconds(40), rate: 1_000_000))
    let alice = try #require(VirtualAddress(host: "10.0.0.1", port: 5_000))
    let bob = try #require(VirtualAddress(host: "10.0.0.2", port: 5_000))
    network.send([1, 2, 3], from: alice, to: bob, at: .zero)
    let arrival = try #require(network.nextArrival)
    #expect(arrival > .milliseconds(40) && arrival < .milliseconds(41))
    #expect(network.receive(at: arrival)?.source == alice)
  }
}
