import CBenchmarkSupport
import Foundation
import Glibc
import RTCFiles
import RTCTool
import WebRTC

/// What may befall a process, each time with a call that must not notice.
struct Faults: Sendable {
  private static let witnessSpan = Duration.seconds(8)
  private static let stopSpan = Duration.seconds(10)
  /// In megabytes; a call began meanwhile, and the other one goes on.
  private static let growthLimit = 16.0

  let port: RTCSharedPort
  let certificate: RTCCertificate
  let ledger: Ledger
  let report: @Sendable (String) -> Void

  func run() async {
    await watched("without descriptors", pauseLimit: 0.5) { await exhaustDescriptors() }
    await watched("flooded", pauseLimit: 0.5) { await flood() }
    await watched("stopped for 10 s", pauseLimit: 11, Self.stopSpan) { await stop() }
  }

  /// Lets a fault happen in the middle of a call, and makes another afterwards.
  private func watched(
    _ name: String, pauseLimit: Double, _ stop: Duration = .zero, _ fault: () async -> Void
  ) async {
    do {
      let call = try await connect(frequency: 510)
      async let outcome = call.run(for: Self.witnessSpan + stop, without: stop)
      try? await Task.sleep(for: .seconds(2))
      await fault()
      let witness = await outcome
      let pause = (witness.longestPause * 1_000).rounded()
      report("\(name): the other call's longest pause is \(Int(pause)) ms, \(witness.problems.count) problems")
      for problem in witness.problems { ledger.add("\(name): \(problem)") }
      if witness.longestPause > pauseLimit { ledger.add("\(name): a pause of \(Int(pause)) ms") }
      ledger.addCall()
      let later = await (try await connect(frequency: 580)).run(for: .seconds(3))
      for problem in later.problems { ledger.add("after \(name): \(problem)") }
      ledger.addCall()
    } catch {
      ledger.add("\(name): a call was not made: \(error)")
    }
  }

  private func connect(frequency: Double) async throws -> EchoCall {
    try await EchoCall.connect(sharing: port, certificate: certificate, frequency: frequency)
  }

  // MARK: Descriptors

