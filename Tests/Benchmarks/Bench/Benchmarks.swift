import CBenchmarkSupport
import NIOPosix
import RTCBase
import RTCNativeCrypto
import RTCSecurity
import WebRTC

/// The benchmarks in groups, and the limits that their results are compared with: what was measured of the libraries alone.
struct Benchmarks {
  enum Group: String, CaseIterable {
    case core, parts, sockets, data, setup, idle
  }

  private enum Limit {
    static let stack = 500.0
    static let gcm = 870.0
    static let nioReceive = 1_100.0
    static let nioSend = 1_600.0
    static let nioSegmentedSend = 440.0
    static let setUp = 900.0
    static let kilobytes = 84.0
    static let idle = 1.0
  }

  private let report = Report()
  private let certificate: any LocalCertificate
  private let crypto = OpenSSLCryptoProvider()
  private let runs = 5

  init() throws { certificate = try OpenSSLCertificate.generate() }

  func run(_ group: Group) async throws {
    switch group {
    case .core: try core()
    case .parts: try parts()
    case .sockets: try await sockets()
    case .data: try await data()
    case .setup: try await setUp()
    case .idle: try await idle()
    }
  }

  // MARK: The core

  private func core() throws {
    report.section("The core in memory, 1,200-byte packets of video: per packet")
    for (name, rate, perFrame) in [("20 Mbit/s", 20_000, 32), ("2.5 Mbit/s", 2_500, 9)] as [(String, Int64, Int)] {
      try core("\(name), without SRTP", PlainMediaCrypto(crypto), rate, perFrame, limit: Limit.stack)
      try core("\(name), GCM", crypto, rate, perFrame, limit: nil)
    }
  }

  private func core(
    _ name: String, _ crypto: any CryptoProvider, _ rate: Int64, _ packetsPerFrame: Int, limit: Double?
  ) throws {
    var path = try PacketPath(
      certificate: certificate, crypto: crypto, bitrate: .kilobitsPerSecond(rate), packetsPerFrame: packetsPerFrame)
    path.run(for: .seconds(3))
    var sending: [(nanoseconds: Double, allocations: Double)] = []
    var receiving: [(nanoseconds: Double, allocations: Double)] = []
    for _ in 0..<runs + 2 {
      path.resetCosts()
      path.run(for: .seconds(15))
      let count = Double(path.packets)
      sending.append((Double(path.sending.nanoseconds) / count, Double(path.sending.allocations) / count))
      receiving.append((Double(path.receiving.nanoseconds) / count, Double(path.receiving.allocations) / count))
    }
    let batch = (Double(path.packets) / Double(max(path.batches, 1)) * 10).rounded() / 10
    report.add(
      "received, \(name)", Measurement(receiving.map(\.nanoseconds)), unit: "ns", limit: limit,
      note: "\(batch) packets a batch")
    report.add("sent, \(name)", Measurement(sending.map(\.nanoseconds)), unit: "ns", limit: limit)
    guard bench_counts_allocations() else { return }
    report.add("received, \(name)", Measurement(receiving.map(\.allocations)), unit: "allocations")
    report.add("sent, \(name)", Measurement(sending.map(\.allocations)), unit: "allocations")
  }

  // MARK: Parts

  private func parts() throws {
    report.section("Parts alone, warm: per packet")
    let parts = PartBenchmarks()
    add("RTP header and extensions, parsed", parts.parse())
    for profile in [SRTPProfile.aeadAES128GCM, .aes128CMSHA1_80] {
      let limit = profile == .aeadAES128GCM ? Limit.gcm : nil
      let costs = try parts.srtp(profile, crypto)
      add("\(profile.name), protected", costs.protect, limit: limit)
      add("\(profile.name), unprotected", costs.unprotect, limit: limit)
    }
    add("receive stream: loss, NACK, frames, jitter buffer", parts.receiveStream())
    add("send stream, pacer, retransmission cache", parts.sendStream())
  }

  private func add(_ name: String, _ cost: PartBenchmarks.Cost, limit: Double? = nil) {
    report.add(name, cost.nanoseconds, unit: "ns", limit: limit)
    if bench_counts_allocations() { report.add(name, cost.allocations, unit: "allocations") }
  }

  // MARK: Sockets

