import RTCScenarios

/// Calls in virtual time that are too long for the tests.
struct LongSimulations: Sendable {
  let ledger: Ledger
  let report: @Sendable (String) -> Void

  func run() {
    do {
      try lossyCall()
      for drift in [500, -500] { try driftingClocks(drift) }
      try wrappingNumbers()
    } catch {
      ledger.add("a simulated call was not made: \(error)")
    }
  }

  /// Ten minutes at 3 % loss, twice: the same in every bit, and quick.
  private func lossyCall() throws {
    var hashes: Set<UInt64> = []
    for _ in 0..<2 {
      let call = try LossyCall()
      report(call.report)
      for problem in call.problems { ledger.add("a call at 3 % loss: \(problem)") }
      hashes.insert(call.trafficHash)
    }
    if hashes.count != 1 { ledger.add("the same simulation, run twice, is not the same") }
  }

  /// An hour with clocks that differ: the delay neither grows nor runs out.
  private func driftingClocks(_ partsPerMillion: Int) throws {
    let call = try DriftingCall(partsPerMillion: partsPerMillion, span: .seconds(3_600))
    for line in call.report { report("an hour at \(partsPerMillion) ppm, \(line)") }
    for problem in call.problems { ledger.add("an hour at \(partsPerMillion) ppm, \(problem)") }
  }

  /// Ten minutes in which so much is lost that the numbers of retransmissions wrap, too.
  private func wrappingNumbers() throws {
    let call = try WrappingCall(span: .seconds(600), loss: 0.1)
    report("numbers that wrap, at 10 % loss: \(call.report)")
    for problem in call.problems { ledger.add("numbers that wrap: \(problem)") }
    for numbers in WrappingCall.Numbers.allCases where call.wraps[numbers] ?? 0 == 0 {
      ledger.add("the \(numbers.rawValue) did not wrap")
    }
  }
}
