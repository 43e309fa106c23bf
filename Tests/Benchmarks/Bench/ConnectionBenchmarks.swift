import CBenchmarkSupport
import NIOCore
import RTCBase
import RTCSecurity
import WebRTC
import WebRTCTypes

/// Two connections of the public API over loopback sockets, with audio and video sections and no media.
struct PublicCall {
  let caller: RTCPeerConnection
  let callee: RTCPeerConnection

  /// Returns when both are connected.
  static func connect(certificate: RTCCertificate?) async throws -> PublicCall {
    var configuration = RTCConfiguration()
    if let certificate { configuration.certificates = [certificate] }
    let options = RTCPeerConnectionOptions(network: .loopbackOnly)
    let call = PublicCall(
      caller: try RTCPeerConnection(configuration: configuration, options: options),
      callee: try RTCPeerConnection(configuration: configuration, options: options))
    for kind in [MediaStreamTrackKind.audio, .video] { try await call.caller.addTransceiver(kind) }
    try await call.caller.setLocalDescription()
    await call.caller.waitForGathering()
    guard let offer = call.caller.localDescription else { throw BenchmarkFailure("there is no offer") }
    try await call.callee.setRemoteDescription(offer)
    for transceiver in call.callee.transceivers { try await transceiver.setDirection(.sendrecv) }
    try await call.callee.setLocalDescription()
    await call.callee.waitForGathering()
    guard let answer = call.callee.localDescription else { throw BenchmarkFailure("there is no answer") }
    try await call.caller.setRemoteDescription(answer)
    for connection in [call.caller, call.callee] {
      for await case .connectionStateChange(.connected) in connection.events { break }
    }
    return call
  }

  func close() async {
    await caller.close()
    await callee.close()
  }
}

/// What connections cost that carry nothing: to be made, and to be there.
struct ConnectionBenchmarks {
  let certificate: any LocalCertificate
  let crypto: any CryptoProvider

  // MARK: Set-up

  /// CPU microseconds of both ends from nothing to connected, in memory: signalling, ICE, DTLS and SRTP without sockets.
  func setUpInMemory(runs: Int, calls: Int) throws -> Measurement {
    try Measurement(runs: runs) {
      let began = bench_thread_cpu()
      for _ in 0..<calls {
        let call = try MemoryCall(certificate: certificate, crypto: crypto, kinds: [.audio, .video])
        withExtendedLifetime(call) {}
      }
      return Double(bench_thread_cpu() - began) / Double(calls) / 1_000
    }
  }

  /// The same of two `RTCPeerConnection`s over loopback sockets, closing included.
  func setUpOverSockets(certificate: RTCCertificate?, runs: Int, calls: Int) async throws -> Measurement {
    var values: [Double] = []
    for _ in 0..<runs {
      let began = bench_process_cpu()
      for _ in 0..<calls { await (try await PublicCall.connect(certificate: certificate)).close() }
      values.append(Double(bench_process_cpu() - began) / Double(calls) / 1_000)
    }
    return Measurement(values)
  }

  // MARK: Idling

  struct Idle {
    /// Of one connected connection.
    var bytesPerConnection: Double
    /// CPU milliseconds a second of all.
    var load: Measurement
  }

  /// `count` connections of the public API that are connected to each other and carry nothing.
  func idle(connections count: Int, runs: Int, span: Duration) async throws -> Idle {
    let certificate = try await RTCPeerConnection.generateCertificate()
    // What the first connection loads and starts belongs to the process.
    var calls = [try await PublicCall.connect(certificate: certificate)]
    let before = bench_resident_bytes()
    while calls.count < count / 2 + 1 { calls.append(try await PublicCall.connect(certificate: certificate)) }
    let after = bench_resident_bytes()
    // Nominations and first reports are over.
    try await Task.sleep(for: .seconds(1))
    var loads: [Double] = []
    for _ in 0..<runs {
      let clock = ContinuousClock.now
      let began = bench_process_cpu()
      try await Task.sleep(for: span)
      let elapsed = (ContinuousClock.now - clock) / .seconds(1)
      loads.append(Double(bench_process_cpu() - began) / 1e6 / elapsed)
    }
    for call in calls { await call.close() }
    return Idle(bytesPerConnection: Double(after - before) / Double(count), load: Measurement(loads))
  }

  /// What wakes one idle connection in a second of virtual time, and how many datagrams it sends.
  func wakeUps(over span: TimeDelta) throws -> (reasons: [(reason: String, rate: Double)], datagrams: Double) {
    let call = try MemoryCall(certificate: certificate, crypto: crypto, kinds: [.audio, .video])
    call.idle(for: .seconds(1))
    let (before, sent) = (call.wakeUps, call.datagrams)
    call.idle(for: span)
    let scale = 2 * span.seconds
    let reasons = call.wakeUps.map { (reason: $0.key, rate: Double($0.value - before[$0.key, default: 0]) / scale) }
    return (reasons.filter { $0.rate > 0 }.sorted { $0.rate > $1.rate }, Double(call.datagrams - sent) / scale)
  }
}
