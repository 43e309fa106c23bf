import RTCBase

/// Records of application data that wait for their reader, end to end in storage that is kept.
package struct ApplicationDataQueue: Sendable {
  /// More than one datagram can hold; the reader empties the queue after each.
  package static let recordLimit = 256
  package static let byteLimit = 262_144

  private var storage: [UInt8] = []
  private var sizes: [Int] = []
  private var firstSize = 0
  private var start = 0
  private var end = 0

  package init() {}

  package var isEmpty: Bool { firstSize == sizes.count }

  /// Has `fill` write a record of at most a packet's capacity and say its size; zero adds none.
  ///
  /// - Returns: `false`, without asking, when the queue is full.
  package mutating func append(_ fill: (UnsafeMutableRawBufferPointer) -> Int) -> Bool {
    if isEmpty { removeAll() }
    guard sizes.count - firstSize < Self.recordLimit, end + PacketBuffer.capacity <= Self.byteLimit else {
      return false
    }
    if storage.count < end + PacketBuffer.capacity {
      storage.append(contentsOf: repeatElement(0, count: end + PacketBuffer.capacity - storage.count))
    }
    let count = storage.withUnsafeMutableBytes { bytes in
      fill(UnsafeMutableRawBufferPointer(rebasing: bytes[end..<end + PacketBuffer.capacity]))
    }
    guard count > 0 else { return true }
    sizes.append(count)
    end += count
    return true
  }

  /// Moves the oldest record into `packet`; `false` when there is none.
  package mutating func popFirst(into packet: PacketBuffer) -> Bool {
    guard firstSize < sizes.count else { return false }
    let size = sizes[firstSize]
    storage.withRawSpan { _ = packet.assign($0.extracting(start..<start + size)) }
    firstSize += 1
    start += size
    return true
  }

  package mutating func removeAll() {
    sizes.removeAll(keepingCapacity: true)
    firstSize = 0
    start = 0
    end = 0
  }
}
