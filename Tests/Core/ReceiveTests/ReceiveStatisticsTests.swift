import RTCBase
import RTCRTP
import Testing

@testable import RTCReceive

@Suite struct ReceiveStatisticsTests {
  private func record(
    _ statistics: inout ReceiveStatistics, _ sequence: UInt16, timestamp: UInt32 = 0, at milliseconds: Double = 0
  ) -> ReceiveStatistics.Arrival {
    statistics.record(
      SequenceNumber(rawValue: sequence), timestamp: timestamp, arrival: .at(milliseconds))
  }

  @Test("RP-04: the fraction lost and the cumulative loss follow RFC 3550 A.3")
  func fractionLost() throws {
    var statistics = ReceiveStatistics(clockRate: 8_000)
    for sequence in UInt16(0)..<100 where sequence % 4 != 3 { _ = record(&statistics, sequence) }
    _ = record(&statistics, 100)
    let madeFirst = statistics.makeReportBlock(
      ssrc: SSRC(rawValue: 7), senderReports: SenderReportTracker(), now: .zero)
    let first = try #require(madeFirst)
    #expect(first.cumulativePacketsLost == 25)
    #expect(first.fractionLost == UInt8(25 * 256 / 101))
    #expect(first.extendedHighestSequenceNumber == 100)
    for sequence in UInt16(101)..<201 { _ = record(&statistics, sequence) }
    let madeSecond = statistics.makeReportBlock(
      ssrc: SSRC(rawValue: 7), senderReports: SenderReportTracker(), now: .zero)
    let second = try #require(madeSecond)
    #expect(second.fractionLost == 0)
    #expect(second.cumulativePacketsLost == 25)
  }

  @Test("The extended highest sequence number counts the cycles")
  func cycles() {
    var statistics = ReceiveStatistics(clockRate: 8_000)
    var sequence: UInt16 = 65_000
    for _ in 0..<140_000 {
      _ = record(&statistics, sequence)
      sequence &+= 1
    }
    #expect(statistics.extendedHighestSequenceNumber == 65_000 + 139_999)
    #expect(statistics.packetsLost == 0)
  }

  @Test("RP-04: LSR and DLSR come from the last sender report")
  func lastSenderReport() throws {
    var statistics = ReceiveStatistics(clockRate: 8_000)
    _ = record(&statistics, 1)
    var reports = SenderReportTracker()
    reports.handle(
      SenderReport(
        ssrc: SSRC(rawValue: 7), ntpTime: NTPTime(rawValue: 0x1234_5678_9ABC_DEF0), rtpTimestamp: 0, packetCount: 5,
        octetCount: 100), now: .at(1_000))
    let madeBlock = statistics.makeReportBlock(ssrc: SSRC(rawValue: 7), senderReports: reports, now: .at(1_500))
    let block = try #require(madeBlock)
    #expect(block.lastSenderReport == 0x5678_9ABC)
    #expect(block.delaySinceLastSenderReport == 32_768)
  }

  @Test("Jitter converges to what RFC 3550 A.8 gives for an alternating delay")
  func jitter() {
    var statistics = ReceiveStatistics(clockRate: 8_000)
    for index in 0..<500 {
      _ = record(
        &statistics, UInt16(index), timestamp: UInt32(index * 160),
        at: Double(index) * 20 + (index % 2 == 0 ? 0 : 10))
    }
    #expect(abs(statistics.jitter.milliseconds - 10) < 0.1)
  }

  @Test("A duplicate is known before it is recorded, and asking changes nothing")
  func duplicates() {
    var statistics = ReceiveStatistics(clockRate: 8_000)
    _ = record(&statistics, 65_535)
    #expect(statistics.isDuplicate(SequenceNumber(rawValue: 65_535)))
    #expect(!statistics.isDuplicate(SequenceNumber(rawValue: 0)))
    #expect(record(&statistics, 1) == .newest(65_536 + 65_537))
    #expect(record(&statistics, 0) == .late(65_536 + 65_536))
    #expect(record(&statistics, 0) == .duplicate)
    #expect(statistics.duplicates == 1)
    #expect(statistics.reordered == 1)
  }

  @Test("A far jump is believed only when a second packet confirms it")
  func restart() {
    var statistics = ReceiveStatistics(clockRate: 8_000)
    _ = record(&statistics, 100)
    #expect(record(&statistics, 30_000) == .suspicious)
    #expect(record(&statistics, 101) == .newest(65_536 + 101))
    #expect(record(&statistics, 30_000) == .suspicious)
    guard case .restarted(let number) = record(&statistics, 30_001) else {
      Issue.record("two packets in a row are a new beginning")
      return
    }
    #expect(number > 65_536 + 101)
    #expect(number & 0xFFFF == 30_001)
    #expect(statistics.packetsLost == 0)
  }

  @Test("A packet recovered as a retransmission fills the window but not the count")
  func recovered() {
    var statistics = ReceiveStatistics(clockRate: 8_000)
    _ = record(&statistics, 10)
    _ = record(&statistics, 12)
    let first = statistics.recordRecovered(SequenceNumber(rawValue: 11))
    let second = statistics.recordRecovered(SequenceNumber(rawValue: 11))
    #expect(first == 65_547)
    #expect(second == nil)
    #expect(statistics.isDuplicate(SequenceNumber(rawValue: 11)))
    #expect(statistics.packetsLost == 1)
    #expect(statistics.packetsReceived == 2)
  }

  @Test("Any sequence of packets leaves the numbers consistent")
  func hostile() {
    let random = RandomSource.seeded(3)
    var statistics = ReceiveStatistics(clockRate: 90_000)
    var highest: Int64 = 0
    for step in 0..<50_000 {
      let result = record(
        &statistics, random.uint16() >> (random.next() & 7), timestamp: random.uint32(), at: Double(step) / 7)
      switch result {
      case .newest(let number), .restarted(let number):
        #expect(number > highest)
        highest = number
      default: break
      }
      if step % 100 == 0 {
        _ = statistics.makeReportBlock(
          ssrc: SSRC(rawValue: 1), senderReports: SenderReportTracker(), now: .at(Double(step)))
      }
    }
  }
}
