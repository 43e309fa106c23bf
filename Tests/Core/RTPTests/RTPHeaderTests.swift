import RTCBase
import RTCRTP
import Testing

@Suite("RTP header")
struct RTPHeaderTests {
  @Test("RP-01: a plain header is parsed")
  func plain() throws {
    let header = try #require(parseHeader(hex("80e55e58 efb0f6bc a6a144f2 018a03c0")))
    #expect(header.marker)
    #expect(header.payloadType == 101)
    #expect(header.sequenceNumber == 24_152)
    #expect(header.timestamp == 4_021_352_124)
    #expect(header.ssrc == 2_795_586_802)
    #expect(header.csrcCount == 0)
    #expect(header.extensionProfile == nil)
    #expect(header.extensionRange.isEmpty)
    #expect(header.payloadRange == 12..<16)
    #expect(header.paddingLength == 0)
  }

  @Test("RP-01: contributing sources are skipped and readable")
  func contributingSources() throws {
    let bytes = hex("82003ed2 00000090 5fbd169e abcdef01 deadbeef ffff")
    let header = try #require(parseHeader(bytes))
    #expect(header.csrcCount == 2)
    #expect(header.payloadRange == 20..<22)
    bytes.withRawSpan { span in
      #expect(header.csrc(at: 0, in: span) == 0xabcd_ef01)
      #expect(header.csrc(at: 1, in: span) == 0xdead_beef)
      #expect(header.csrc(at: 2, in: span) == nil)
      #expect(header.csrc(at: -1, in: span) == nil)
    }
  }

  @Test("RP-01: padding alone leaves an empty payload")
  func paddingOnly() throws {
    let bytes = hex("b062567a bd029f83 597eaf6d bede0001 22f1cc8c") + [UInt8](repeating: 0, count: 223) + [224]
    let header = try #require(parseHeader(bytes))
    #expect(header.extensionProfile == 0xBEDE)
    #expect(header.extensionRange == 16..<20)
    #expect(header.payloadRange == 20..<20)
    #expect(header.paddingLength == 224)
  }

  @Test(
    "RP-01: what RFC 3550 does not allow is refused",
    arguments: [
      ("empty", ""),
      ("too short", "80e55e58 efb0f6bc a6a144"),
      ("version 1", "40e55e58 efb0f6bc a6a144f2"),
      ("version 3", "c0e55e58 efb0f6bc a6a144f2"),
      ("contributing sources beyond the end", "82e55e58 efb0f6bc a6a144f2 00000001"),
      ("extension header beyond the end", "90e55e58 efb0f6bc a6a144f2 bede"),
      ("extension data beyond the end", "90e55e58 efb0f6bc a6a144f2 bede0002 00000000"),
      ("extension of the largest length", "90e55e58 efb0f6bc a6a144f2 bedeffff 00000000"),
      ("no byte for the padding", "a0e55e58 efb0f6bc a6a144f2"),
      ("padding of zero", "a0e55e58 efb0f6bc a6a144f2 00"),
      ("padding longer than the payload", "a0e55e58 efb0f6bc a6a144f2 02"),
    ])
  func refused(name: String, text: String) {
    #expect(parseHeader(hex(text)) == nil, "\(name)")
  }

  @Test("RP-01: a protected packet's padding is read after decryption")
  func paddingAfterDecryption() throws {
    let encrypted = hex("a0e55e58 efb0f6bc a6a144f2 11223344 55667788")
    var header = try #require(encrypted.withRawSpan { RTPHeader(parsingProtected: $0) })
    #expect(header.payloadRange == 12..<20)
    let decrypted = hex("a0e55e58 efb0f6bc a6a144f2 01020002")
    let isResolved = decrypted.withRawSpan { header.resolvePadding(in: $0) }
    #expect(isResolved)
    #expect(header.payloadRange == 12..<14)
    #expect(header.paddingLength == 2)
    let isRefused = hex("a0e55e58 efb0f6bc a6a144f2 01020009").withRawSpan { header.resolvePadding(in: $0) }
    #expect(!isRefused)
    let isTooShort = hex("a0e55e58").withRawSpan { header.resolvePadding(in: $0) }
    #expect(!isTooShort)
  }

}
