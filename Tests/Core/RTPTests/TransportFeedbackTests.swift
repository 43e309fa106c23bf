import RTCBase
import RTCRTP
import Testing

@Suite("Transport-wide feedback")
struct TransportFeedbackTests {
  private func read(_ bytes: [UInt8]) -> TransportFeedback? {
    guard case .transportFeedback(let feedback) = readCompound(bytes).packets.first else { return nil }
    return feedback
  }

  /// A feedback packet with these chunks and deltas, base 10, reference time 3.
  private func read(statusCount: UInt16, _ chunksAndDeltas: String) -> TransportFeedback? {
    var body = hex("00000001 00000002 000a")
    body += [UInt8(statusCount >> 8), UInt8(truncatingIfNeeded: statusCount)] + hex("000003 07" + chunksAndDeltas)
    while body.count & 3 != 0 { body.append(0) }
    return read(hex("8fcd00") + [UInt8(body.count / 4)] + body)
  }

  private func feedback(statusCount: Int, _ arrivals: [(UInt16, Int)]) -> TransportFeedback {
    TransportFeedback(
      senderSSRC: 1, mediaSSRC: 2, baseSequenceNumber: 10, packetStatusCount: statusCount, referenceTime: 3,
      feedbackCount: 7,
      arrivals: arrivals.map { .init(sequenceNumber: SequenceNumber(rawValue: $0.0), ticks: $0.1) })
  }

  @Test(
    "RP-15: captured feedback",
    arguments: [
      ("afcd0005 fa17fa17 43032fa0 00990001 3de80217 20019401", 153, 1, 4_057_090, 23, [148]),
      (
        "afcd0007 fa17fa17 193dd8bb 00040007 10636e01 20074c24 24100c0c 10000003", 4, 7, 1_074_030, 1,
        [76, 112, 148, 164, 176, 188, 204]
      ),
      // Claims three bytes of padding where there are two.
      ("afcd0006 fa17fa17 193dd8bb 0001000e 10636d00 ba00100c 0c100003", 1, 14, 1_074_029, 0, [16, 28, 40, 56]),
      // Its last chunk runs 46 packets beyond the ones announced.
      (
        "afcd0007 9b74f61f 9371dcbc 853c0009 63f916b3 d5520030 9baa6aaa 7b010901", 34_108, 9, 6_551_830, 179,
        [155, 325, 431, 601, 724, 989]
      ),
      (
        "afcd0007 fa17fa17 43032fa0 9c14000c 75842000 bec0c13f 3b3f5390 3b000003", 39_956, 12, 7_701_536, 0,
        [193, 256, 315, 378, 461, 605, 664]
      ),
    ])
  func captured(text: String, base: UInt16, statusCount: Int, reference: UInt32, count: UInt8, ticks: [Int]) throws {
    let feedback = try #require(read(hex(text)))
    #expect(feedback.baseSequenceNumber == SequenceNumber(rawValue: base))
    #expect(feedback.packetStatusCount == statusCount)
    #expect(feedback.referenceTime == reference)
    #expect(feedback.feedbackCount == count)
    #expect(feedback.arrivals.map(\.ticks) == ticks)
    let again = try #require(writeCompound([.transportFeedback(feedback)]))
    #expect(read(again) == feedback)
  }

  @Test("RP-15: captured feedback is written byte for byte")
  func writtenAsCaptured() throws {
    for text in [
      "afcd0005 fa17fa17 43032fa0 00990001 3de80217 20019401",
      "afcd0007 fa17fa17 193dd8bb 00040007 10636e01 20074c24 24100c0c 10000003",
    ] {
      let feedback = try #require(read(hex(text)))
      #expect(writeCompound([.transportFeedback(feedback)]) == hex(text))
    }
  }

