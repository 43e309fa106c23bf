import RTCBase
import RTCPayload
import Testing

@Suite("VP8 payloads")
struct VP8PayloadTests {
  private func parse(_ text: String) -> VP8PayloadDescriptor? {
    hex(text).withRawSpan { VP8PayloadDescriptor(parsing: $0) }
  }

  private func keyFrame(_ byteCount: Int) -> [UInt8] {
    // 640x480, the horizontal scale bits set.
    hex("10 02 00 9d 01 2a 80 42 e0 01") + [UInt8](repeating: 0x5A, count: byteCount - 10)
  }

  @Test(
    "CD-06: descriptors are parsed and written alike",
    arguments: [
      ("10 00", VP8PayloadDescriptor(startsPartition: true)),
      ("00 00", VP8PayloadDescriptor(startsPartition: false)),
      ("37 00", VP8PayloadDescriptor(isNonReference: true, startsPartition: true, partitionIndex: 7)),
      ("90 80 11 00", VP8PayloadDescriptor(startsPartition: true, pictureID: 17, hasLongPictureID: false)),
      ("90 80 92 34 00", VP8PayloadDescriptor(startsPartition: true, pictureID: 0x1234)),
      ("90 80 ff ff 00", VP8PayloadDescriptor(startsPartition: true, pictureID: 0x7FFF)),
      (
        "90 e0 80 01 ff a0 00",
        VP8PayloadDescriptor(
          startsPartition: true, pictureID: 1, baseLayerPictureIndex: 255, temporalLayer: 2, isLayerSync: true)
      ),
      (
        "80 f0 80 01 07 5f 00",
        VP8PayloadDescriptor(
          startsPartition: false, pictureID: 1, baseLayerPictureIndex: 7, temporalLayer: 1, keyIndex: 31)
      ),
      ("90 10 05 00", VP8PayloadDescriptor(startsPartition: true, keyIndex: 5)),
      ("90 40 09 00", VP8PayloadDescriptor(startsPartition: true, baseLayerPictureIndex: 9)),
    ])
  func descriptors(text: String, expected: VP8PayloadDescriptor) throws {
    var descriptor = try #require(parse(text))
    #expect(descriptor.byteCount == hex(text).count - 1)
    // Without a picture ID its form is not told.
    if descriptor.pictureID == nil { descriptor.hasLongPictureID = expected.hasLongPictureID }
    #expect(descriptor == expected)
    let (word, byteCount) = descriptor.encoded
    let fragment = PayloadFragment(range: 0..<0, marker: false, descriptor: word, descriptorByteCount: byteCount)
    #expect(fragment.descriptorBytes == Array(hex(text).dropLast()))
  }

  @Test("CD-06: reserved bits are passed over")
  func reservedBits() {
    #expect(parse("58 00")?.beginsFrame == true)
    #expect(parse("90 8f 11 00")?.pictureID == 17)
    // An extension byte that announces nothing.
    #expect(parse("90 00 00")?.byteCount == 2)
  }

  @Test(
    "CD-06: descriptors that are cut short, or followed by nothing, are refused",
    arguments: [
      "", "10", "90", "90 80", "90 80 80", "90 80 11", "90 40", "90 20", "90 10", "90 c0 80 01", "90 f0 80 01 07",
      "90 f0 80 01 07 5f",
    ])
  func cutShort(text: String) {
    #expect(parse(text) == nil)
    #expect(VP8Depacketizer().depacketize(hex(text)) == nil)
  }

  @Test("CD-06: key frames show themselves and their size")
  func frameHeader() throws {
    let header = try #require(keyFrame(20).withRawSpan { VP8FrameHeader(parsing: $0) })
    #expect(header.isKeyFrame && header.isShown)
    #expect(header.version == 0)
    #expect(header.firstPartitionByteCount == 16)
    #expect(header.width == 640)
    #expect(header.height == 480)
    let interFrame = try #require(hex("f1 ff ff").withRawSpan { VP8FrameHeader(parsing: $0) })
    #expect(!interFrame.isKeyFrame)
    #expect(interFrame.firstPartitionByteCount == 0x7_FFFF)
    #expect(interFrame.width == nil)
    let short = try #require(hex("10 02 00 9d 01 2a 80").withRawSpan { VP8FrameHeader(parsing: $0) })
    #expect(short.isKeyFrame && short.width == nil)
    #expect(hex("10 02").withRawSpan { VP8FrameHeader(parsing: $0) } == nil)
    #expect(hex("10 02 00 9d 01 2b 80 02 e0 01").withRawSpan { VP8FrameHeader(parsing: $0) } == nil)
  }

