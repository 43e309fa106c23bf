/// One packet's bytes in storage of a fixed size, taken from and given back to a `PacketPool`.
///
/// A class, so that a packet passes from jitter buffer to history to socket without a copy. It belongs to one event loop.
@usableFromInline package final class PacketBuffer {
  /// Room for a packet of an Ethernet link and the trailers of SRTP.
  @inlinable package static var capacity: Int { 1_536 }

  @usableFromInline let storage: UnsafeMutableRawPointer
  /// Bytes in use, from the start of the storage.
  @inlinable
  package var count: Int { usedCount }
  /// The count lies in front of the bytes, since a class's stored variable would cost a check of exclusive access at each use.
  @inlinable
  var usedCount: Int {
    get { (storage - 16).load(as: Int.self) }
    set { (storage - 16).storeBytes(of: newValue, as: Int.self) }
  }

  package init() {
    storage = .allocate(byteCount: 16 + Self.capacity, alignment: 16) + 16
    usedCount = 0
  }

  deinit { (storage - 16).deallocate() }

  @inlinable
  package var isEmpty: Bool { usedCount == 0 }
  @inlinable
  package var remainingCapacity: Int { Self.capacity - usedCount }

  /// The packet's bytes, borrowed.
  @inlinable
  package var bytes: RawSpan {
    @_lifetime(borrow self)
    get { _overrideLifetime(RawSpan(_unsafeStart: UnsafeRawPointer(storage), byteCount: usedCount), borrowing: self) }
  }

  /// The whole storage, for a library that changes a packet in place: `body` gets all of it and the count, and returns the new count.
  @inlinable
  package func withStorage<Failure: Error>(
    _ body: (UnsafeMutableRawBufferPointer, _ count: Int) throws(Failure) -> Int
  ) throws(Failure) {
    let newCount = try body(UnsafeMutableRawBufferPointer(start: storage, count: Self.capacity), usedCount)
    precondition(newCount >= 0 && newCount <= Self.capacity, "a packet stays within its storage")
    usedCount = newCount
  }

  package func removeAll() { usedCount = 0 }

  /// Shortens the packet; a longer length changes nothing.
  @inlinable
  package func truncate(to count: Int) { usedCount = max(0, min(usedCount, count)) }

  /// Replaces the contents; `false`, leaving them as they were, when `span` does not fit.
  @inlinable
  @discardableResult
  package func assign(_ span: RawSpan) -> Bool {
    guard span.byteCount <= Self.capacity else { return false }
    span.withUnsafeBytes { source in
      if let base = source.baseAddress { storage.copyMemory(from: base, byteCount: source.count) }
    }
    usedCount = span.byteCount
    return true
  }

  /// Appends; `false`, writing nothing, when there is no room.
  @inlinable
  @discardableResult
  package func append(_ span: RawSpan) -> Bool {
    guard span.byteCount <= remainingCapacity else { return false }
    span.withUnsafeBytes { source in
      if let base = source.baseAddress { (storage + usedCount).copyMemory(from: base, byteCount: source.count) }
    }
    usedCount += span.byteCount
    return true
  }

  @inlinable
  @discardableResult
  package func append<Value: FixedWidthInteger & BitwiseCopyable>(_ value: Value) -> Bool {
    guard MemoryLayout<Value>.size <= remainingCapacity else { return false }
    (storage + usedCount).storeBytes(of: value.bigEndian, as: Value.self)
    usedCount += MemoryLayout<Value>.size
    return true
  }

  /// Replaces bytes already in the packet with a big-endian integer.
  @inlinable
  package func overwrite<Value: FixedWidthInteger & BitwiseCopyable>(_ value: Value, at offset: Int) {
    precondition(
      offset >= 0 && offset + MemoryLayout<Value>.size <= usedCount, "only bytes of the packet can be overwritten")
    (storage + offset).storeBytes(of: value.bigEndian, as: Value.self)
  }
}
