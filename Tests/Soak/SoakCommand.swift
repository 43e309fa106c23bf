import ArgumentParser
import CBenchmarkSupport
import Foundation
import WebRTC

@main
struct SoakCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "soak",
    abstract: "Makes calls that come and go, checks what they carry, and that nothing of them stays.",
    discussion: "Exits with 0 when every call carried its pictures and sound and memory, descriptors and threads stay.")

  @Option(help: "Calls at a time, besides one that lasts.")
  var calls = 4
  @Option(help: "Minutes of calls that come and go.")
  var minutes = 2.0
  @Option(help: "Seconds that each of them lasts; without it 5 to 21.")
  var seconds: Double?
  @Option(help: "Calls that are made, carry a picture and sound, and end, one after the other, after that.")
  var sequential = 0
  @Option(help: "Connections that are held without media for ten seconds, after that.")
  var idle = 0
  @Flag(help: "Then take all descriptors, flood the port with garbage and stop the process, each time during a call.")
  var faults = false
  @Flag(help: "Then simulate ten minutes at 3 % loss, twice, an hour with clocks that differ by 500 ppm, and wraps.")
  var simulations = false

  /// Memory may grow this much a minute, in megabytes: the noise of an allocator in two minutes.
  private static let growthLimit = 3.0
  /// And this much in runs of ten minutes and more.
  private static let longGrowthLimit = 0.3
  /// The system adds workers of its own while a machine is busy, and may keep them.
  private static let workerLeeway = 2
  /// Megabytes that tables and caches, which grow with use and then stay, may hold beyond what one call made them.
  private static let heapLeeway = 16.0
  private static let lives: [Duration] = [.seconds(5), .seconds(8), .seconds(13), .seconds(21)]

  func validate() throws {
    guard minutes == 0 || (minutes > 0 && calls > 0) else {
      throw ValidationError("--minutes is not negative, and takes at least one call at a time (--calls).")
    }
    guard sequential >= 0, idle >= 0, seconds.map({ $0 > 0 }) ?? true else {
      throw ValidationError("--sequential and --idle are not negative, and --seconds is above 0.")
    }
  }

  func run() async throws {
    let certificate = try await RTCPeerConnection.generateCertificate()
    let port = try await RTCSharedPort.open(network: .loopbackOnly)
    // What the first call loads and starts belongs to the process.
    _ = await (try await EchoCall.connect(sharing: port, certificate: certificate, frequency: 440)).run(
      for: .seconds(2))
    let baseline = ProcessResources.now()
    Self.report("baseline: \(line(baseline))")
    let ledger = Ledger()
    if minutes > 0 { await comeAndGo(port, certificate, ledger) }
    if sequential > 0 { await oneByOne(port, certificate, ledger) }
    if idle > 0 { await hold(port, certificate, ledger) }
    if faults { await Faults(port: port, certificate: certificate, ledger: ledger, report: { Self.report($0) }).run() }
    if simulations { LongSimulations(ledger: ledger, report: { Self.report($0) }).run() }
    await settle(to: baseline, ledger)
    await port.close()
    let entries = ledger.entries
    Self.report("\(entries.calls) calls, \(entries.problems.count) problems")
    for problem in entries.problems { Self.report("  \(problem)") }
    if !entries.problems.isEmpty { throw ExitCode.failure }
  }

  /// At once, also into a file: a log shows how far it came.
  private static func report(_ text: String) {
    FileHandle.standardOutput.write(Data((text + "\n").utf8))
  }

  private func line(_ resources: ProcessResources) -> String {
    let megabytes = (resources.megabytes * 10).rounded() / 10
    let heap = (resources.heapMegabytes * 10).rounded() / 10
    return
      "\(megabytes) MB, \(heap) MB of it in use, \(resources.descriptors) descriptors, \(resources.threads) threads"
  }

  // MARK: Phases

  private func comeAndGo(_ port: RTCSharedPort, _ certificate: RTCCertificate, _ ledger: Ledger) async {
    let start = ContinuousClock.now
    let end = start + .seconds(minutes * 60)
    await withDiscardingTaskGroup { group in
      for slot in 0..<calls {
        group.addTask {
          var turn = slot
          while ContinuousClock.now < end {
            let frequency = Double(300 + 70 * (turn % 16))
            do {
              let call = try await EchoCall.connect(sharing: port, certificate: certificate, frequency: frequency)
              let outcome = await call.run(for: seconds.map { .seconds($0) } ?? Self.lives[turn % Self.lives.count])
              ledger.addCall(outcome, at: ContinuousClock.now - start)
            } catch {
              ledger.add("a call was not made: \(error)")
              try? await Task.sleep(for: .seconds(1))
            }
            turn += calls + 1
          }
        }
      }
      group.addTask { await last(until: end, from: start, port, certificate, ledger) }
      group.addTask {
        while ContinuousClock.now < end {
          try? await Task.sleep(for: .seconds(min(10, minutes * 60 / 12)))
          let (resources, elapsed) = (ProcessResources.now(), ContinuousClock.now - start)
          ledger.addMemory(resources.megabytes, at: elapsed)
          Self.report("\(Int(elapsed / .seconds(1))) s: \(ledger.entries.calls) calls, \(line(resources))")
        }
      }
    }
    let entries = ledger.entries
    let slope = entries.memory.slopePerMinute
    Self.report("memory: \((slope * 100).rounded() / 100) MB a minute")
    // In less time the pools and caches of the first calls are all that there is to see.
    let limit = minutes < 10 ? Self.growthLimit : Self.longGrowthLimit
    if minutes >= 2, slope > limit { ledger.add("memory grows by \(slope) MB a minute") }
    check(entries.delays, of: "calls that come and go", ledger)
    check(entries.lastingDelays, of: "the call that lasts", ledger)
  }

  /// One call all the time: within it too no delay may build up.
  private func last(
    until end: ContinuousClock.Instant, from start: ContinuousClock.Instant, _ port: RTCSharedPort,
    _ certificate: RTCCertificate, _ ledger: Ledger
  ) async {
    do {
      let call = try await EchoCall.connect(sharing: port, certificate: certificate, frequency: 1_900)
      ledger.addCall(
        await call.run(for: end - .now) { ledger.addLastingDelay($0, at: ContinuousClock.now - start) })
    } catch {
      ledger.add("the call that lasts was not made: \(error)")
    }
  }

  private func check(_ delays: Course, of calls: String, _ ledger: Ledger) {
    guard let delay = delays.thirds else { return }
    Self.report("delay of \(calls): \(Int(delay.first)) ms in the first third, \(Int(delay.last)) ms in the last")
    if delay.last > delay.first * 1.25 + 15 {
      ledger.add("the delay of \(calls) grows from \(delay.first) to \(delay.last) ms")
    }
  }

  private func oneByOne(_ port: RTCSharedPort, _ certificate: RTCCertificate, _ ledger: Ledger) async {
    let start = ContinuousClock.now
    var memory = Course()
    for number in 1...sequential {
      do {
        let call = try await EchoCall.connect(sharing: port, certificate: certificate, frequency: 440)
        ledger.addCall(await call.runUntilMedia())
      } catch {
        ledger.add("call \(number) of \(sequential) was not made: \(error)")
      }
      if number % max(1, sequential / 20) == 0 {
        let resources = ProcessResources.now()
        memory.add(resources.heapMegabytes, at: .seconds(60 * number / 1_000))
        Self.report("\(number) calls one by one: \(line(resources))")
      }
    }
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    // In this course a minute stands for a thousand calls.
    Self.report(
      "\(Int(Double(sequential) / seconds)) calls a second, memory: \(memory.slopePerMinute) MB a thousand calls")
    if memory.slopePerMinute > Self.growthLimit {
      ledger.add("memory grows by \(memory.slopePerMinute) MB a thousand calls")
    }
  }

  private func hold(_ port: RTCSharedPort, _ certificate: RTCCertificate, _ ledger: Ledger) async {
    let before = ProcessResources.now()
    var held: [EchoCall] = []
    while held.count * 2 < idle {
      do {
        held.append(
          try await EchoCall.connect(sharing: port, certificate: certificate, frequency: 440, isIdle: true))
      } catch {
        ledger.add("idle connection \(held.count) was not made: \(error)")
        break
      }
    }
    for _ in held { ledger.addCall() }
    let after = ProcessResources.now()
    let cpu = bench_process_cpu()
    try? await Task.sleep(for: .seconds(10))
    let load = Double(bench_process_cpu() - cpu) / 1e7
    let each = Double(after.residentBytes - before.residentBytes) / Double(max(1, held.count * 2)) / 1_024
    Self.report(
      "\(held.count * 2) idle connections: \(Int(each)) kB each, \((load * 10).rounded() / 10) ms of CPU a second")
    for call in held { await call.close() }
  }

  /// Everything that was opened is closed.
  private func settle(to baseline: ProcessResources, _ ledger: Ledger) async {
    let limit = ContinuousClock.now + .seconds(30)
    var now = ProcessResources.now()
    let heapLimit = baseline.heapMegabytes + Self.heapLeeway
    while now.descriptors > baseline.descriptors || now.threads > baseline.threads || now.heapMegabytes > heapLimit,
      ContinuousClock.now < limit
    {
      try? await Task.sleep(for: .milliseconds(50))
      now = ProcessResources.now()
    }
    Self.report("in the end: \(line(now))")
    if now.descriptors > baseline.descriptors {
      ledger.add("\(now.descriptors - baseline.descriptors) descriptors are left open")
    }
    if now.threads > baseline.threads + Self.workerLeeway {
      ledger.add("\(now.threads - baseline.threads) threads are left")
    }
    if now.heapMegabytes > heapLimit {
      ledger.add("\(now.heapMegabytes - baseline.heapMegabytes) MB are still held")
    }
  }
}
