import RTCBase
import Testing

@Suite("Bytes")
struct BytesTests {
  @Test("A reader answers nil at the end and stays where it is")
  func reader() {
    let bytes: [UInt8] = [1, 2, 3, 4, 5, 6, 7]
    var reader = ByteReader(bytes.span.bytes)
    #expect(reader.readUInt16() == 0x0102)
    #expect(reader.readUInt24() == 0x03_0405)
    #expect(reader.readUInt32() == nil)
    #expect(reader.remaining == 2)
    #expect(reader.readBytes(3) == nil)
    #expect(reader.readBytes(-1) == nil)
    #expect(reader.skip(1) && !reader.skip(2))
    #expect(reader.readRest() == [7])
    #expect(reader.readUInt8() == nil)
  }

  @Test("A writer stops at its limit and says so")
  func writer() {
    var writer = ByteWriter(limit: 5)
    writer.write(UInt16(0x0102))
    writer.writeUInt24(0x03_0405)
    #expect(!writer.hasOverflowed)
    writer.write(UInt8(6))
    #expect(writer.hasOverflowed && writer.bytes == [1, 2, 3, 4, 5])
    writer.overwrite(0xFFFE, at: 0)
    #expect(writer.bytes[0] == 0xFF && writer.bytes[1] == 0xFE)
  }

  @Test("A packet refuses what does not fit and keeps what it had")
  func packetBounds() {
    let packet = PacketBuffer()
    #expect([UInt8](repeating: 7, count: PacketBuffer.capacity).withRawSpan { packet.assign($0) })
    #expect(packet.append(UInt8(1)) == false)
    #expect([UInt8](repeating: 8, count: PacketBuffer.capacity + 1).withRawSpan { packet.assign($0) } == false)
    #expect(packet.count == PacketBuffer.capacity && packet.bytes.uint8(at: 0) == 7)
    packet.truncate(to: 4)
    packet.append(UInt16(0x0A0B))
    packet.overwrite(UInt16(0x0C0D), at: 0)
    #expect(packet.bytes.copied() == [0x0C, 0x0D, 7, 7, 0x0A, 0x0B])
  }

  @Test("A pool reuses storage and keeps no more than its limit")
  func pool() {
    let pool = PacketPool(limit: 2)
    let packets = (0..<3).map { _ in pool.take() }
    packets.forEach(pool.give)
    #expect(pool.freeCount == 2 && pool.createdCount == 3)
    _ = pool.take()
    #expect(pool.createdCount == 3 && pool.freeCount == 1)
  }

  @Test("The same seed gives the same bytes, and ICE texts stay within their alphabet")
  func random() {
    #expect(RandomSource.seeded(5).bytes(20) == RandomSource.seeded(5).bytes(20))
    #expect(RandomSource.seeded(5).bytes(20) != RandomSource.seeded(6).bytes(20))
    let text = RandomSource.seeded(1).iceCharacters(100)
    #expect(text.utf8.count == 100 && text.allSatisfy { $0.isLetter || $0.isNumber || $0 == "+" || $0 == "/" })
  }
}
