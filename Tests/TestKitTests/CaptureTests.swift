import RTCBase
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
    for _ in 0..<5 { network.record([1, 2, 3], from: a, to: a, at: .zero) }
    #expect(network.bytes.count <= 200 && network.skippedCount > 0)
  }
}
