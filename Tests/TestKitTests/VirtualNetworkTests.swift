import RTCBase
import RTCTestKit
import Testing

@Suite("Virtual network")
struct VirtualNetworkTests {
  private let a = TransportAddress(IPAddress(v4: 192, 0, 2, 1), port: 1_000)
  private let b = TransportAddress(IPAddress(v4: 192, 0, 2, 2), port: 2_000)

  /// Sends numbered datagrams, one each `gap`, and gives what arrives.
  private func run(
    _ network: inout VirtualNetwork, count: Int, size: Int = 100, gap: TimeDelta = .milliseconds(1),
    from: TransportAddress? = nil, to: TransportAddress? = nil
  ) -> [VirtualNetwork.Delivery] {
    for number in 0..<count {
      var bytes = [UInt8](repeating: 0, count: max(size, 2))
      bytes[0] = UInt8(number >> 8)
      bytes[1] = UInt8(truncatingIfNeeded: number)
      network.send(bytes, from: from ?? a, to: to ?? b, now: .zero + gap * Int64(number))
    }
    var deliveries: [VirtualNetwork.Delivery] = []
    while let time = network.nextEventTime {
      while let delivery = network.receive(now: time) { deliveries.append(delivery) }
    }
    return deliveries
  }

  private func numbers(_ deliveries: [VirtualNetwork.Delivery]) -> [Int] {
    deliveries.map { Int($0.bytes[0]) << 8 | Int($0.bytes[1]) }
  }

  @Test("A perfect path delivers everything at once and in order")
  func perfect() {
    var network = VirtualNetwork(seed: 1)
    let deliveries = run(&network, count: 100)
    #expect(numbers(deliveries) == Array(0..<100))
    #expect(deliveries[7].time == .zero + .milliseconds(7))
    #expect(deliveries[0].from == a && deliveries[0].to == b)
    #expect(network.nextEventTime == nil && network.receive(now: .distantFuture) == nil)
  }

  @Test("Nothing arrives before its time")
  func delay() {
    var network = VirtualNetwork(seed: 1, impairments: .init(delay: .milliseconds(50)))
    network.send([1], from: a, to: b, now: .zero)
    #expect(network.nextEventTime == .zero + .milliseconds(50))
    #expect(network.receive(now: .zero + .milliseconds(49)) == nil)
    #expect(network.receive(now: .zero + .milliseconds(50))?.bytes == [1])
  }

  @Test("Jitter varies the delay within its bounds and keeps the order")
  func jitter() {
    var network = VirtualNetwork(seed: 1, impairments: .init(delay: .milliseconds(50), jitter: .milliseconds(30)))
    let deliveries = run(&network, count: 500)
    #expect(numbers(deliveries) == Array(0..<500))
    let delays = deliveries.enumerated().map { ($1.time - .zero).milliseconds - Double($0) }
    #expect(delays.allSatisfy { (50..<80.1).contains($0) })
    #expect(Set(delays).count > 100)
  }

  @Test("Loss takes its share, alone or in bursts", arguments: [1.0, 5.0])
  func loss(burst: Double) {
    var impairments = NetworkImpairments(loss: 0.2)
    if burst > 1 {
      impairments = NetworkImpairments(); impairments.bursts = LossBursts(share: 0.2, averageLength: burst)
    }
    var network = VirtualNetwork(seed: 3, impairments: impairments)
    let arrived = numbers(run(&network, count: 20_000))
    #expect(abs(Double(arrived.count) / 20_000 - 0.8) < 0.02)
    // Runs of lost datagrams per lost datagram.
    let gaps = zip(arrived, arrived.dropFirst()).map { $1 - $0 - 1 }.filter { $0 > 0 }
    let average = Double(gaps.reduce(0, +)) / Double(gaps.count)
    #expect(abs(average - (burst == 1 ? 1.25 : 5)) < 0.5)
    let statistics = network.statistics(from: a.ip, to: b.ip)
    #expect(statistics.sentCount == 20_000 && statistics.arrivedCount == arrived.count)
  }

  @Test("Reordered datagrams are overtaken, duplicated ones come twice")
  func disorder() {
    var impairments = NetworkImpairments(delay: .milliseconds(5))
    impairments.reordering = 0.1
    impairments.duplication = 0.1
    var network = VirtualNetwork(seed: 5, impairments: impairments)
    let arrived = numbers(run(&network, count: 2_000))
    #expect(Set(arrived) == Set(0..<2_000))
    #expect((2_100..<2_300).contains(arrived.count))
    #expect(zip(arrived, arrived.dropFirst()).contains { $1 < $0 })
  }

