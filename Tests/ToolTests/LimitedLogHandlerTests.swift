import Logging
import Synchronization
import Testing

@testable import RTCTool

@Suite struct LimitedLogHandlerTests {
  /// Keeps what it is told.
  private struct Record: LogHandler {
    final class Lines: Sendable {
      let all = Mutex<[String]>([])
    }

    let lines = Lines()
    var logLevel = Logger.Level.info
    var metadata = Logger.Metadata()

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
      get { metadata[key] }
      set { metadata[key] = newValue }
    }

    func log(event: LogEvent) { lines.all.withLock { $0.append("\(event.message)") } }
  }

  @Test("A flood of lines is cut to a burst and a rate, and what is left out is counted")
  func budget() {
    let start = ContinuousClock.now
    let budget = LimitedLogHandler.Budget(burst: 10, perSecond: 2, now: start)
    let flood = (0..<1_000).count { budget.take(now: start + .milliseconds($0)) != nil }
    // The burst, and one each half second.
    #expect((11...12).contains(flood))
    let omitted = budget.take(now: start + .seconds(10))
    #expect(omitted.map { (495...500).contains($0) } == true)
    #expect(budget.take(now: start + .seconds(10)) == 0)
    // A clock that stands still or goes back gives nothing.
    #expect((0..<100).count { _ in budget.take(now: start) != nil } < 10)
  }

  @Test("Copies of a handler share what may be told; what is told is told as it was")
  func copies() {
    let record = Record()
    let budget = LimitedLogHandler.Budget(burst: 3, perSecond: 0)
    let first = Logger(label: "a") { _ in LimitedLogHandler(record, budget: budget) }
    var second = first
    second[metadataKey: "connection"] = "1"
    for number in 0..<5 {
      first.info("first \(number)")
      second.info("second \(number)")
    }
    #expect(record.lines.all.withLock { $0 } == ["first 0", "second 0", "first 1"])
  }
}
