import RTCBase
import RTCRTP
import Testing

@Suite("RTP header writer")
struct RTPHeaderWriterTests {
  private let header = RTPHeader(
    marker: true, payloadType: 96, sequenceNumber: 0x1234, timestamp: 0x0102_0304, ssrc: 0xA0B0_C0D0)

  private var allValues: RTPExtensionValues {
    var values = RTPExtensionValues()
    values.mid = "audio"
    values.rid = "h"
    values.repairedRid = "l"
    values.audioLevel = AudioLevel(level: 33, voiceActivity: true)
    values.absoluteSendTime = 0xABCDEF
    values.transportSequenceNumber = 0xFEDC
    values.transmissionOffset = -3
    values.videoOrientation = VideoOrientation(clockwiseQuarterTurns: 3, isBackFacing: true)
    values.playoutDelay = PlayoutDelay(minimum: 0, maximum: 4_095)
    values.absoluteCaptureTime = AbsoluteCaptureTime(captureTime: NTPTime(rawValue: 77), clockOffset: -5)
    return values
  }

  @Test("RP-01: a header without extensions has twelve bytes")
  func plain() {
    let packet = PacketBuffer()
    let layout = RTPHeaderWriter(map: commonMap).write(header, into: packet)
    #expect(packet.array == hex("80e01234 01020304 a0b0c0d0"))
    #expect(layout.headerByteCount == 12)
    #expect(!layout.hasAbsoluteSendTime && !layout.hasTransportSequenceNumber)
    layout.setAbsoluteSendTime(1, in: packet)
    layout.setTransportSequenceNumber(1, in: packet)
    #expect(packet.array == hex("80e01234 01020304 a0b0c0d0"))
  }

  @Test("RP-03: extensions are written in the one-byte form, padded to a word")
  func oneByteForm() {
    var values = RTPExtensionValues()
    values.audioLevel = AudioLevel(level: 50, voiceActivity: true)
    values.mid = "0"
    let packet = PacketBuffer()
    let layout = RTPHeaderWriter(map: commonMap).write(header, extensions: values, into: packet)
    #expect(packet.array == hex("90e01234 01020304 a0b0c0d0 bede0001 10b24030"))
    #expect(layout.headerByteCount == 20)
  }

  @Test(
    "RP-03: what is written is read again, in every form",
    arguments: [0, 14, 100], [false, true])
  func roundTrip(offset: Int, allowsMixedForms: Bool) throws {
    let known: [RTPExtension] = [
      .mid, .rid, .repairedRid, .audioLevel, .absoluteSendTime, .transportSequenceNumber, .transmissionOffset,
      .videoOrientation, .playoutDelay, .absoluteCaptureTime,
    ]
    let map = RTPExtensionMap(
      known.enumerated().map { (UInt8($0.offset + 1 + offset), $0.element) }, allowsMixedForms: allowsMixedForms)
    let packet = PacketBuffer()
    let layout = RTPHeaderWriter(map: map).write(header, extensions: allValues, into: packet)
    packet.append(hex("0102030405").span.bytes)
    let parsed = try #require(parseHeader(packet.array))
    #expect(parsed.payloadRange == layout.headerByteCount..<layout.headerByteCount + 5)
    #expect(parsed.extensionProfile == (offset == 0 ? 0xBEDE : 0x1000))
    #expect(parsed.marker && parsed.payloadType == 96 && parsed.ssrc == header.ssrc)
    #expect(parseExtensions(packet.array, map) == allValues)
  }

  @Test("RP-03: one long identifier makes every packet two-byte, unless forms may be mixed")
  func formsOfAStream() {
    var map = RTPExtensionMap([(4, .mid), (20, .rid)])
    var values = RTPExtensionValues()
    values.mid = "0"
    let packet = PacketBuffer()
    RTPHeaderWriter(map: map).write(header, extensions: values, into: packet)
    #expect(parseHeader(packet.array)?.extensionProfile == 0x1000)
    map.allowsMixedForms = true
    RTPHeaderWriter(map: map).write(header, extensions: values, into: packet)
    #expect(parseHeader(packet.array)?.extensionProfile == 0xBEDE)
    values.rid = "a"
    RTPHeaderWriter(map: map).write(header, extensions: values, into: packet)
    #expect(parseHeader(packet.array)?.extensionProfile == 0x1000)
    #expect(parseExtensions(packet.array, map) == values)
  }

  @Test("HX-05, HX-06: fields known at departure are filled in", arguments: [0, 20])
  func lateFields(offset: UInt8) {
    let map = RTPExtensionMap([(2 + offset, .absoluteSendTime), (3 + offset, .transportSequenceNumber)])
    var values = RTPExtensionValues()
    values.absoluteSendTime = 0
    values.transportSequenceNumber = 0
    let packet = PacketBuffer()
    let layout = RTPHeaderWriter(map: map).write(header, extensions: values, into: packet)
    #expect(layout.hasAbsoluteSendTime && layout.hasTransportSequenceNumber)
    layout.setAbsoluteSendTime(0xFF12_3456, in: packet)
    layout.setTransportSequenceNumber(0xBEEF, in: packet)
    values.absoluteSendTime = 0x123456
    values.transportSequenceNumber = 0xBEEF
    #expect(parseExtensions(packet.array, map) == values)
    // A layout used on another, shorter packet changes nothing.
    let other = PacketBuffer()
    layout.setAbsoluteSendTime(1, in: other)
    layout.setTransportSequenceNumber(1, in: other)
    #expect(other.isEmpty)
  }

  @Test("RP-03: the longest header has its stated length")
  func longestHeader() {
    var values = allValues
    let longest = String(repeating: "x", count: 16)
    (values.mid, values.rid, values.repairedRid) = (longest, longest, longest)
    let map = RTPExtensionMap(
      RTPExtension.allCases.enumerated().map { (UInt8($0.offset + 100), $0.element) })
    let layout = RTPHeaderWriter(map: map).write(header, extensions: values, into: PacketBuffer())
    #expect(layout.headerByteCount == RTPHeaderWriter.maximumByteCount)
  }

  @Test("HX-06: the second version carries the number when the first was not negotiated")
  func secondVersion() {
    let map = RTPExtensionMap([(3, .transportSequenceNumberV2)])
    var values = RTPExtensionValues()
    values.transportSequenceNumber = 7
    let packet = PacketBuffer()
    let layout = RTPHeaderWriter(map: map).write(header, extensions: values, into: packet)
    layout.setTransportSequenceNumber(9, in: packet)
    #expect(parseExtensions(packet.array, map)?.transportSequenceNumber == 9)
  }
}