  @Test("A bottleneck spaces datagrams by its rate and drops what its queue cannot hold")
  func bottleneck() {
    // 1,000 bytes with headers take 8 ms.
    let impairments = NetworkImpairments(rate: 1_000_000, queueLimit: 10_000)
    var network = VirtualNetwork(seed: 1, impairments: impairments)
    for number in 0..<30 { network.send([UInt8](repeating: UInt8(number), count: 972), from: a, to: b, now: .zero) }
    #expect(network.queueingDelay(from: a.ip, to: b.ip, now: .zero) == .milliseconds(80))
    var times: [TimeDelta] = []
    while let time = network.nextEventTime, network.receive(now: time) != nil { times.append(time - .zero) }
    #expect(times == (1...10).map { .milliseconds(8 * $0) })
    #expect(network.statistics(from: a.ip, to: b.ip).queueDropCount == 20)
    // Below its rate nothing waits.
    network.send([UInt8](repeating: 0, count: 972), from: a, to: b, now: .zero + .seconds(1))
    #expect(network.nextEventTime == .zero + .milliseconds(1_008))
  }

  @Test("Each direction has its own impairments; large datagrams and blackholes swallow theirs")
  func directions() {
    var network = VirtualNetwork(seed: 1)
    var blackhole = NetworkImpairments.none
    blackhole.isBlackhole = true
    network.setImpairments(blackhole, from: a.ip, to: b.ip)
    var small = NetworkImpairments.none
    small.maximumDatagramSize = 100
    network.setImpairments(small, from: b.ip, to: a.ip)
    #expect(run(&network, count: 10).isEmpty)
    #expect(run(&network, count: 10, size: 101, from: b, to: a).isEmpty)
    #expect(run(&network, count: 10, size: 100, from: b, to: a).count == 10)
    network.setImpairments(.none, between: a.ip, and: b.ip)
    #expect(run(&network, count: 10).count == 10)
  }

  @Test("A rebound address is seen and reached at its new place only")
  func rebinding() {
    var network = VirtualNetwork(seed: 1, impairments: .init(delay: .milliseconds(10)))
    let first = TransportAddress(IPAddress(v4: 203, 0, 113, 1), port: 7_000)
    let second = TransportAddress(IPAddress(v4: 203, 0, 113, 1), port: 7_001)
    func receive(_ time: Int64) -> VirtualNetwork.Delivery? { network.receive(now: .zero + .milliseconds(time)) }
    network.rebind(a, to: first)
    network.send([1], from: a, to: b, now: .zero)
    let out = receive(10)
    #expect(out?.from == first && out?.to == b)
    network.send([2], from: b, to: first, now: .zero)
    let back = receive(10)
    #expect(back?.from == b && back?.to == a && back?.bytes == [2])
    // On its way when the binding changes.
    network.send([3], from: b, to: first, now: .zero)
    network.rebind(a, to: second)
    #expect(receive(20) == nil)
    network.send([4], from: b, to: first, now: .zero)
    network.send([5], from: b, to: a, now: .zero)
    network.send([6], from: b, to: second, now: .zero)
    #expect(receive(20)?.bytes == [6])
    #expect(receive(30) == nil)
    #expect(network.undeliverableCount == 3)
    network.send([7], from: a, to: b, now: .zero)
    #expect(receive(30)?.from == second)
  }

  @Test("The same seed gives the same arrivals, whatever other hosts do; another seed gives others")
  func reproducible() {
    var impairments = NetworkImpairments(delay: .milliseconds(20), jitter: .milliseconds(20), loss: 0.1)
    impairments.reordering = 0.05
    impairments.duplication = 0.05
    let other = TransportAddress(IPAddress(v6High: 0x2001_0DB8_0000_0000, low: 7), port: 5)
    func arrivals(seed: UInt64, disturbed: Bool) -> [VirtualNetwork.Delivery] {
      var network = VirtualNetwork(seed: seed, impairments: impairments)
      if disturbed { _ = run(&network, count: 50, from: other, to: b) }
      return run(&network, count: 500)
    }
    let once = arrivals(seed: 9, disturbed: false)
    #expect(once == arrivals(seed: 9, disturbed: false))
    #expect(once == arrivals(seed: 9, disturbed: true))
    #expect(once != arrivals(seed: 10, disturbed: false))
  }

  @Test("The clock goes forward only")
  func clock() {
    var clock = VirtualClock()
    clock.advance(by: .milliseconds(5))
    clock.advance(to: .zero + .milliseconds(3))
    #expect(clock.now == .zero + .milliseconds(5))
    clock.advance(to: .zero + .seconds(1))
    #expect(clock.now == .zero + .seconds(1))
  }
}