  /// Takes every descriptor there may be; what needs one then says so.
  private func exhaustDescriptors() async {
    var before = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &before) == 0 else {
      return ledger.add("without descriptors: the limit cannot be read")
    }
    let highest = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd"))?.compactMap { Int($0) }.max()
    var limit = before
    limit.rlim_cur = rlim_t((highest ?? 64) + 1)
    guard setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
      return ledger.add("without descriptors: the limit cannot be set")
    }
    var taken: [Int32] = []
    while case let descriptor = open("/dev/null", O_RDONLY), descriptor >= 0 { taken.append(descriptor) }
    await expectRefusals()
    for descriptor in taken { close(descriptor) }
    _ = setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &before)
  }

  private func expectRefusals() async {
    let reason = "Too many open files"
    do {
      await (try await RTCSharedPort.open(network: .loopbackOnly)).close()
      ledger.add("without descriptors: a port was opened")
    } catch {
      if !"\(error)".contains(reason) { ledger.add("without descriptors: a port is refused with \(error)") }
    }
    do {
      let connection = try RTCPeerConnection(
        configuration: RTCConfiguration(certificates: [certificate]),
        options: RTCPeerConnectionOptions(network: .loopbackOnly))
      let track = try await connection.addTransceiver(.audio).receiver.track
      let events = Task { await connection.events.first { if case .iceCandidateError = $0 { true } else { false } } }
      try await connection.setLocalDescription()
      await connection.waitForGathering()
      do {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("soak.webm").path
        try StreamRecorder(tracks: [track], path: path).start()
        ledger.add("without descriptors: a recording began")
      } catch {
        if !"\(error)".contains(reason) { ledger.add("without descriptors: a recording is refused with \(error)") }
      }
      await connection.close()
      if case .iceCandidateError(let error)? = await events.value {
        if !error.errorText.contains(reason) {
          ledger.add("without descriptors: a socket is refused with \(error.errorText)")
        }
      } else {
        ledger.add("without descriptors: a connection does not say why it has no candidates")
      }
    } catch {
      ledger.add("without descriptors: a connection cannot even be made: \(error)")
    }
  }

  // MARK: Strangers

  /// Sends garbage of every kind to the port from elsewhere, and makes a call meanwhile.
  private func flood() async {
    let target = port.port
    let before = ProcessResources.now()
    let flooding = Task.detached { Self.sendGarbage(to: target, for: .seconds(4)) }
    let start = ContinuousClock.now
    do {
      let call = try await connect(frequency: 650)
      let elapsed = ContinuousClock.now - start
      report("a call under the flood is up after \(Int(elapsed / .milliseconds(1))) ms")
      if elapsed > .seconds(1) { ledger.add("under a flood a call needs \(elapsed)") }
      await call.close()
      ledger.addCall()
    } catch {
      ledger.add("under a flood no call is made: \(error)")
    }
    let (sent, answered) = await flooding.value
    let growth = (ProcessResources.now().megabytes - before.megabytes).rounded()
    report("\(sent) datagrams of a stranger, \(answered) answers, memory grew by \(Int(growth)) MB")
    if growth > Self.growthLimit { ledger.add("under a flood memory grows by \(growth) MB") }
    if answered > 0 { ledger.add("a stranger got \(answered) answers") }
  }

  /// - Returns: how many datagrams were sent, and how many came back.
  private static func sendGarbage(to port: UInt16, for span: Duration) -> (sent: Int, answered: Int) {
    let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
    guard descriptor >= 0 else { return (0, 0) }
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let connected = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard connected == 0 else { return (0, 0) }
    let heads: [[UInt8]] = [
      [], [0, 1, 0, 0, 0x21, 0x12, 0xA4, 0x42], [22, 0xFE, 0xFD, 0, 0, 0, 0, 0, 0, 0, 0, 0, 80, 1],
      [21, 0xFE, 0xFD, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 2, 40], [0x80, 0x6F], [0x80, 0xC8, 0, 6], [255],
    ]
    var generator = SystemRandomNumberGenerator()
    var (sent, answered) = (0, 0)
    var answer = [UInt8](repeating: 0, count: 2_048)
    let end = ContinuousClock.now + span
    while ContinuousClock.now < end {
      for _ in 0..<20 {
        var bytes = heads[sent % heads.count]
        if sent % 5 > 0 {
          for _ in 0..<Int.random(in: 0..<300) { bytes.append(UInt8.random(in: 0...255, using: &generator)) }
        }
        if send(descriptor, bytes, bytes.count, Int32(MSG_DONTWAIT)) >= 0 { sent += 1 }
        while recv(descriptor, &answer, answer.count, Int32(MSG_DONTWAIT)) >= 0 { answered += 1 }
      }
      // Ten thousand a second.
      usleep(2_000)
    }
    return (sent, answered)
  }

  // MARK: A process that does not run

  /// Stops the whole process, as a machine that sleeps does, and lets it go on.
  private func stop() async {
    let own = getpid()
    let seconds = Int(Self.stopSpan / .seconds(1))
    let script = "kill -STOP \(own); sleep \(seconds); kill -CONT \(own)"
    var arguments = ["sh", "-c", script].map { (text: String) in strdup(text) } + [nil]
    defer { for argument in arguments { free(argument) } }
    var child: pid_t = 0
    // Not Foundation's Process, whose helpers would stay.
    guard posix_spawn(&child, "/bin/sh", nil, nil, &arguments, environ) == 0 else {
      return ledger.add("the process cannot be stopped")
    }
    while waitpid(child, nil, WNOHANG) == 0 { try? await Task.sleep(for: .milliseconds(50)) }
  }
}
