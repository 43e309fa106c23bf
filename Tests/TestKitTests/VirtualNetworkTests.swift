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

  @Test(
    "Jitter is spread evenly over its range at every rate, and keeps the order",
    arguments: [50, 130, 1_000], [UInt64(1), 2])
  func jitter(rate: Int, seed: UInt64) throws {
    var network = VirtualNetwork(seed: seed, impairments: .init(delay: .milliseconds(50), jitter: .milliseconds(100)))
    let gap = TimeDelta.seconds(1) / Int64(rate)
    // Ten minutes, or as many datagrams as have numbers of their own.
    let count = min(600 * rate, 65_536)
    let deliveries = run(&network, count: count, gap: gap)
    #expect(numbers(deliveries) == Array(0..<count))
    let delays = deliveries.enumerated().map { ($1.time - (.zero + gap * Int64($0))).milliseconds - 50 }
    #expect(delays.allSatisfy { (0..<100.001).contains($0) })
    let mean = delays.reduce(0, +) / Double(count)
    let deviation = (delays.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count)).squareRoot()
    #expect(abs(mean - 50) < 2.5)
    // Of a uniform distribution: the width over the square root of 12.
    #expect(abs(deviation - 28.87) < 1)
    let sorted = delays.sorted()
    for percentile in [1, 5, 25, 50, 75, 95, 99] {
      #expect(abs(sorted[count * percentile / 100] - Double(percentile)) < 4, "percentile \(percentile)")
    }
    // It is no slow wave: a fifth of a second later little is left of what was.
    let lag = rate / 5
    let covariance = zip(delays, delays.dropFirst(lag)).reduce(0) { $0 + ($1.0 - mean) * ($1.1 - mean) } / Double(count)
    #expect(abs(covariance / (deviation * deviation)) < 0.5)
  }

  @Test("Jitter begins anew after a pause, and changes of the path overtake nothing")
  func jitterOverPauses() {
    var network = VirtualNetwork(seed: 1, impairments: .init(jitter: .milliseconds(100)))
    var delays: [Double] = []
    for pause in 0..<1_000 {
      let time = MonotonicTime.zero + .seconds(3_600) * Int64(pause)
      network.send([1], from: a, to: b, now: time)
      delays.append(((network.receive(now: .distantFuture)?.time ?? time) - time).milliseconds)
    }
    let sorted = delays.sorted()
    for percentile in [10, 50, 90] { #expect(abs(sorted[percentile * 10] - Double(percentile)) < 5) }
    let start = MonotonicTime.zero + .seconds(3_600_000)
    for number in UInt8(0)..<200 {
      network.setAllImpairments(.init(jitter: .milliseconds(number % 2 == 0 ? 100 : 1)))
      network.send([number], from: a, to: b, now: start + .milliseconds(Int64(number)))
    }
    var arrived: [UInt8] = []
    while let delivery = network.receive(now: .distantFuture) { arrived.append(delivery.bytes[0]) }
    #expect(arrived == Array(0..<200))
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

  @Test("Bursts lose their share, and what is between them loses its own", arguments: [UInt64(3), 4])
  func burstsThatLosePart(seed: UInt64) throws {
    // A third of all in bursts of ten, of which three in five are lost; of the others one in fifty.
    var impairments = NetworkImpairments(loss: 0.02)
    impairments.bursts = LossBursts(share: 1.0 / 3, averageLength: 10, loss: 0.6)
    var network = VirtualNetwork(seed: seed, impairments: impairments)
    let count = 60_000
    let arrived = Set(numbers(run(&network, count: count)))
    let isLost = (0..<count).map { !arrived.contains($0) }
    func share(_ indices: [Int]) -> Double {
      Double(indices.filter { isLost[$0] }.count) / Double(max(1, indices.count))
    }
    let all = Array(0..<count)
    #expect(abs(share(all) - (0.6 / 3 + 0.02 * 2 / 3)) < 0.015)
    // The model's covariance of losses at a distance: (difference of losses)² · share · (1 - share) · (persistence of the state)^distance.
    let persistence = 1 - 1 / 10.0 - (1.0 / 3) / 10 / (2.0 / 3)
    let mean = share(all)
    for distance in [1, 2, 5, 10] {
      let both = zip(isLost, isLost.dropFirst(distance)).filter { $0 && $1 }.count
      let covariance = Double(both) / Double(count - distance) - mean * mean
      var expected = 0.58 * 0.58 * (1.0 / 3) * (2.0 / 3)
      for _ in 0..<distance { expected *= persistence }
      #expect(abs(covariance - expected) < 0.006, "at a distance of \(distance)")
    }
    // After forty arrivals in a row one is hardly in a burst.
    let after = all.filter { $0 >= 41 && $0 < count - 1 && !isLost[$0 - 41..<$0].contains(true) }
    #expect((0.02..<0.1).contains(share(after)) && after.count > 1_000)
  }

  @Test("A share of all in bursts is one burst without end; none is none")
  func burstsAtTheEnds() {
    for (share, expected) in [(1.0, 0.7), (0.0, 0.9)] {
      var impairments = NetworkImpairments(loss: 0.1)
      impairments.bursts = LossBursts(share: share, averageLength: 4, loss: 0.3)
      var network = VirtualNetwork(seed: 5, impairments: impairments)
      let arrived = run(&network, count: 20_000).count
      #expect(abs(Double(arrived) / 20_000 - expected) < 0.015)
    }
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