  @Test("CD-06: only the first payload of a frame tells a key frame")
  func depacketize() throws {
    let depacketizer = VP8Depacketizer()
    let first = try #require(depacketizer.depacketize(hex("90 80 11") + keyFrame(30)))
    #expect(first.dataOffset == 3)
    #expect(first.beginsFrame && first.isKeyFrame)
    #expect(first.width == 640 && first.height == 480)
    #expect(first.vp8?.pictureID == 17)
    let rest = try #require(depacketizer.depacketize(hex("80 80 11") + keyFrame(30)))
    #expect(!rest.beginsFrame && !rest.isKeyFrame)
    let secondPartition = try #require(depacketizer.depacketize(hex("91 80 11") + keyFrame(30)))
    #expect(!secondPartition.beginsFrame && !secondPartition.isKeyFrame)
    #expect(depacketizer.depacketize(hex("10 00 00 9d ff ff 00 00 00 00 00")) == nil)
    #expect(depacketizer.depacketize(hex("10 00 00")) == nil)
  }

  @Test(
    "CD-06: frames are cut into balanced fragments that join to the frame",
    arguments: [10, 100, 1_196, 1_197, 1_198, 2_394, 2_395, 50_001], [1_200, 20, 5])
  func fragments(byteCount: Int, maximumPayloadSize: Int) {
    var packetizer = VP8Packetizer(firstPictureID: 0x7FFF)
    let frame = EncodedFrame(bytes: keyFrame(byteCount), rtpTimestamp: 0)
    let payloads = packetizer.payloads(of: frame, maximumPayloadSize: maximumPayloadSize)
    let sizes = payloads.map(\.bytes.count)
    #expect((sizes.max() ?? 0) <= maximumPayloadSize)
    #expect((sizes.max() ?? 0) - (sizes.min() ?? 0) <= 1)
    #expect(payloads.count == (byteCount + maximumPayloadSize - 5) / (maximumPayloadSize - 4))
    #expect(payloads.map(\.marker) == Array(repeating: false, count: payloads.count - 1) + [true])
    var joined: [UInt8] = []
    for (index, payload) in payloads.enumerated() {
      guard let part = payload.bytes.withRawSpan({ VP8PayloadDescriptor(parsing: $0) }) else {
        Issue.record("no descriptor")
        return
      }
      #expect(part.beginsFrame == (index == 0))
      #expect(part.pictureID == 0x7FFF)
      joined += payload.bytes.dropFirst(part.byteCount)
    }
    #expect(joined == frame.bytes)
    #expect(packetizer.nextPictureID == 0)
  }

  @Test("CD-06: temporal layers count the frames of the base layer")
  func temporalLayers() throws {
    var packetizer = VP8Packetizer(firstPictureID: 5, firstBaseLayerPictureIndex: 255)
    let descriptors = try ([0, 2, 1, 2, 0] as [UInt8]).map { layer in
      let frame = EncodedFrame(
        bytes: keyFrame(20), rtpTimestamp: 0, temporalLayer: layer, isLayerSync: layer == 1, isDiscardable: layer == 2)
      let payload = try #require(packetizer.payloads(of: frame, maximumPayloadSize: 100).first)
      return try #require(payload.bytes.withRawSpan { VP8PayloadDescriptor(parsing: $0) })
    }
    #expect(descriptors.map(\.pictureID) == [5, 6, 7, 8, 9])
    #expect(descriptors.map(\.baseLayerPictureIndex) == [255, 255, 255, 255, 0])
    #expect(descriptors.map(\.temporalLayer) == [0, 2, 1, 2, 0])
    #expect(descriptors.map(\.isLayerSync) == [false, false, true, false, false])
    #expect(descriptors.map(\.isNonReference) == [false, true, false, true, false])
    #expect(descriptors.allSatisfy { $0.byteCount == 6 })
  }

  @Test("CD-06: no bytes and no room give no payload")
  func nothing() {
    var packetizer = VP8Packetizer(random: .seeded(1))
    #expect(packetizer.payloads(of: EncodedFrame(bytes: [], rtpTimestamp: 0), maximumPayloadSize: 100).isEmpty)
    for size in [-5, 0, 4] {
      #expect(packetizer.payloads(of: EncodedFrame(bytes: [1], rtpTimestamp: 0), maximumPayloadSize: size).isEmpty)
    }
  }

  @Test("CD-06: a fragment that does not fit leaves the packet as it was")
  func fragmentBounds() {
    let fragment = PayloadFragment(range: 0..<10, marker: false, descriptor: 1 << 56, descriptorByteCount: 1)
    let packet = PacketBuffer()
    for _ in 0..<PacketBuffer.capacity - 10 { packet.append(UInt8(0)) }
    let bytes = [UInt8](repeating: 1, count: 10)
    let isAppended = bytes.withRawSpan { fragment.append($0, to: packet) }
    #expect(!isAppended)
    #expect(packet.count == PacketBuffer.capacity - 10)
    let beyond = [UInt8](repeating: 1, count: 9).withRawSpan { fragment.append($0, to: PacketBuffer()) }
    #expect(!beyond)
  }

  @Test("CD-06: random payloads never trap", arguments: 0..<8 as Range<UInt64>)
  func hostile(seed: UInt64) {
    let random = RandomSource.seeded(seed)
    for _ in 0..<2_000 {
      let bytes = random.bytes(Int(random.uint16() % 16))
      if let payload = VP8Depacketizer().depacketize(bytes) { #expect(payload.dataOffset < bytes.count) }
      bytes.withRawSpan { _ = VP8FrameHeader(parsing: $0) }
    }
  }
}
