/// Keeps packet storage for reuse, so that the steady state allocates nothing. Belongs to one event loop.
///
/// Whoever holds the last use of a packet gives it back; a packet that is dropped instead is freed like any object.
package final class PacketPool {
  private var free: [PacketBuffer] = []
  /// Free packets kept at most; what is given back beyond that is freed.
  package let limit: Int
  /// Packets made so far, for tests and benchmarks of reuse.
  package private(set) var createdCount = 0

  package init(limit: Int = 1_024) {
    self.limit = limit
    free.reserveCapacity(min(limit, 64))
  }

  package var freeCount: Int { free.count }

  /// An empty packet.
  package func take() -> PacketBuffer {
    if let packet = free.popLast() { return packet }
    createdCount += 1
    return PacketBuffer()
  }

  /// A packet holding a copy of `span`; `nil` when it does not fit.
  package func take(copying span: RawSpan) -> PacketBuffer? {
    guard span.byteCount <= PacketBuffer.capacity else { return nil }
    let packet = take()
    packet.assign(span)
    return packet
  }

  /// Gives a packet back. The caller must not touch it afterwards.
  package func give(_ packet: PacketBuffer) {
    guard free.count < limit else { return }
    packet.removeAll()
    free.append(packet)
  }
}
