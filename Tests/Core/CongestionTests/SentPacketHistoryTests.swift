import RTCBase
import RTCCongestion
import RTCRTP
import Testing

@Suite("History of sent packets")
struct SentPacketHistoryTests {
  private func time(_ milliseconds: Int64) -> MonotonicTime { MonotonicTime(nanoseconds: milliseconds * 1_000_000) }

  private func feedback(
    base: UInt16, count: Int, reference: UInt32 = 10, arrivals: [(UInt16, Int)]
  ) -> TransportFeedback {
    TransportFeedback(
      senderSSRC: SSRC(rawValue: 1), mediaSSRC: SSRC(rawValue: 2), baseSequenceNumber: SequenceNumber(rawValue: base),
      packetStatusCount: count, referenceTime: reference, feedbackCount: 0,
      arrivals: arrivals.map { .init(sequenceNumber: SequenceNumber(rawValue: $0.0), ticks: $0.1) })
  }

  @Test("RP-15: feedback gives each packet its fate, the round trip and what is in flight")
  func resolvesFeedback() {
    var history = SentPacketHistory()
    for index in 0..<5 { history.record(size: 100 + index, probe: nil, now: time(Int64(index) * 10)) }
    #expect(history.bytesInFlight == 510)
    let results = history.handle(feedback(base: 1, count: 3, arrivals: [(1, 4), (3, 8)]), now: time(100))
    #expect(results.packets.count == 3)
    #expect(results.packets.map { $0.packet.sequenceNumber } == [1, 2, 3])
    #expect(results.packets[1].arrival == nil)
    // The line begins at our own clock: 100 ms when the feedback came, and eight ticks of 250 us.
    #expect(results.packets[2].arrival == .milliseconds(102))
    #expect(results.roundTripTime == .milliseconds(80))
    #expect(results.bytesInFlight == 103 + 104)
  }

  @Test("A packet reported received is not reported again; one reported missing may still arrive")
  func reportsOnce() {
    var history = SentPacketHistory()
    for index in 0..<3 { history.record(size: 100, probe: nil, now: time(Int64(index))) }
    _ = history.handle(feedback(base: 1, count: 2, arrivals: [(2, 0)]), now: time(50))
    let results = history.handle(feedback(base: 1, count: 3, arrivals: [(1, 0), (2, 0), (3, 1)]), now: time(60))
    #expect(results.packets.map { $0.packet.sequenceNumber } == [1, 3])
  }

  @Test("Feedback for numbers never sent is counted and changes nothing")
  func ignoresUnknownNumbers() {
    var history = SentPacketHistory()
    history.record(size: 100, probe: nil, now: time(0))
    let results = history.handle(feedback(base: 2, count: 65_535, arrivals: [(7, 3), (60_000, 4)]), now: time(10))
    #expect(results.packets.count <= 1)
    #expect(history.unknownCount >= 65_534)
    let empty = history.handle(feedback(base: 0, count: -5, arrivals: []), now: time(10))
    #expect(empty.packets.isEmpty)
  }

  @Test("RP-15: all feedback of one datagram tells of each packet that is known once, and what goes beyond is counted")
  func isBoundedPerDatagram() {
    var history = SentPacketHistory()
    for index in 0..<20_000 { history.record(size: 100, probe: nil, now: time(Int64(index) / 100)) }
    let newest = UInt16(truncatingIfNeeded: history.nextSequenceNumber - 1)
    // As many as fit a datagram, each a run of packets that did not come.
    var allowance = history.capacity
    var told = 0
    for _ in 0..<58 {
      let message = feedback(base: newest &- 8_190, count: 8_191, arrivals: [])
      told += history.handle(message, allowance: &allowance, now: time(300)).packets.count
    }
    #expect(told == 8_191)
    #expect(history.implausibleCount == 57)
    // Messages that share the packets among them are all heard, and the next datagram has its own allowance.
    allowance = history.capacity
    for part in 0..<32 {
      let message = feedback(
        base: newest &- UInt16(8_191 - part * 256), count: 256, arrivals: [(newest &- UInt16(8_191 - part * 256), part)]
      )
      #expect(history.handle(message, allowance: &allowance, now: time(300)).packets.contains { $0.arrival != nil })
    }
    #expect(history.implausibleCount == 57)
  }

  @Test("It grows while packets are in flight and never beyond its bound")
  func isBounded() {
    var history = SentPacketHistory(initialCapacity: 64)
    for index in 0..<100_000 { history.record(size: 1_000, probe: nil, now: time(Int64(index) / 100)) }
    #expect(history.capacity == SentPacketHistory.maximumCapacity)
    #expect(history.bytesInFlight == SentPacketHistory.maximumCapacity * 1_000)
    var calm = SentPacketHistory(initialCapacity: 64)
    for index in 0..<1_000 { calm.record(size: 1_000, probe: nil, now: time(Int64(index) * 100)) }
    #expect(calm.capacity == 64)
  }

  @Test("Arrivals out of order come sorted by arrival")
  func sortsByArrival() {
    var history = SentPacketHistory()
    for index in 0..<3 { history.record(size: 100, probe: nil, now: time(Int64(index))) }
    let results = history.handle(feedback(base: 1, count: 3, arrivals: [(1, 20), (2, 8), (3, 12)]), now: time(60))
    #expect(results.packets.map { $0.packet.sequenceNumber } == [2, 3, 1])
  }
}