  private func sockets() async throws {
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 2)
    let loops = (group.next(), group.next())
    report.section("Ports over loopback without an engine, 1,200 bytes: per datagram")
    let port = try await PortBenchmark(on: loops)
    for (burst, limit) in [(1, Limit.nioSend), (8, Limit.nioSegmentedSend), (32, nil)] as [(Int, Double?)] {
      var results: [PortBenchmark.Result] = []
      for _ in 0..<runs { results.append(try await port.measure(burst: burst, bursts: 300)) }
      let name = burst == 1 ? "1 a flush" : "\(burst) a flush"
      report.add("sent, \(name)", Measurement(results.map(\.sending)), unit: "ns", limit: limit)
      report.add(
        "received, \(name)", Measurement(results.map(\.receiving)), unit: "ns",
        limit: burst == 1 ? nil : Limit.nioReceive)
    }
    try await port.close()
    report.section("The whole stack over loopback, GCM, 1,200-byte packets of video: per packet")
    for (name, rate, perFrame) in [
      ("200 Mbit/s", 200_000, 64), ("20 Mbit/s", 20_000, 32), ("2.5 Mbit/s", 2_500, 9),
    ] as [(String, Int64, Int)] {
      let bitrate = Bitrate.kilobitsPerSecond(rate)
      let call = try await SocketCall.connect(
        certificate: certificate, bitrate: bitrate * 1.5, kinds: [.video], on: loops)
      let path = SocketPath(call: call, bitrate: bitrate, packetsPerFrame: perFrame)
      try await path.start()
      _ = try await path.measure(for: .milliseconds(300))
      var results: [SocketPath.Result] = []
      for _ in 0..<runs { results.append(try await path.measure(for: .milliseconds(1_000))) }
      try await path.stop()
      let joined = Measurement(results.map(\.datagramsPerWrite))
      report.add(
        "received, \(name)", Measurement(results.map(\.receiving)), unit: "ns",
        limit: Limit.nioReceive + Limit.gcm + Limit.stack)
      report.add(
        "sent, \(name)", Measurement(results.map(\.sending)), unit: "ns",
        limit: Limit.nioSegmentedSend + Limit.gcm + Limit.stack,
        note: "\((joined.median * 10).rounded() / 10) packets a write")
      try await call.close()
    }
    try await group.shutdownGracefully()
  }

  // MARK: Data channels

  private func data() async throws {
    report.section("Data channels of RTCPeerConnection over loopback, both ends in this process")
    let call = try await DataCall.connect()
    let benchmarks = DataBenchmarks(call: call)
    _ = try await benchmarks.throughput(size: 16_384, bytes: 32 << 20)
    var results: [(perCPUSecond: Double, perSecond: Double)] = []
    for _ in 0..<runs { results.append(try await benchmarks.throughput(size: 16_384, bytes: 128 << 20)) }
    report.add("16 KiB messages, one way", Measurement(results.map(\.perCPUSecond)), unit: "MB per CPU second")
    report.add("16 KiB messages, one way", Measurement(results.map(\.perSecond)), unit: "MB/s")
    for onEventLoops in [false, true] {
      var times: [Double] = []
      for _ in 0..<runs {
        times.append(try await benchmarks.roundTrip(size: 64, count: 2_000, onEventLoops: onEventLoops))
      }
      let name = "64 bytes and their echo" + (onEventLoops ? ", on event loops" : "")
      report.add(name, Measurement(times), unit: "us")
    }
    await call.close()
  }

  // MARK: Connections

  private func setUp() async throws {
    report.section("Set-up of audio and video, both ends")
    let connections = ConnectionBenchmarks(certificate: certificate, crypto: crypto)
    addSetUp("in memory, certificate reused", try connections.setUpInMemory(runs: runs, calls: 50))
    let shared = try await RTCPeerConnection.generateCertificate()
    addSetUp(
      "RTCPeerConnection over sockets, certificate reused",
      try await connections.setUpOverSockets(certificate: shared, runs: runs, calls: 20))
    addSetUp(
      "RTCPeerConnection over sockets, certificates of their own",
      try await connections.setUpOverSockets(certificate: nil, runs: runs, calls: 20))
  }

  private func addSetUp(_ name: String, _ microseconds: Measurement) {
    report.add(name, microseconds, unit: "CPU us", limit: Limit.setUp)
    report.add(name, Measurement(microseconds.values.map { 1e6 / $0 }), unit: "set-ups per CPU second")
  }

  private func idle() async throws {
    report.section("Idle connections: connected, audio and video sections, no media")
    let connections = ConnectionBenchmarks(certificate: certificate, crypto: crypto)
    let idle = try await connections.idle(connections: 100, runs: runs, span: .seconds(2))
    report.add(
      "memory of a connection", Measurement([idle.bytesPerConnection / 1_000]), unit: "kB", limit: Limit.kilobytes)
    report.add("CPU time of 100", idle.load, unit: "ms/s", limit: Limit.idle)
    let wakeUps = try connections.wakeUps(over: .seconds(120))
    report.add("datagrams sent by one", Measurement([wakeUps.datagrams]), unit: "a second")
    for entry in wakeUps.reasons {
      report.add("wake-ups of one, \(entry.reason)", Measurement([entry.rate]), unit: "a second")
    }
  }
}
