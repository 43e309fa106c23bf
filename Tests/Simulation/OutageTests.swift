import RTCBase
import RTCTestKit
import Testing

@Suite("Outages of the path")
struct OutageTests {
  private let path = NetworkImpairments(delay: .milliseconds(25))

  /// A call after five seconds, then nothing passes for a while.
  private func makeOutage(_ seconds: Int64) throws -> TestCall {
    let call = try TestCall(impairments: path)
    call.simulation.run(for: .seconds(5))
    #expect(call.isConnected)
    call.simulation.network.setAllImpairments(.blackhole)
    call.simulation.run(for: .seconds(seconds))
    return call
  }

  @Test(
    "After an outage sound is back within 200 ms and video within 500 ms and a round trip", arguments: [1, 3, 10, 20])
  func recovery(seconds: Int64) throws {
    let call = try makeOutage(seconds)
    for peer in call.peers { #expect(peer.connectionState == (seconds < 5 ? .connected : .disconnected)) }
    call.simulation.network.setAllImpairments(path)
    let end = call.simulation.now
    call.simulation.run(for: .seconds(3))
    #expect(call.simulation.failures == [])
    for peer in call.peers {
      #expect(peer.connectionState == .connected)
      #expect(try #require(peer.audioRecovery(after: end)) < .milliseconds(200))
      #expect(try #require(peer.videoRecovery(after: end)) < .milliseconds(550))
      #expect(peer.longestVideoGap(from: end, to: call.simulation.now) < .milliseconds(550))
      #expect(peer.brokenFrames == 0)
      // The old rate is there again, not found anew over a minute.
      let video = peer.targets.values.filter { $0.codec?.name == "VP8" }
      #expect(video.allSatisfy { $0.bitrate > .kilobitsPerSecond(250) })
    }
  }

  @Test("IC-06: after 35 s the call has failed and sends nothing; an ICE restart brings it back", arguments: [0, 1])
  func failure(restarting: Int) throws {
    let call = try makeOutage(35)
    let addresses = call.peers.map(\.addresses[0].ip)
    for peer in call.peers { #expect(peer.connectionState == .failed) }
    func sentCounts() -> [Int] {
      [addresses, addresses.reversed()].map { call.simulation.network.statistics(from: $0[0], to: $0[1]).sentCount }
    }
    let sent = sentCounts()
    call.simulation.run(for: .seconds(5))
    #expect(sent.allSatisfy { $0 > 0 } && sentCounts() == sent)
    call.simulation.network.setAllImpairments(path)
    let start = call.simulation.now
    try call.simulation.restartICE(by: call.peers[restarting])
    call.simulation.run(for: .seconds(5))
    #expect(call.simulation.failures == [])
    #expect(call.isConnected)
    for peer in call.peers {
      #expect(try #require(peer.audioRecovery(after: start)) < .seconds(1))
      #expect(try #require(peer.videoRecovery(after: start)) < .seconds(1))
    }
  }

  @Test("Feedback that is lost one way costs the other way's media nothing", arguments: [0, 1])
  func feedback(sender: Int) throws {
    let call = try TestCall(impairments: path)
    call.simulation.run(for: .seconds(5))
    let (from, to) = (call.peers[sender].addresses[0].ip, call.peers[1 - sender].addresses[0].ip)
    call.simulation.network.setImpairments(.blackhole, from: from, to: to)
    let start = call.simulation.now
    call.simulation.run(for: .seconds(12))
    let end = call.simulation.now
    let listener = call.peers[sender]
    #expect(listener.longestVideoGap(from: start, to: end) < .milliseconds(100))
    #expect(listener.longestAudioGap(from: start, to: end) < .milliseconds(60))
    call.simulation.network.setImpairments(path, from: from, to: to)
    call.simulation.run(for: .seconds(5))
    #expect(call.isConnected)
    #expect(try #require(call.peers[1 - sender].audioRecovery(after: end)) < .milliseconds(200))
    #expect(try #require(call.peers[1 - sender].videoRecovery(after: end)) < .milliseconds(550))
  }
}