  @Test("RP-15: the chunks of the draft's examples")
  func chunks() {
    // §3.1.3: a run of 221 packets not received.
    #expect(read(statusCount: 221, "00dd") == feedback(statusCount: 221, []))
    // §3.1.4: one bit each: five received between gaps, then three.
    #expect(
      read(statusCount: 14, "9f1c 0102030405060708")
        == feedback(
          statusCount: 14,
          [(11, 1), (12, 3), (13, 6), (14, 10), (15, 15), (19, 21), (20, 28), (21, 36)]))
    // Two bits each: large, small, none, small.
    #expect(
      read(statusCount: 4, "e440 8000 ff 05")
        == feedback(statusCount: 4, [(10, -32_768), (11, -32_513), (13, -32_508)]))
    // A run of large deltas.
    #expect(read(statusCount: 2, "4002 7fff 0100") == feedback(statusCount: 2, [(10, 32_767), (11, 33_023)]))
    // A vector followed by a run.
    #expect(
      read(statusCount: 16, "8001 2002 010203") == feedback(statusCount: 16, [(23, 1), (24, 3), (25, 6)]))
  }

  @Test(
    "RP-15: chunks and deltas that lie are malformed",
    arguments: [
      (0, "2001 01"), (1, ""), (14, "0001"), (7, "2007 010203"), (2, "4002 0001"), (1, "6001 01"), (7, "cd50 010203"),
      (65_535, "3fff"), (65_535, "1fff 1fff"), (3, "0000 0000 0000"), (3, "2000 0000 2003 010203"),
    ])
  func malformed(statusCount: Int, text: String) {
    #expect(read(statusCount: UInt16(statusCount), text) == nil)
  }

  @Test("RP-15: 65,535 packets that were not received cost no memory")
  func longestRun() throws {
    let lost = try #require(read(statusCount: 65_535, String(repeating: "1fff", count: 8) + "0007"))
    #expect(lost.packetStatusCount == 65_535)
    #expect(lost.arrivals.isEmpty)
    #expect(writeCompound([.transportFeedback(lost)])?.count == 40)
  }

  @Test("RP-15: random feedback survives, and stays within its bound", arguments: 0..<40)
  func roundTrip(seed: UInt64) throws {
    var random = RandomSource.seeded(seed)
    let lossPercent = [0, 2, 30, 95][Int(seed % 4)]
    let spread = [1, 250, 40_000, 900_000][Int(seed / 4 % 4)]
    var number = SequenceNumber(rawValue: random.uint16())
    var now = MonotonicTime.zero + .seconds(Int64(1_000))
    var builder = TransportFeedbackBuilder(
      senderSSRC: 1, mediaSSRC: 2, baseSequenceNumber: number, firstArrival: now, feedbackCount: 1,
      maximumByteCount: 300)
    var added: [(SequenceNumber, MonotonicTime)] = []
    for _ in 0..<3_000 {
      now += .microseconds(Int64.random(in: -Int64(spread)...Int64(spread) * 2, using: &random))
      if Int.random(in: 0..<100, using: &random) >= lossPercent {
        guard builder.add(number, arrival: now) else { break }
        added.append((number, now))
      }
      number = number.next
    }
    guard !added.isEmpty else { return }
    let feedback = try #require(builder.build())
    let bytes = try #require(writeCompound([.transportFeedback(feedback)], maximumByteCount: 300))
    #expect(read(bytes) == feedback)
    #expect(feedback.arrivals.map(\.sequenceNumber) == added.map(\.0))
    let reference = MonotonicTime(nanoseconds: 1_000_000_000_000 / 64_000_000 * 64_000_000)
    for (arrival, (_, time)) in zip(feedback.arrivals, added) {
      #expect(((reference + arrival.offset) - time).magnitude <= .microseconds(125))
    }
  }

  @Test("RP-15: the builder refuses what one packet cannot tell")
  func builderLimits() {
    let start = MonotonicTime.zero + .milliseconds(100)
    var builder = TransportFeedbackBuilder(
      senderSSRC: 1, mediaSSRC: 2, baseSequenceNumber: 65_535, firstArrival: start, feedbackCount: 0)
    #expect(builder.build() == nil)
    func add(_ number: SequenceNumber, _ arrival: MonotonicTime) -> Bool { builder.add(number, arrival: arrival) }
    #expect(add(0, start))
    #expect(!add(0, start))
    #expect(!add(65_535, start))
    #expect(!add(65_534, start))
    #expect(!add(1, start + .milliseconds(8_193)))
    #expect(!add(1, .distantFuture))
    #expect(!add(1, .distantPast))
    #expect(add(1, start + .milliseconds(8_191)))
    #expect(add(30_000, start))
    #expect(!add(40_000, start))
    #expect(builder.nextSequenceNumber == 30_001)
    #expect(builder.build()?.packetStatusCount == 30_002)
    #expect(builder.build()?.arrivals.map(\.ticks) == [144, 144 + 32_764, 144])
  }

  @Test("RP-15: reference times have 24 bits and wrap")
  func referenceTime() {
    #expect(TransportFeedback.referenceTime(covering: .zero) == 0)
    #expect(TransportFeedback.referenceTime(covering: .zero + .milliseconds(63)) == 0)
    #expect(TransportFeedback.referenceTime(covering: .zero + .milliseconds(64)) == 1)
    #expect(TransportFeedback.referenceTime(covering: .zero - .milliseconds(1)) == 0xFF_FFFF)
    #expect(TransportFeedback.referenceTime(covering: .zero + .milliseconds(64 * 0x100_0001)) == 1)
    var feedback = feedback(statusCount: 1, [])
    feedback.referenceTime = 1
    #expect(feedback.referenceTimeDelta(since: 0xFF_FFFF) == .milliseconds(128))
    feedback.referenceTime = 0xFF_FFFF
    #expect(feedback.referenceTimeDelta(since: 1) == .milliseconds(-128))
  }

  @Test("RP-15: arrivals that cannot be told are not written")
  func unwritable() {
    for bad in [
      feedback(statusCount: 0, []), feedback(statusCount: 65_536, []), feedback(statusCount: 1, [(11, 0)]),
      feedback(statusCount: 2, [(11, 0), (10, 0)]), feedback(statusCount: 2, [(10, 0), (10, 0)]),
      feedback(statusCount: 2, [(9, 0)]), feedback(statusCount: 1, [(10, 32_768)]),
      feedback(statusCount: 2, [(10, .min), (11, .max)]),
    ] {
      #expect(writeCompound([.transportFeedback(bad)]) == nil)
    }
  }
}
