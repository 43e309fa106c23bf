import CBenchmarkSupport
import RTCTestKit

/// Calls in virtual time that are too long for the tests.
struct LongSimulations: Sendable {
  /// What ten minutes of a call may cost, in seconds of CPU.
  private static let costLimit = 20.0

  let ledger: Ledger
  let report: @Sendable (String) -> Void

  func run() {
    do {
      try lossyCall()
      for drift in [500, -500] { try driftingClocks(drift) }
    } catch {
      ledger.add("a simulated call was not made: \(error)")
    }
  }

  /// Ten minutes at 3 % loss, twice: the same in every bit, and quick.
  private func lossyCall() throws {
    var hashes: Set<UInt64> = []
    for _ in 0..<2 {
      let simulation = Simulation(seed: 11, impairments: .init(delay: .milliseconds(25), loss: 0.03))
      simulation.hashesTraffic = true
      let peers = ["caller", "callee"].map { simulation.addPeer($0) }
      let start = bench_thread_cpu()
      try simulation.connect(peers[0], peers[1])
      simulation.run(for: .seconds(600))
      let cost = Double(bench_thread_cpu() - start) / 1e9
      hashes.insert(simulation.trafficHash)
      let frames = peers.map(\.videoArrivals.count)
      let concealed = peers.map { ($0.audioConcealment * 1_000).rounded() / 10 }
      report("ten minutes at 3 % loss: \(round(cost)) s of CPU, \(frames) pictures, \(concealed) % concealed")
      if cost > Self.costLimit { ledger.add("ten simulated minutes need \(cost) s of CPU") }
      if frames.contains(where: { $0 < 17_400 }) { ledger.add("\(frames) pictures came of a simulated call") }
      if peers.contains(where: { $0.brokenFrames > 0 }) { ledger.add("pictures of a simulated call are broken") }
      check(simulation)
    }
    if hashes.count != 1 { ledger.add("the same simulation, run twice, is not the same") }
  }

  /// An hour with clocks that differ: the delay neither grows nor runs out.
  private func driftingClocks(_ partsPerMillion: Int) throws {
    let simulation = Simulation(seed: 1, impairments: .init(delay: .milliseconds(25)))
    let peers = ["steady", "drifting"].map { simulation.addPeer($0) }
    peers[1].clockDrift = partsPerMillion
    try simulation.connect(peers[0], peers[1], sending: [.audio])
    simulation.run(for: .seconds(3_600))
    for peer in peers {
      let concealed = (peer.audioConcealment * 10_000).rounded() / 100
      let arrivals = peer.audioArrivals.drop { $0 < .seconds(2) }
      let gap = zip(arrivals, arrivals.dropFirst()).map { $1 - $0 }.max() ?? .seconds(3_600)
      report(
        "an hour at \(partsPerMillion) ppm, \(peer.name): \(concealed) % concealed, longest gap "
          + "\(Int(gap / .milliseconds(1))) ms")
      if concealed >= 1 { ledger.add("\(concealed) % of the sound are concealed at \(partsPerMillion) ppm") }
      if gap >= .milliseconds(120) { ledger.add("a gap of \(gap) at \(partsPerMillion) ppm") }
    }
    check(simulation)
  }

  private func round(_ value: Double) -> Double { (value * 10).rounded() / 10 }

  private func check(_ simulation: Simulation) {
    for failure in simulation.failures { ledger.add("simulation: \(failure)") }
    if simulation.peers.contains(where: { $0.connectionState != .connected }) {
      ledger.add("a simulated call is not connected in the end")
    }
  }
}
