import NIOCore
import RTCBase

/// Joins packets of equal size to one destination into one write that the kernel cuts up again (UDP_SEGMENT).
///
/// A run ends with another destination, a larger packet, after a smaller one, or when it is full.
struct DatagramBatch {
  /// What the kernel takes in one write: 64 segments and less than an IPv4 datagram.
  static let maximumSegments = 64
  static let maximumBytes = 65_000

  private var buffer = ByteBuffer()
  private var destination: TransportAddress?
  private var segmentSize = 0
  private var segmentCount = 0
  private var isClosed = false
  /// What the run before this one took, so that a run like it need not grow.
  private var usualSize = 0

  /// One write of one or more datagrams.
  struct Write {
    var destination: TransportAddress
    var buffer: ByteBuffer
    /// `nil` for a single datagram.
    var segmentSize: Int?
  }

  /// Adds a datagram; gives back the run before it when it does not continue that run.
  mutating func append(
    _ datagram: RawSpan, to destination: TransportAddress, joining: Bool, allocator: ByteBufferAllocator
  ) -> Write? {
    let count = datagram.byteCount
    let continues =
      joining && self.destination == destination && !isClosed && count <= segmentSize && count > 0
      && segmentCount < Self.maximumSegments && buffer.readableBytes + count <= Self.maximumBytes
    var finished: Write?
    if !continues {
      finished = take()
      self.destination = destination
      segmentSize = count
      buffer = allocator.buffer(capacity: joining ? max(usualSize, count) : count)
    }
    datagram.withUnsafeBytes { _ = buffer.writeBytes($0) }
    segmentCount += 1
    isClosed = count < segmentSize
    return finished
  }

  /// The run so far, if there is one.
  mutating func take() -> Write? {
    guard let destination, segmentCount > 0 else { return nil }
    let write = Write(
      destination: destination, buffer: buffer, segmentSize: segmentCount > 1 ? segmentSize : nil)
    usualSize = min(buffer.readableBytes, Self.maximumBytes)
    self.destination = nil
    segmentCount = 0
    segmentSize = 0
    isClosed = false
    return write
  }
}
