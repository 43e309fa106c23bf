import RTCBase
import Testing

@testable import RTCICE

@Suite struct CandidateTests {
  private func candidate(
    component: Int = 1, transport: String = "udp", host: String = "192.0.2.1", port: UInt16 = 5_000,
    type: String = "host"
  ) throws(ICECandidateRejection) -> ICECandidate {
    try ICECandidate(
      foundation: "1", component: component, transport: transport, priority: 7, host: host, port: port, type: type,
      relatedHost: "10.0.0.1", relatedPort: 9)
  }

  @Test("IC-08: a signalled candidate is taken with its related address")
  func taken() throws {
    let v4 = try candidate(transport: "UDP", type: "srflx")
    #expect(v4.address == TransportAddress("192.0.2.1", 5_000) && v4.kind == .serverReflexive)
    #expect(v4.relatedAddress == TransportAddress("10.0.0.1", 9))
    #expect(try candidate(host: "2001:db8::1").address.family == .v6)
  }

  @Test("IC-08: names, TCP, other components and unusable addresses are left out without harm")
  func rejected() {
    #expect(throws: ICECandidateRejection.hostname) { try candidate(host: "1b8ff7a2.local") }
    #expect(throws: ICECandidateRejection.hostname) { try candidate(host: "example.org") }
    #expect(throws: ICECandidateRejection.transport) { try candidate(transport: "tcp") }
    #expect(throws: ICECandidateRejection.component) { try candidate(component: 2) }
    #expect(throws: ICECandidateRejection.kind) { try candidate(type: "future") }
    for host in ["0.0.0.0", "224.0.0.1", "255.255.255.255", "::", "ff02::1", "::ffff:1.2.3.4"] {
      #expect(throws: ICECandidateRejection.unusableAddress) { try candidate(host: host) }
    }
    #expect(throws: ICECandidateRejection.unusableAddress) { try candidate(port: 0) }
  }

  @Test("IC-01: candidate priorities are those of RFC 8445 §5.1.2.1")
  func priorities() {
    #expect(ICECandidate.priority(of: .host, localPreference: 65_535) == 2_130_706_431)
    #expect(ICECandidate.priority(of: .peerReflexive, localPreference: 65_535) == 1_862_270_975)
    #expect(ICECandidate.priority(of: .serverReflexive, localPreference: 65_535) == 1_694_498_815)
    #expect(ICECandidate.priority(of: .relayed, localPreference: 65_535) == 16_777_215)
  }

  @Test("IC-02: pair priorities are those of RFC 8445 §6.1.2.3, equal at both ends")
  func pairPriorities() {
    let high = ICECandidate.priority(of: .host, localPreference: 65_535)
    let low = ICECandidate.priority(of: .serverReflexive, localPreference: 1)
    let expected = UInt64(low) << 32 + 2 * UInt64(high)
    #expect(ICECandidatePair.priority(high, low, .controlling) == expected + 1)
    #expect(ICECandidatePair.priority(low, high, .controlled) == expected + 1)
    #expect(ICECandidatePair.priority(low, high, .controlling) == expected)
    #expect(ICECandidatePair.priority(.max, .max, .controlling) == UInt64(UInt32.max) << 32 &+ 2 * UInt64(UInt32.max))
  }

  @Test("credentials have the characters and lengths of RFC 8839 §5.4")
  func credentials() {
    let password = "0123456789012345678901"
    #expect(ICECredentials(ufrag: "abcd", password: password) != nil)
    #expect(ICECredentials(ufrag: "abc", password: password) == nil)
    #expect(ICECredentials(ufrag: "ab:d", password: password) == nil)
    #expect(ICECredentials(ufrag: "abcd", password: "short") == nil)
    #expect(ICECredentials(ufrag: String(repeating: "a", count: 257), password: password) == nil)
    let own = ICECredentials(random: .seeded(1))
    #expect(ICECredentials(ufrag: own.ufrag, password: own.password) == own)
  }

  @Test("the longest credentials still make checks")
  func longestCredentials() {
    let simulation = ICESimulation()
    simulation.addAgent(.controlling, [TransportAddress("192.0.2.1", 1)])
    simulation.addAgent(.controlled, [TransportAddress("192.0.2.2", 2)])
    for index in 0...1 {
      let text = String(repeating: index == 0 ? "a" : "b", count: 256)
      guard let credentials = ICECredentials(ufrag: text, password: text) else { return }
      simulation.agents[index].setLocalCredentials(credentials, now: .zero)
    }
    simulation.connect()
    #expect(simulation.run(for: .seconds(1)) { $0.areCompleted })
  }
}
