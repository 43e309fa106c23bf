import RTCBase
import RTCRTP
import Testing

@Suite("RTP demultiplexer")
struct RTPDemultiplexerTests {
  private typealias Section = RTPDemultiplexer.Section

  private func packet(
    _ ssrc: UInt32, _ payloadType: UInt8, mid: String? = nil, rid: String? = nil, repairedRid: String? = nil
  ) -> (RTPHeader, RTPExtensionValues) {
    var values = RTPExtensionValues()
    values.mid = mid
    values.rid = rid
    values.repairedRid = repairedRid
    return (
      RTPHeader(
        payloadType: PayloadType(truncating: payloadType), sequenceNumber: 1, timestamp: 2, ssrc: SSRC(rawValue: ssrc)),
      values
    )
  }

  private func section(
    _ mid: String?, _ types: PayloadTypeSet, repair: PayloadTypeSet = [],
    _ streams: [RTPDemultiplexer.SignalledStream] = []
  ) -> Section {
    Section(
      mid: mid.flatMap { StreamIdentifier($0) }, payloadTypes: types, repairPayloadTypes: repair, streams: streams)
  }

  private func audioAndVideo() -> RTPDemultiplexer {
    var demultiplexer = RTPDemultiplexer()
    demultiplexer.configure([section("0", [111, 0]), section("1", [96, 97], repair: [97])])
    return demultiplexer
  }

  @Test("RP-02: the MID tells the section, and the SSRC is learnt from it")
  func mid() {
    var demultiplexer = audioAndVideo()
    let (first, firstValues) = packet(10, 96, mid: "1")
    #expect(demultiplexer.stream(for: 10) == nil)
    let route = demultiplexer.route(first, firstValues)
    #expect(route == .new(stream: 0))
    #expect(demultiplexer.stream(for: 10) == 0)
    let (second, secondValues) = packet(10, 96)
    let again = demultiplexer.route(second, secondValues)
    #expect(again == .known(stream: 0))
    #expect(demultiplexer.streams[0]?.section == 1)
    #expect(demultiplexer.streams[0]?.isSignalled == false)
  }

  @Test("RP-02: a MID that nobody has drops the packet")
  func unknownMID() {
    var demultiplexer = audioAndVideo()
    let (header, values) = packet(10, 96, mid: "7")
    let route = demultiplexer.route(header, values)
    #expect(route == .dropped(.unknownMID))
    #expect(demultiplexer.stream(for: 10) == nil)
  }

