import RTCBase
import RTCTestKit
import Testing

@Suite("Translators of addresses")
struct NATTests {
  private let inside = TransportAddress(IPAddress(v4: 192, 168, 0, 2), port: 5_000)
  private let outside = IPAddress(v4: 203, 0, 113, 1)
  private let one = TransportAddress(IPAddress(v4: 198, 51, 100, 1), port: 1_000)
  private let other = TransportAddress(IPAddress(v4: 198, 51, 100, 2), port: 2_000)

  /// Sends a datagram and gives what arrives.
  private func deliver(
    _ network: inout VirtualNetwork, from source: TransportAddress, to destination: TransportAddress
  ) -> VirtualNetwork.Delivery? {
    network.send([1], from: source, to: destination, now: .zero)
    return network.receive(now: .zero)
  }

  private func makeNetwork(_ behavior: NATBehavior) -> VirtualNetwork {
    var network = VirtualNetwork(seed: 1)
    network.addNAT(behavior, outside: outside, inside: [inside.ip])
    return network
  }

  @Test("A mapping depends on what it should depend on", arguments: NATBehavior.Dependency.allCases)
  func mapping(_ dependency: NATBehavior.Dependency) throws {
    var network = makeNetwork(NATBehavior(mapping: dependency, filtering: .endpointIndependent))
    let first = try #require(deliver(&network, from: inside, to: one)).from
    #expect(first.ip == outside)
    let neighbour = TransportAddress(one.ip, port: 1_001)
    #expect(try #require(deliver(&network, from: inside, to: one)).from == first)
    let toNeighbour = try #require(deliver(&network, from: inside, to: neighbour)).from
    let toOther = try #require(deliver(&network, from: inside, to: other)).from
    #expect((toNeighbour == first) == (dependency != .addressAndPortDependent))
    #expect((toOther == first) == (dependency == .endpointIndependent))
  }

  @Test("A filter lets in whom it should let in", arguments: NATBehavior.Dependency.allCases)
  func filtering(_ dependency: NATBehavior.Dependency) throws {
    var network = makeNetwork(NATBehavior(mapping: .endpointIndependent, filtering: dependency))
    let mapped = try #require(deliver(&network, from: inside, to: one)).from
    #expect(deliver(&network, from: one, to: mapped)?.to == inside)
    let neighbour = TransportAddress(one.ip, port: 1_001)
    #expect((deliver(&network, from: neighbour, to: mapped) != nil) == (dependency != .addressAndPortDependent))
    #expect((deliver(&network, from: other, to: mapped) != nil) == (dependency == .endpointIndependent))
    // A private address leads nowhere from outside.
    #expect(deliver(&network, from: one, to: inside) == nil)
  }

  @Test("A translator that forgets gives other ports, and the old ones lead nowhere")
  func rebinding() throws {
    var network = makeNetwork(.portRestrictedCone)
    let before = try #require(deliver(&network, from: inside, to: one)).from
    network.rebindNAT(of: inside.ip)
    #expect(deliver(&network, from: one, to: before) == nil)
    let after = try #require(deliver(&network, from: inside, to: one)).from
    #expect(after != before)
    #expect(deliver(&network, from: one, to: after)?.to == inside)
  }
}
