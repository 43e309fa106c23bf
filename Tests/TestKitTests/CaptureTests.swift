import Foundation
import RTCBase
import RTCSecurity
import RTCTestKit
import Testing

@Suite("Captures")
struct CaptureTests {
  private struct Packet {
    var ip: [UInt8]
    var payload: ArraySlice<UInt8> { ip[(ip[0] >> 4 == 4 ? 28 : 48)...] }
  }

  /// Reads a capture as libpcap's format has it.
  private func read(_ capture: PacketCapture) -> [Packet] {
    func word(_ offset: Int) -> Int {
      (0..<4).reduce(0) { $0 | Int(capture.bytes[offset + $1]) << (8 * $1) }
    }
    #expect(word(0) == 0xA1B2_3C4D && word(4) == 4 << 16 | 2 && word(20) == 101)
    var packets: [Packet] = []
    var offset = 24
    while offset < capture.bytes.count {
      let size = word(offset + 8)
      packets.append(Packet(ip: Array(capture.bytes[offset + 16..<offset + 16 + size])))
      offset += 16 + size
    }
    return packets
  }

  /// What a receiver's sum over pseudo-header and datagram gives: all ones when it is right (RFC 768, RFC 8200 §8.1).
  private func checksumResidue(_ packet: Packet) -> Int {
    let isV4 = packet.ip[0] >> 4 == 4
    let datagram = Array(packet.ip[(isV4 ? 20 : 40)...])
    guard datagram[6] != 0 || datagram[7] != 0 else { return 0 }
    let length = datagram.count
    var bytes = Array(isV4 ? packet.ip[12..<20] : packet.ip[8..<40])
    bytes += [0, 17, UInt8(length >> 8), UInt8(length & 0xFF)] + datagram + (length % 2 == 1 ? [0] : [])
    var sum = stride(from: 0, to: bytes.count, by: 2).reduce(0) { $0 + Int(bytes[$1]) << 8 + Int(bytes[$1 + 1]) }
    while sum >> 16 > 0 { sum = sum >> 16 + sum & 0xFFFF }
    return sum
  }

  private func capture(_ content: PacketCapture.Content) throws -> [Packet] {
    let simulation = Simulation(seed: 3, impairments: .init(delay: .milliseconds(10)))
    simulation.capture = PacketCapture(content)
    try simulation.connect(simulation.addPeer("a"), simulation.addPeer("b"), sending: [.audio])
    simulation.run(for: Duration.seconds(2))
    let capture = try #require(simulation.capture)
    let packets = read(capture)
    #expect(packets.count == capture.count && capture.skippedCount == 0)
    return packets
  }

  @Test("Datagrams have whole IP and UDP headers, protected or not")
  func contents() throws {
    let protected = try capture(.protected)
    let decrypted = try capture(.decrypted)
    #expect(protected.count == decrypted.count && protected.count > 150)
    var smaller = 0
    for (one, other) in zip(protected, decrypted) {
      #expect(one.ip[0] == 0x45 && one.ip[9] == 17)
      let sum = stride(from: 0, to: 20, by: 2).reduce(0) { $0 + Int(one.ip[$1]) << 8 + Int(one.ip[$1 + 1]) }
      #expect((sum & 0xFFFF) + (sum >> 16) == 0xFFFF)
      #expect(checksumResidue(one) == 0xFFFF && checksumResidue(other) == 0xFFFF)
      if other.payload.count < one.payload.count { smaller += 1 }
    }
    #expect(smaller > 100)
    // The stand-in's marks of 20 ms of sound are readable.
    #expect(decrypted.contains { Array($0.payload.suffix(75)) == [UInt8](repeating: 0x55, count: 75) })
    #expect(!protected.contains { Array($0.payload.suffix(75)) == [UInt8](repeating: 0x55, count: 75) })
  }

  @Test("IPv6 and the limit")
  func limit() {
    var network = PacketCapture(limit: 200)
    let a = TransportAddress(IPAddress(v6High: 1 << 63, low: 1), port: 5)
    network.record([1, 2, 3], from: a, to: a, at: .zero + .seconds(2))
    #expect(network.count == 1 && network.bytes.count == 24 + 16 + 48 + 3)
    #expect(read(network)[0].payload == [1, 2, 3])
    #expect(checksumResidue(read(network)[0]) == 0xFFFF)
    for _ in 0..<5 { network.record([1, 2, 3], from: a, to: a, at: .zero) }
    #expect(network.bytes.count <= 200 && network.skippedCount > 0)
  }

  @Test("A checksum that comes out as zero is written as ones, which do not mean that there is none")
  func checksumOfZero() throws {
    let address = TransportAddress(IPAddress(v6High: 0xFE80 << 48, low: 1), port: 5)
    func checksum(of payload: [UInt8]) -> [UInt8] {
      var capture = PacketCapture()
      capture.record(payload, from: address, to: address, at: .zero)
      return Array(capture.bytes[24 + 16 + 46..<24 + 16 + 48])
    }
    // What zeros lack of all ones, in their place, makes the sum all ones.
    #expect(checksum(of: checksum(of: [0, 0])) == [0xFF, 0xFF])
  }

  @Test("A capture is written to a file, and where that fails the error says why")
  func file() throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).pcap").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    var capture = PacketCapture()
    let address = TransportAddress(IPAddress(v4: 10, 0, 0, 1), port: 5)
    for _ in 0..<2 {
      capture.record([1, 2, 3], from: address, to: address, at: .zero)
      try capture.write(toFile: path)
      #expect(try [UInt8](Data(contentsOf: URL(filePath: path))) == capture.bytes)
    }
    #expect {
      try capture.write(toFile: "/nowhere/at.pcap")
    } throws: {
      ($0 as? FileAccessError)?.reason == "No such file or directory"
    }
  }

  @Test("What a packet held is told only of a packet that was protected and is still the same")
  func plainBytes() throws {
    let crypto = ObservedCrypto(DeterministicCrypto(seed: 1))
    crypto.isObserving = true
    let keys = [UInt8](repeating: 1, count: 28)
    let context = try crypto.makeSRTPContext(
      SRTPKeyingMaterial(profile: .aeadAES128GCM, localKeyAndSalt: keys, remoteKeyAndSalt: keys))
    func fill(_ packet: PacketBuffer, _ bytes: [UInt8]) {
      packet.removeAll()
      bytes.withRawSpan { _ = packet.append($0) }
    }
    let packet = PacketBuffer()
    let media: [UInt8] = [0x80, 96, 0, 1, 0, 0, 0, 1, 0, 0, 0, 9, 7, 7, 7, 7]
    fill(packet, media)
    try context.protectRTP(packet)
    #expect(crypto.takePlain(of: packet) == media && crypto.takePlain(of: packet) == nil)
    // One that has no room for the trailer is dropped, and its buffer comes back from the pool as a record.
    fill(packet, [0x80, 96, 0, 2] + media.dropFirst(4) + [UInt8](repeating: 1, count: PacketBuffer.capacity - 16))
    #expect(throws: SRTPError.self) { try context.protectRTP(packet) }
    fill(packet, [23, 0xFE, 0xFD, 0, 1])
    #expect(crypto.takePlain(of: packet) == nil)
    // The same with one that was protected and dropped afterwards.
    fill(packet, [0x80, 96, 0, 3] + media.dropFirst(4))
    try context.protectRTP(packet)
    fill(packet, [23, 0xFE, 0xFD, 0, 1])
    #expect(crypto.takePlain(of: packet) == nil)
  }
}
