import Glibc
import RTCBase
import RTCTestKit

/// A call of sound and pictures both ways, at the full bitrate, of which every path loses 3 %.
package struct LossyCall {
  package let span: TimeDelta
  /// Processor time that it took, in seconds.
  package let cost: Double
  /// Of every datagram with its time and addresses.
  package let trafficHash: UInt64
  package let pictures: [Int]
  package let brokenFrames: [Int]
  /// Share of the sound.
  package let concealed: [Double]
  package let failures: [String]

  /// How long a test lets it last: ten minutes as it is built for use, and half a minute of unoptimised code, which needs about
  /// forty times as much of the processor.
  package static var span: TimeDelta { .seconds(slowness == 1 ? 600 : 30) }
  #if DEBUG
    /// A sanitizer, of which `make sanitize` tells, takes some ten times as much again.
    private static let slowness = getenv("RTC_SANITIZED") == nil ? 40.0 : 400.0
  #else
    private static let slowness = 1.0
  #endif
  /// What ten minutes may cost, in seconds.
  private static let costOfTenMinutes = 20.0

  package init(seed: UInt64 = 11, span: TimeDelta = Self.span) throws {
    self.span = span
    let simulation = Simulation(seed: seed, impairments: .init(delay: .milliseconds(25), loss: 0.03))
    simulation.hashesTraffic = true
    let peers = ["caller", "callee"].map { simulation.addPeer($0) }
    let start = CPUTime.ofThread
    try simulation.connect(peers[0], peers[1])
    simulation.run(for: span)
    cost = CPUTime.ofThread - start
    trafficHash = simulation.trafficHash
    pictures = peers.map(\.videoFrames.count)
    brokenFrames = peers.map(\.brokenFrames)
    concealed = peers.map(\.audioConcealment)
    failures =
      simulation.failures + peers.filter { $0.connectionState != .connected }.map { "\($0.name) is not connected" }
  }

  /// What was not as it has to be.
  package var problems: [String] {
    var problems = failures
    if pictures.contains(where: { Double($0) < 29 * span.seconds }) { problems.append("\(pictures) pictures came") }
    if brokenFrames.contains(where: { $0 > 0 }) { problems.append("\(brokenFrames) pictures are broken") }
    if concealed.contains(where: { $0 > 0.04 }) { problems.append("\(concealed) of the sound is made up") }
    let limit = Self.costOfTenMinutes * Self.slowness * span.seconds / 600
    if cost > limit { problems.append("it cost \(cost) s of CPU, more than \(limit)") }
    return problems
  }

  package var report: String {
    let share = concealed.map { "\(($0 * 1_000).rounded() / 10) %" }.joined(separator: " and ")
    return "\(Int(span.seconds)) s at 3 % loss: \((cost * 10).rounded() / 10) s of CPU, \(pictures) pictures, "
      + "\(share) made up"
  }
}
