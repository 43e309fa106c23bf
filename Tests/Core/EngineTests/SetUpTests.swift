import RTCBase
import RTCCongestion
import RTCEngine
import RTCJSEP
import RTCTestKit
import Testing
import WebRTCTypes

@Suite("Setting up, in virtual time")
struct SetUpTests {
  /// A call of one video each way, ready to be negotiated.
  private func makeCall(
    seed: UInt64 = 1, impairments: NetworkImpairments = .init(delay: .milliseconds(25)),
    addresses: ([TransportAddress], [TransportAddress])? = nil,
    configure: (inout EngineConfiguration) -> Void = { _ in }
  ) throws -> (Simulation, caller: SimulatedPeer, callee: SimulatedPeer) {
    let simulation = Simulation(seed: seed, impairments: impairments)
    func configured(_ configuration: inout EngineConfiguration) {
      configuration.bitrateLimits = .modest
      configure(&configuration)
    }
    let caller = simulation.addPeer("caller", addresses: addresses?.0, configure: configured)
    let callee = simulation.addPeer("callee", addresses: addresses?.1, configure: configured)
    for peer in [caller, callee] {
      for kind in [MediaStreamTrackKind.audio, .video] {
        let id = try peer.engine.updateModel(now: simulation.now) { model throws(WebRTCError) in
          try model.addTrack(kind, trackID: "\(peer.name)-\(kind)", streamIDs: [peer.name])
        }
        peer.attachSource(to: id, now: simulation.now)
      }
    }
    return (simulation, caller, callee)
  }

  @Test("DTLS flights that come before the answer are kept: the answer's delay costs no retransmission")
  func earlyFlights() throws {
    let (simulation, caller, callee) = try makeCall()
    simulation.signallingDelay = .milliseconds(400)
    try simulation.negotiate(caller, callee)
    simulation.run(for: .seconds(5)) { caller.connectedAt != nil && callee.connectedAt != nil }
    let connected = try #require(caller.connectedAt)
    // The answer comes after 800 ms; the handshake needs one more round trip of 50 ms, and a retransmission would add 100.
    #expect(connected - .zero < .milliseconds(960))
  }

  @Test("IC-13: peers with IPv6 alone, IPv4 alone and both connect", arguments: [0, 1, 2])
  func families(variant: Int) throws {
    func addresses(_ host: UInt64) -> [TransportAddress] {
      let v6 = TransportAddress(IPAddress(v6High: 0x2001_0DB8_0000_0000, low: host), port: 6_000)
      let v4 = TransportAddress(IPAddress(v4: 198, 51, 100, UInt8(host)), port: 6_000)
      return variant == 0 ? [v6] : variant == 1 ? [v4] : [v6, v4]
    }
    let (simulation, caller, callee) = try makeCall(addresses: (addresses(1), addresses(2)))
    try simulation.negotiate(caller, callee)
    #expect(simulation.run(for: .seconds(2)) { caller.connectedAt != nil && callee.connectedAt != nil })
  }

  @Test("JS-16: with max-compat toward a peer that declines nothing, BUNDLE leaves one transport")
  func bundled() throws {
    let (simulation, caller, callee) = try makeCall { $0.jsep.bundlePolicy = .maxCompat }
    try simulation.negotiate(caller, callee)
    simulation.run(for: .seconds(3))
    #expect(simulation.failures == [])
    #expect(caller.connectionState == .connected && callee.connectionState == .connected)
    #expect(caller.videoFrames.count > 50 && callee.audioFrames.count > 90)
  }

  @Test("IC-30: without an answer to any check the connection fails, not before 5 s and within 30 s")
  func failure() throws {
    var blackhole = NetworkImpairments.none
    blackhole.isBlackhole = true
    let (simulation, caller, callee) = try makeCall(impairments: blackhole)
    try simulation.negotiate(caller, callee)
    simulation.run(for: .seconds(40))
    let failed = try #require(caller.connectionStates.first { $0.state == .failed }?.time)
    #expect(failed - .zero > .seconds(5) && failed - .zero < .seconds(31))
  }

  @Test(
    "IC-11: a peer that vanishes is disconnected at about 5 s and failed after 30 s, and sending stops",
    arguments: [3_000, 4_300, 5_900, 8_100] as [Int64])
  func vanishing(after milliseconds: Int64) throws {
    let (simulation, caller, callee) = try makeCall()
    try simulation.negotiate(caller, callee)
    simulation.run(for: .milliseconds(milliseconds))
    callee.isAlive = false
    let vanished = simulation.now
    simulation.run(for: .seconds(40))
    #expect(simulation.failures == [])
    let states = caller.connectionStates.filter { $0.time > vanished }
    #expect(states.map(\.state) == [.disconnected, .failed])
    // After 5 s of silence, or when a check of consent, of which one goes out every 4 to 6 s, has had no answer for a second.
    #expect(states[0].time - vanished >= .seconds(5) && states[0].time - vanished < .milliseconds(7_100))
    #expect(states[1].time - vanished < .milliseconds(30_050), "the last word was on its way")
    let addresses = (caller.addresses[0].ip, callee.addresses[0].ip)
    let sent = simulation.network.statistics(from: addresses.0, to: addresses.1).sentCount
    simulation.run(for: .seconds(5))
    #expect(simulation.network.statistics(from: addresses.0, to: addresses.1).sentCount == sent)
  }

