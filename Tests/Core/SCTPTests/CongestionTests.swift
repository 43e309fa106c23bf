import RTCBase
import Testing

@testable import RTCSCTP

@Suite("Congestion control") struct CongestionTests {
  private func link(_ megabits: Double?, oneWay: TimeDelta, queue: TimeDelta = .milliseconds(60), loss: Double = 0)
    -> EmulatedLink.Properties
  {
    let rate = megabits.map { Bitrate.kilobitsPerSecond(Int64($0 * 1_000)) }
    return EmulatedLink.Properties(
      rate: rate, delay: oneWay, loss: loss, queueLimit: rate?.byteCount(in: queue) ?? 1 << 20)
  }

  @Test("SC-06: a link of 18 Mbit/s is filled") func fillsLink() {
    var simulation = SCTPSimulation.connected(link: link(18, oneWay: .milliseconds(15)))
    let rate = simulation.throughput(after: .seconds(2), over: .seconds(6))[0]
    #expect(rate >= 16 && rate <= 18)
  }

  @Test("SC-06: one packet in a hundred lost at 60 ms leaves 1.5 Mbit/s or more") func lossy() {
    var simulation = SCTPSimulation.connected(link: link(nil, oneWay: .milliseconds(30), loss: 0.01))
    let rate = simulation.throughput(after: .seconds(2), over: .seconds(30))[0]
    #expect(rate >= 1.5)
  }

  @Test("SC-06: 20 Mbit/s at 100 ms are used to 70 % and more") func longPath() {
    var simulation = SCTPSimulation.connected(link: link(20, oneWay: .milliseconds(50)))
    let rate = simulation.throughput(after: .seconds(1), over: .seconds(10))[0]
    #expect(rate >= 14)
  }

  @Test("SC-06: two associations share a link fairly") func fairness() {
    var simulation = SCTPSimulation.connected(link: link(10, oneWay: .milliseconds(20)), count: 2)
    _ = simulation.saturate([0], for: .seconds(5))
    let rates = simulation.throughput([0, 2], after: .seconds(10), over: .seconds(20))
    #expect(rates[0] + rates[1] >= 8.5)
    #expect(min(rates[0], rates[1]) >= 0.6 * max(rates[0], rates[1]))
  }

  @Test("SC-05 DC-09: a short message overtakes a long one on another stream") func overtaking() {
    let link = link(10, oneWay: .milliseconds(20), queue: .milliseconds(40))
    var simulation = SCTPSimulation.connected(link: link) { _, configuration in
      configuration.maximumMessageSize = 4 << 20
    }
    simulation.send(TransferTests.pattern(4 << 20), stream: 1)
    for wait in [1, 50, 200, 500, 900, 1_000] as [Int64] {
      simulation.run(for: .milliseconds(wait))
      simulation.send(TransferTests.pattern(10), stream: 3)
      let start = simulation.now
      var received: [SCTPReceivedMessage] = []
      simulation.run(for: .seconds(1), each: { received += $0.receive() }, until: { _ in !received.isEmpty })
      #expect(received.first?.payload.count == 10)
      #expect(simulation.now - start <= .milliseconds(70), "after \(wait) ms")
    }
    let isLongComplete = simulation.run(
      for: .seconds(5), until: { $0.endpoints[0].statistics.unacknowledgedChunks == 0 })
    #expect(isLongComplete)
    let long = simulation.receive()
    #expect(long.map(\.payload.count) == [4 << 20])
  }
}
