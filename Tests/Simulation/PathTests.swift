import RTCBase
import RTCCongestion
import RTCEngine
import RTCNativeCrypto
import RTCSecurity
import RTCTestKit
import Testing
import WebRTCTypes

@Suite("Calls over paths of every kind")
struct PathTests {
  private func path(_ call: TestCall, from sender: Int) -> LinkStatistics {
    let addresses = call.peers.map(\.addresses[0].ip)
    return call.simulation.network.statistics(from: addresses[sender], to: addresses[1 - sender])
  }

  @Test(
    "Losses in bursts of five packets on average cost pictures no key frame and sound not much more than themselves")
  func bursts() throws {
    var impairments = NetworkImpairments(delay: .milliseconds(25))
    impairments.bursts = LossBursts(share: 0.03, averageLength: 5)
    let call = try TestCall(impairments: impairments)
    call.simulation.run(for: .seconds(60))
    #expect(call.simulation.failures == [])
    #expect(call.isConnected)
    for (number, peer) in call.peers.enumerated() {
      let path = path(call, from: number)
      let share = Double(path.lostCount) / Double(path.sentCount)
      #expect(share > 0.02 && share < 0.045)
      #expect(peer.brokenFrames == 0)
      #expect(peer.videoFrames.count > 1_740)
      #expect(peer.keyFrameRequests <= 2)
      #expect(peer.audioConcealment < 0.05)
      #expect(peer.longestVideoGap(from: .zero + .seconds(3), to: call.simulation.now) < .milliseconds(400))
      #expect(peer.longestAudioGap(from: .zero + .seconds(3), to: call.simulation.now) < .milliseconds(500))
    }
  }

  @Test("Behind 500 kbit/s and 64 kB of queue the rate settles below, the queue stays short and sound is whole")
  func bottleneck() throws {
    let call = try TestCall(
      impairments: .init(delay: .milliseconds(25), rate: 500_000, queueLimit: 64_000),
      configure: { $0.bitrateLimits = BitrateLimits() })
    // It begins at more than twice the rate.
    call.simulation.run(for: .seconds(15))
    #expect((0...1).allSatisfy { path(call, from: $0).queueDropCount > 0 })
    let addresses = call.peers.map(\.addresses[0].ip)
    let concealed = call.peers.map { ($0.concealedTicks, $0.playedTicks) }
    let before = (0...1).map { path(call, from: $0) }
    var delays: [[Double]] = [[], []]
    var rates: [[Double]] = [[], []]
    for _ in 0..<450 {
      call.simulation.run(for: .milliseconds(100))
      let now = call.simulation.now
      for number in 0...1 {
        delays[number].append(
          call.simulation.network.queueingDelay(from: addresses[number], to: addresses[1 - number], now: now)
            .milliseconds)
        let pairs = call.peers[number].engine.makeStatistics(now: now).pairs
        rates[number].append(pairs.compactMap(\.availableOutgoingBitrate).max() ?? 0)
      }
    }
    #expect(call.simulation.failures == [])
    #expect(call.isConnected)
    for (number, peer) in call.peers.enumerated() {
      let path = path(call, from: number)
      // It feels its way up again and again, and is back before the queue is long: 64 kB are a second.
      let (mean, highest) = (rates[number].reduce(0, +) / 450, rates[number].max() ?? 0)
      #expect(mean < 500_000 && highest < 600_000, "\(mean) and at most \(highest) bit/s")
      let sent = Double((path.sentBytes - before[number].sentBytes) * 8) / 45
      #expect(sent > 400_000 && sent < 500_000, "\(sent) bit/s are used")
      let (delay, longest) = (delays[number].reduce(0, +) / 450, delays[number].max() ?? 0)
      #expect(delay < 50 && longest < 150, "\(delay) and at most \(longest) ms of queue")
      #expect(path.queueDropCount == before[number].queueDropCount)
      let played = Double(peer.playedTicks - concealed[number].1)
      #expect(Double(peer.concealedTicks - concealed[number].0) < 0.01 * played)
      #expect(peer.longestVideoGap(from: .zero + .seconds(15), to: call.simulation.now) < .milliseconds(300))
      #expect(peer.brokenFrames == 0)
    }
  }

  @Test("No datagram of a call is larger than 1,200 bytes, whatever the crypto", arguments: [false, true])
  func datagramSize(isNative: Bool) throws {
    var impairments = NetworkImpairments(delay: .milliseconds(25), loss: 0.02)
    impairments.maximumDatagramSize = 1_200
    let simulation =
      isNative
      ? Simulation(seed: 4, impairments: impairments, crypto: OpenSSLCryptoProvider())
      : Simulation(seed: 4, impairments: impairments)
    let call = try TestCall(
      simulation: simulation,
      certificates: isNative ? [try OpenSSLCertificate.generate(), try OpenSSLCertificate.generate()] : nil,
      configure: { $0.bitrateLimits = BitrateLimits(start: .kilobitsPerSecond(2_500)) })
    var largest = 0
    call.simulation.onDatagram = { bytes, _, _ in largest = max(largest, bytes.count) }
    let connected = call.connect()
    call.simulation.run(for: .seconds(10))
    #expect(connected != nil)
    #expect(largest > 1_100 && largest <= 1_200)
    for (number, peer) in call.peers.enumerated() {
      #expect(path(call, from: number).blockedCount == 0)
      #expect(peer.brokenFrames == 0)
      #expect(peer.videoFrames.count > 270)
      #expect(peer.audioFrames.count > 450)
    }
  }

  @Test("Datagrams that arrive twice are played once")
  func duplication() throws {
    var impairments = NetworkImpairments(delay: .milliseconds(25), jitter: .milliseconds(10))
    impairments.duplication = 0.2
    let call = try TestCall(impairments: impairments)
    call.simulation.run(for: .seconds(20))
    #expect(call.simulation.failures == [])
    #expect(call.isConnected)
    for (number, peer) in call.peers.enumerated() {
      #expect(path(call, from: number).duplicatedCount > 100)
      #expect(peer.brokenFrames == 0)
      #expect(peer.videoFrames.count > 580)
      let counters = peer.audioFrames.map(\.counter)
      #expect(zip(counters, counters.dropFirst()).allSatisfy { $1 == $0 + 1 })
      #expect(peer.audioConcealment < 0.005)
      #expect(peer.keyFrameRequests <= 1)
    }
  }
}