  @Test("DT-06: a certificate that matches no fingerprint fails the connection before any media flows")
  func fingerprintMismatch() throws {
    let simulation = Simulation(seed: 3, impairments: .init(delay: .milliseconds(5)))
    let caller = simulation.addPeer("caller")
    // It signals one certificate's fingerprint and shows another.
    let callee = simulation.addPeer("callee") {
      $0.jsep.fingerprints = DeterministicCertificate(seed: 77).fingerprints
    }
    for peer in [caller, callee] {
      let id = try peer.engine.updateModel(now: simulation.now) { model throws(WebRTCError) in
        try model.addTrack(.video, trackID: peer.name, streamIDs: [])
      }
      peer.attachSource(to: id, now: simulation.now)
    }
    try simulation.negotiate(caller, callee)
    simulation.run(for: .seconds(3))
    #expect(caller.connectionState == .failed)
    #expect(caller.videoFrames.isEmpty && callee.videoFrames.isEmpty)
  }

  @Test("DTLS and media from an address that has sent no valid STUN are dropped")
  func strangers() throws {
    let (simulation, caller, callee) = try makeCall()
    try simulation.negotiate(caller, callee)
    simulation.run(for: .seconds(1))
    let stranger = TransportAddress(IPAddress(v4: 203, 0, 113, 9), port: 9)
    let target = caller.addresses[0]
    for first: UInt8 in [22, 0x80, 0x90] {
      var bytes = [UInt8](repeating: 0, count: 100)
      bytes[0] = first
      bytes.withRawSpan { caller.engine.handle($0, from: stranger, to: target, now: simulation.now) }
      simulation.settle(caller)
    }
    simulation.run(for: .seconds(1))
    #expect(caller.connectionState == .connected)
    #expect(simulation.network.statistics(from: target.ip, to: stranger.ip).sentCount == 0)
  }

  @Test("Bytes of every kind and length from anywhere change nothing")
  func garbage() throws {
    let (simulation, caller, callee) = try makeCall()
    try simulation.negotiate(caller, callee)
    simulation.run(for: .seconds(1))
    let random = RandomSource.seeded(9)
    let sources = [callee.addresses[0], TransportAddress(IPAddress(v4: 203, 0, 113, 9), port: 9)]
    for first in UInt8.min...UInt8.max {
      for length in [0, 1, 2, 12, 20, 28, 60, 1_200] {
        var bytes = random.bytes(length)
        if !bytes.isEmpty { bytes[0] = first }
        for source in sources {
          bytes.withRawSpan { caller.engine.handle($0, from: source, to: caller.addresses[0], now: simulation.now) }
        }
      }
    }
    let frames = caller.videoFrames.count
    simulation.run(for: .seconds(2))
    #expect(caller.connectionState == .connected)
    #expect(caller.videoFrames.count > frames + 50)
    #expect(caller.brokenFrames == 0)
  }

  @Test("RP-14: a peer without transport-wide feedback is steered by REMB")
  func receiverEstimate() throws {
    let (simulation, caller, callee) = try makeCall { configuration in
      configuration.jsep.videoExtensions.removeAll { $0 == .transportSequenceNumber }
      configuration.jsep.audioExtensions.removeAll { $0 == .transportSequenceNumber }
      for index in configuration.jsep.videoCodecs.indices {
        configuration.jsep.videoCodecs[index].feedback.removeAll { $0 == .transportCC }
      }
    }
    try simulation.negotiate(caller, callee)
    simulation.run(for: .seconds(10))
    #expect(caller.connectionState == .connected)
    let video = caller.targets.values.filter { $0.codec?.name == "VP8" }
    #expect(video.count == 1)
    // Neither stuck at the bottom nor beyond what a receiver can vouch for.
    #expect(video.allSatisfy { $0.bitrate > .kilobitsPerSecond(200) && $0.bitrate <= .kilobitsPerSecond(600) })
    #expect(caller.videoFrames.count > 250)
  }
}

extension BitrateLimits {
  /// Few packets a second: what is tested here does not depend on the rate.
  static let modest = BitrateLimits(start: .kilobitsPerSecond(400), maximum: .kilobitsPerSecond(600))
}
