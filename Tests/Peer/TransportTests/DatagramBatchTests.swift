import NIOCore
import RTCBase
import Testing

@testable import RTCTransport

@Suite("Datagrams that are joined into one write")
struct DatagramBatchTests {
  private let first = TransportAddress(IPAddress(v4: 192, 0, 2, 1), port: 1)
  private let second = TransportAddress(IPAddress(v4: 192, 0, 2, 2), port: 1)

  /// What is written for datagrams of these sizes: their bytes, and the size they are cut at.
  private func writes(_ datagrams: [(Int, TransportAddress)], joining: Bool = true) -> [[Int]] {
    var batch = DatagramBatch()
    var writes: [DatagramBatch.Write] = []
    for (size, destination) in datagrams {
      let bytes = [UInt8](repeating: UInt8(truncatingIfNeeded: size), count: size)
      let finished = bytes.withRawSpan {
        batch.append($0, to: destination, joining: joining, allocator: ByteBufferAllocator())
      }
      if let finished { writes.append(finished) }
    }
    if let last = batch.take() { writes.append(last) }
    let rest = batch.take()
    #expect(rest == nil)
    return writes.map { [$0.buffer.readableBytes, $0.segmentSize ?? 0] }
  }

  @Test("A run of equal sizes is one write; a smaller one ends it")
  func runs() {
    #expect(writes([(1_200, first), (1_200, first), (700, first), (700, first)]) == [[3_100, 1_200], [700, 0]])
  }

  @Test("A larger datagram and another destination begin a write of their own")
  func ends() {
    #expect(writes([(100, first), (200, first)]) == [[100, 0], [200, 0]])
    #expect(writes([(100, first), (100, second), (100, second)]) == [[100, 0], [200, 100]])
  }

  @Test("A write stays within what the kernel takes: 64 segments and less than an IPv4 datagram")
  func limits() {
    #expect(writes((0..<65).map { _ in (100, first) }) == [[6_400, 100], [100, 0]])
    let large = writes((0..<60).map { _ in (1_200, first) })
    #expect(large == [[64_800, 1_200], [7_200, 1_200]])
  }

  @Test("Without segmentation offload every datagram is a write")
  func alone() {
    #expect(writes([(100, first), (100, first)], joining: false) == [[100, 0], [100, 0]])
  }

  @Test("An empty datagram is written alone")
  func empty() {
    #expect(writes([(100, first), (0, first), (0, first)]) == [[100, 0], [0, 0], [0, 0]])
  }
}
