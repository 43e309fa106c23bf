import NIOPosix
import RTCBase
import Testing

@testable import RTCTransport

@Suite("What this machine knows of networks")
struct LocalNetworkTests {
  @Test("IC-02: the addresses of interfaces are candidates' bases; loopback comes last, or when asked for")
  func interfaces() throws {
    let all = try NetworkInterfaces.addresses(includingLoopback: true)
    let usual = try NetworkInterfaces.addresses(includingLoopback: false)
    #expect(all.contains { $0.ip.isLoopback })
    #expect(Set(all.map(\.ip)).count == all.count)
    #expect(!all.contains { $0.ip.isUnspecified || $0.ip.isMulticast || ($0.ip.isLinkLocal && $0.ip.family == .v6) })
    let external = all.filter { !$0.ip.isLoopback }
    #expect(usual == (external.isEmpty ? all : external))
    if let firstLoopback = all.firstIndex(where: \.ip.isLoopback) {
      #expect(all[firstLoopback...].allSatisfy { $0.ip.isLoopback })
    }
  }

  @Test("IC-29: the default route's addresses are addresses of this machine, one of a family at most")
  func defaultRoute() throws {
    let defaults = Route.defaultLocalAddresses()
    let own = try NetworkInterfaces.addresses(includingLoopback: true).map(\.ip)
    #expect(Set(defaults.map(\.family)).count == defaults.count)
    #expect(Set(defaults).isSubset(of: own))
  }

  @Test("Loopback leads to loopback and nowhere else")
  func routes() {
    let loopback = IPAddress(v4: 127, 0, 0, 1)
    #expect(Route.exists(from: loopback, to: TransportAddress(loopback, port: 5_000)))
    #expect(!Route.exists(from: loopback, to: TransportAddress(loopback, port: 0)))
    #expect(!Route.exists(from: loopback, to: TransportAddress(IPAddress(v4: 198, 51, 100, 1), port: 5_000)))
    #expect(!Route.exists(from: loopback, to: TransportAddress(IPAddress(v6High: 0, low: 1), port: 5_000)))
  }

  @Test("Addresses need no resolver; a name is resolved away from the loop; an unknown one has no address")
  func names() async throws {
    let eventLoop = MultiThreadedEventLoopGroup.singleton.next()
    let literal = try await NameResolver.resolve("192.0.2.1", port: 3_478, on: eventLoop).get()
    #expect(literal == [TransportAddress(IPAddress(v4: 192, 0, 2, 1), port: 3_478)])
    let local = try await NameResolver.resolve("localhost", port: 1, on: eventLoop).get()
    #expect(!local.isEmpty && local.allSatisfy { $0.ip.isLoopback && $0.port == 1 })
    let unknown = try await NameResolver.resolve("unknown.invalid", port: 1, on: eventLoop).get()
    #expect(unknown.isEmpty)
  }
}