  @Test("RP-02: RIDs make streams of one section, and name the stream a repair is for")
  func rid() {
    var demultiplexer = audioAndVideo()
    var routes: [RTPDemultiplexer.Route] = []
    for (header, values) in [
      packet(20, 97, mid: "1", repairedRid: "lo"), packet(10, 96, mid: "1", rid: "hi"),
      packet(11, 96, mid: "1", rid: "lo"), packet(20, 97), packet(21, 97, mid: "1", repairedRid: "hi"),
    ] {
      routes.append(demultiplexer.route(header, values))
    }
    #expect(
      routes == [.new(stream: 0), .new(stream: 1), .new(stream: 2), .known(stream: 0), .new(stream: 3)])
    #expect(demultiplexer.streams[0]?.isRepair == true)
    #expect(demultiplexer.streams[0]?.repairedStream == 2)
    #expect(demultiplexer.streams[3]?.repairedStream == 1)
    #expect(demultiplexer.streams[1]?.rid?.description == "hi")
  }

  @Test("RP-02: signalled SSRCs are known before their first packet, FID pairs included")
  func signalled() {
    var demultiplexer = RTPDemultiplexer()
    demultiplexer.configure([
      section("0", [96, 97], repair: [97], [.init(ssrc: 10, repairSSRC: 11)]), section("1", [96, 97], repair: [97]),
    ])
    #expect(demultiplexer.stream(for: 10) == 0)
    #expect(demultiplexer.stream(for: 11) == 1)
    #expect(demultiplexer.streams[1]?.repairedStream == 0)
    #expect(demultiplexer.streams[1]?.isRepair == true)
    let (header, values) = packet(11, 97)
    let route = demultiplexer.route(header, values)
    #expect(route == .known(stream: 1))
  }

  @Test("RP-02: an unsignalled SSRC latches by its payload type, if only one section has it")
  func payloadType() {
    var demultiplexer = audioAndVideo()
    let (audio, noValues) = packet(10, 111)
    let route = demultiplexer.route(audio, noValues)
    #expect(route == .new(stream: 0))
    #expect(demultiplexer.streams[0]?.section == 0)
    demultiplexer.configure([section("0", [111]), section("1", [96]), section("2", [96])])
    let (ambiguous, _) = packet(12, 96)
    let dropped = demultiplexer.route(ambiguous, noValues)
    #expect(dropped == .dropped(.noSection))
    let (unknown, _) = packet(13, 50)
    let unknownRoute = demultiplexer.route(unknown, noValues)
    #expect(unknownRoute == .dropped(.noSection))
  }

  @Test("RP-02: a repair stream known by its payload type alone repairs the section's only stream")
  func repairByPayloadType() {
    var demultiplexer = audioAndVideo()
    var routes: [RTPDemultiplexer.Route] = []
    // Chromium probes with padding on the repair stream before any media.
    for (header, values) in [packet(20, 97), packet(20, 97), packet(10, 96), packet(20, 97)] {
      routes.append(demultiplexer.route(header, values))
    }
    #expect(routes == [.new(stream: 0), .known(stream: 0), .new(stream: 1), .known(stream: 0)])
    #expect(demultiplexer.streams[0]?.isRepair == true)
    #expect(demultiplexer.streams[0]?.repairedStream == 1)
  }

  @Test("RP-02: without a RID two streams without repair leave a repair stream undecided")
  func undecidedRepair() {
    var demultiplexer = audioAndVideo()
    for (header, values) in [packet(10, 96), packet(11, 96), packet(20, 97)] {
      _ = demultiplexer.route(header, values)
    }
    #expect(demultiplexer.streams[2]?.isRepair == true)
    #expect(demultiplexer.streams[2]?.repairedStream == nil)
    demultiplexer.remove(1)
    let (header, values) = packet(20, 97)
    _ = demultiplexer.route(header, values)
    #expect(demultiplexer.streams[2]?.repairedStream == 0)
    demultiplexer.remove(0)
    #expect(demultiplexer.streams[2]?.repairedStream == nil)
  }

  @Test("RP-02: a payload type that the section does not receive drops the packet")
  func foreignPayloadType() {
    var demultiplexer = audioAndVideo()
    let (header, values) = packet(10, 111, mid: "1")
    let byMID = demultiplexer.route(header, values)
    #expect(byMID == .dropped(.payloadTypeNotInSection))
    let (known, knownValues) = packet(10, 96)
    _ = demultiplexer.route(known, knownValues)
    let (other, otherValues) = packet(10, 111)
    let bySSRC = demultiplexer.route(other, otherValues)
    #expect(bySSRC == .dropped(.payloadTypeNotInSection))
  }

  @Test("RP-02: a MID moves an SSRC to another section, as a new stream")
  func move() {
    var demultiplexer = RTPDemultiplexer()
    demultiplexer.configure([section("0", [96]), section("1", [96])])
    let (first, firstValues) = packet(10, 96, mid: "0")
    let (second, secondValues) = packet(10, 96, mid: "1")
    _ = demultiplexer.route(first, firstValues)
    let route = demultiplexer.route(second, secondValues)
    #expect(route == .new(stream: 0))
    #expect(demultiplexer.streams[0]?.section == 1)
    #expect(demultiplexer.streams.count == 1)
  }

  @Test("RP-02: the oldest learnt stream gives way, a signalled one never")
  func bound() {
    var demultiplexer = RTPDemultiplexer(maximumStreamCount: 4)
    demultiplexer.configure([section("0", [96], [.init(ssrc: 1), .init(ssrc: 2)])])
    for ssrc in 10..<1_000 as Range<UInt32> {
      let (header, values) = packet(ssrc, 96, mid: "0")
      let route = demultiplexer.route(header, values)
      #expect(route == .new(stream: ssrc % 2 == 0 ? 2 : 3))
      #expect(demultiplexer.stream(for: SSRC(rawValue: ssrc)) != nil)
    }
    #expect(demultiplexer.streams.count == 4)
    #expect(demultiplexer.stream(for: 1) == 0)
    #expect(demultiplexer.stream(for: 2) == 1)
    #expect(demultiplexer.stream(for: 997) == nil)
    demultiplexer.configure([
      section("0", [96], (1...9).map { .init(ssrc: SSRC(rawValue: $0)) })
    ])
    #expect(demultiplexer.streams.count == 4)
    let (header, values) = packet(5_000, 96, mid: "0")
    let route = demultiplexer.route(header, values)
    #expect(route == .dropped(.tooManyStreams))
  }

  @Test("RP-02: a new description keeps the numbers of streams that stay")
  func reconfigure() {
    var demultiplexer = RTPDemultiplexer()
    let audio = section("0", [111], [.init(ssrc: 1)])
    let video = section("1", [96, 97], repair: [97], [.init(ssrc: 2, repairSSRC: 3)])
    var changed = demultiplexer.configure([audio, video])
    #expect(changed.isEmpty)
    let (header, values) = packet(50, 111, mid: "0")
    _ = demultiplexer.route(header, values)
    changed = demultiplexer.configure([audio, video])
    #expect(changed.isEmpty)
    // A learnt stream that is signalled later stays itself.
    var more = audio
    more.streams.append(.init(ssrc: 50))
    changed = demultiplexer.configure([more, video])
    #expect(changed.isEmpty)
    #expect(demultiplexer.streams[3]?.isSignalled == true)
    // A section that is recycled for another MID loses its streams.
    changed = demultiplexer.configure([more, section("9", [96], [.init(ssrc: 2)])])
    #expect(changed == [2])
    #expect(demultiplexer.stream(for: 2) == 1)
    changed = demultiplexer.configure([])
    #expect(changed == [0, 1, 3])
    #expect(demultiplexer.stream(for: 1) == nil)
  }

  @Test("RP-02: an SSRC signalled twice stays in its first section")
  func signalledTwice() {
    var demultiplexer = RTPDemultiplexer()
    demultiplexer.configure([section("0", [96], [.init(ssrc: 1)]), section("1", [97], [.init(ssrc: 1)])])
    #expect(demultiplexer.streams.count == 1)
    #expect(demultiplexer.streams[0]?.section == 0)
  }

  @Test("RP-02: look-ups stay right while streams come and go")
  func table() {
    var random = RandomSource.seeded(3)
    var demultiplexer = RTPDemultiplexer(maximumStreamCount: 64)
    demultiplexer.configure([section("0", [96])])
    var expected: [UInt32: Int] = [:]
    for _ in 0..<5_000 {
      // Numbers in steps that collide in the table.
      let ssrc = UInt32.random(in: 0..<60, using: &random) << 16
      let (header, values) = packet(ssrc, 96)
      if let number = expected[ssrc], Bool.random(using: &random) {
        demultiplexer.remove(number)
        expected[ssrc] = nil
      } else {
        switch demultiplexer.route(header, values) {
        case .new(let number): expected[ssrc] = number
        case .known(let number): #expect(expected[ssrc] == number)
        case .dropped: Issue.record("nothing is dropped here")
        }
      }
      for other in 0..<60 as Range<UInt32> {
        #expect(demultiplexer.stream(for: SSRC(rawValue: other << 16)) == expected[other << 16])
      }
    }
  }

  @Test("Sets of payload types")
  func payloadTypeSet() {
    var set: PayloadTypeSet = [0, 63, 64, 127]
    #expect((0..<128).filter { set.contains(PayloadType(truncating: UInt8($0))) } == [0, 63, 64, 127])
    set.subtract([63, 127])
    set.formUnion([5])
    #expect(set == [0, 5, 64])
    #expect(set.intersection([5, 6]) == PayloadTypeSet([PayloadType(truncating: 5)]))
    #expect(set.intersection([6]).isEmpty)
  }
}
