/// Keeps packet storage for reuse, so that the steady state allocates nothing. Belongs to one event loop.
///
/// Whoever holds the last use of a packet gives it back; a packet that is dropped instead is freed like any object.
package final class PacketPool {
  /// Free packets kept at most; what is given back beyond that is freed.
  package let limit: Int

  private struct State {
    var free: [PacketBuffer] = []
    var createdCount = 0
  }

  /// Behind a pointer, since a class's stored variables would cost checks of exclusive access at each use.
  private let state = UnsafeMutablePointer<State>.allocate(capacity: 1)

  package init(limit: Int = 1_024) {
    self.limit = limit
    state.initialize(to: State())
    state.pointee.free.reserveCapacity(min(limit, 64))
  }

  deinit {
    state.deinitialize(count: 1)
    state.deallocate()
  }

  /// Packets made so far, for tests and benchmarks of reuse.
  package var createdCount: Int { state.pointee.createdCount }
  package var freeCount: Int { state.pointee.free.count }

  /// An empty packet.
  package func take() -> PacketBuffer {
    if let packet = state.pointee.free.popLast() { return packet }
    state.pointee.createdCount += 1
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
  package func give(_ packet: consuming PacketBuffer) {
    guard state.pointee.free.count < limit else { return }
    packet.removeAll()
    state.pointee.free.append(packet)
  }
}
