import RTCBase
import RTCRTP
import Testing

@Suite("RTP header extensions")
struct RTPExtensionTests {
  private static let header = "90ef374c 4f1ba1ad f3753f70"

  private func values(_ block: String, _ map: RTPExtensionMap = commonMap) -> RTPExtensionValues? {
    parseExtensions(hex(Self.header + block + "aabb"), map)
  }

  @Test("HX-01: the MID of a captured packet")
  func capturedMID() throws {
    let bytes = hex("90ef374c 4f1ba1ad f3753f70 bede0001 90300000 78800a6d c705f7a2")
    let values = try #require(parseExtensions(bytes, RTPExtensionMap([(9, .mid)])))
    #expect(values.mid == "0")
    #expect(values.midIdentifier == StreamIdentifier("0"))
  }

  @Test("HX-05: the send time of a captured packet")
  func capturedSendTime() throws {
    let bytes = hex("b062567a bd029f83 597eaf6d bede0001 22f1cc8c 00000004")
    let values = try #require(parseExtensions(bytes, RTPExtensionMap([(2, .absoluteSendTime)])))
    #expect(values.absoluteSendTime == 0xF1CC8C)
  }

  @Test("HX-03: audio level with its voice bit, in both forms, padded too")
  func audioLevel() {
    #expect(values("bede0001 10b20000")?.audioLevel == AudioLevel(level: 50, voiceActivity: true))
    #expect(values("bede0001 107f0000")?.audioLevel == AudioLevel(level: 127, voiceActivity: false))
    #expect(values("10000001 01010a00")?.audioLevel == AudioLevel(level: 10, voiceActivity: false))
    #expect(values("10000001 01028a00")?.audioLevel == AudioLevel(level: 10, voiceActivity: true))
    #expect(AudioLevel(level: 200, voiceActivity: false).byte == 127)
  }

  @Test("RP-03: all extensions in one packet, with padding between them")
  func all() throws {
    let block =
      "bede000d 1085 22010203 00 311234 41 6130 00 53 68696768 62 6c6f77 72 fffffe 80 05 92 064032"
      + "af 0123456789abcdef 00000001 80000000 00"
    let values = try #require(self.values(block))
    #expect(values.audioLevel == AudioLevel(level: 5, voiceActivity: true))
    #expect(values.absoluteSendTime == 0x010203)
    #expect(values.transportSequenceNumber == 0x1234)
    #expect(values.mid == "a0")
    #expect(values.rid == "high")
    #expect(values.repairedRid == "low")
    #expect(values.transmissionOffset == -2)
    #expect(values.videoOrientation == VideoOrientation(clockwiseQuarterTurns: 1, isFlippedHorizontally: true))
    #expect(values.playoutDelay == PlayoutDelay(minimum: 100, maximum: 50))
    #expect(
      values.absoluteCaptureTime
        == AbsoluteCaptureTime(captureTime: NTPTime(rawValue: 0x0123_4567_89AB_CDEF), clockOffset: 0x1_8000_0000))
  }

  @Test("RP-03: identifier 15 stops the one-byte form, and so does a zero with a length")
  func stops() {
    #expect(values("bede0002 10 05 f0 00 22 010203")?.audioLevel != nil)
    #expect(values("bede0002 10 05 f0 00 22 010203")?.absoluteSendTime == nil)
    #expect(values("bede0002 10 05 01 00 22 010203")?.absoluteSendTime == nil)
    #expect(values("bede0002 10 05 00 00 22 010203")?.absoluteSendTime == 0x010203)
  }

  @Test("RP-03: the two-byte form has identifiers up to 255, empty elements and application bits")
  func twoByteForm() {
    let map = RTPExtensionMap([(15, .mid), (200, .absoluteSendTime), (1, .audioLevel)])
    #expect(map[15] == .mid)
    #expect(map[200] == .absoluteSendTime)
    let values = self.values("100f0004 0f 01 37 00 c8 03 010203 63 00 00 00 01 00 00", map)
    #expect(values?.mid == "7")
    #expect(values?.absoluteSendTime == 0x010203)
    #expect(values?.audioLevel == nil)
  }

  @Test(
    "RP-03: elements of a wrong length, cut short or of another profile are skipped",
    arguments: [
      "bede0001 21 0102 00", "bede0001 23 0102 03", "bede0001 30 12 0000", "bede0001 2f 000000",
      "10000001 02 03 0102", "10000001 00000002", "12340001 22010203", "bede0000", "10000000",
    ])
  func skipped(block: String) {
    #expect(values(block) == RTPExtensionValues())
  }

  @Test("HX-01: a MID that is empty, too long or not visible ASCII is none")
  func badIdentifiers() {
    #expect(values("10000001 04000000")?.midIdentifier == nil)
    #expect(values("bede0001 40200000")?.midIdentifier == nil)
    #expect(values("bede0001 40ff0000")?.midIdentifier == nil)
    #expect(values("10000005 0411" + String(repeating: "61", count: 17) + "00")?.midIdentifier == nil)
    #expect(
      values("10000005 0410" + String(repeating: "61", count: 16) + "0000")?.mid == String(repeating: "a", count: 16))
    #expect(StreamIdentifier("") == nil)
    #expect(StreamIdentifier("abcdefghijklmnop")?.description == "abcdefghijklmnop")
    #expect(StreamIdentifier("aa") != StreamIdentifier("a"))
  }

  @Test("RP-03: a map keeps one identifier for an extension and one extension for an identifier")
  func map() {
    var map = RTPExtensionMap()
    #expect(map.isEmpty)
    map.set(.mid, id: 4)
    map.set(.mid, id: 5)
    #expect(map[4] == nil)
    #expect(map[5] == .mid)
    map.set(.rid, id: 5)
    #expect(map[5] == .rid)
    #expect(map.id(of: .mid) == nil)
    map.set(.mid, id: 0)
    #expect(map[0] == nil)
    #expect(!map.hasLongIdentifiers)
    map.set(.mid, id: 15)
    #expect(map.hasLongIdentifiers)
    map.remove(.mid)
    map.remove(.rid)
    #expect(map == RTPExtensionMap())
    for (index, known) in RTPExtension.allCases.enumerated() { map.set(known, id: UInt8(index + 3)) }
    for (index, known) in RTPExtension.allCases.enumerated() {
      #expect(map[UInt8(index + 3)] == known)
      #expect(map.id(of: known) == UInt8(index + 3))
      #expect(RTPExtension(rawValue: known.rawValue) == known)
    }
  }

  @Test("HX-06: both versions of the transport sequence number are read")
  func transportSequenceNumberVersions() {
    let map = RTPExtensionMap([(3, .transportSequenceNumberV2)])
    #expect(values("bede0001 31 0102 00", map)?.transportSequenceNumber == 0x0102)
    #expect(values("bede0002 33 01028001 000000", map)?.transportSequenceNumber == 0x0102)
  }
}
