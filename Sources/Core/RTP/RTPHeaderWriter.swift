import RTCBase

/// Writes RTP headers with their extensions into packets.
package struct RTPHeaderWriter: Hashable, Sendable {
  /// The longest header there can be: every extension in the two-byte form, with identifiers of full length.
  package static let maximumByteCount = 116

  package var map: RTPExtensionMap

  package init(map: RTPExtensionMap = RTPExtensionMap()) { self.map = map }

  /// Replaces the packet's contents by a header; the caller appends the payload.
  ///
  /// Extensions that have a value in `extensions` and an identifier in `map` are written, in the one-byte form where that can carry them.
  /// - Parameter header: its marker, payload type, sequence number, timestamp and SSRC are written.
  @discardableResult
  package func write(
    _ header: RTPHeader, extensions: RTPExtensionValues = RTPExtensionValues(), into packet: PacketBuffer
  ) -> RTPHeaderLayout {
    var layout = RTPHeaderLayout(headerByteCount: RTPHeader.fixedByteCount)
    packet.withStorage { storage, _ in
      storage.storeBytes(of: 0x80, as: UInt8.self)
      let marker: UInt8 = header.marker ? 0x80 : 0
      storage.storeBytes(of: marker | header.payloadType.rawValue, toByteOffset: 1, as: UInt8.self)
      storage.storeBytes(of: header.sequenceNumber.rawValue.bigEndian, toByteOffset: 2, as: UInt16.self)
      storage.storeBytes(of: header.timestamp.bigEndian, toByteOffset: 4, as: UInt32.self)
      storage.storeBytes(of: header.ssrc.rawValue.bigEndian, toByteOffset: 8, as: UInt32.self)
      if !map.isEmpty {
        var block = ExtensionBlock(storage: storage, usesLongForm: needsLongForm(extensions))
        block.write(extensions, map, &layout)
        block.finish(&layout)
      }
      return layout.headerByteCount
    }
    return layout
  }

  /// Whether this packet takes the two-byte form. Without permission to mix, one identifier that needs it makes every packet take it
  /// (RFC 8285 §4.1.2).
  private func needsLongForm(_ extensions: RTPExtensionValues) -> Bool {
    guard map.hasLongIdentifiers else { return false }
    guard map.allowsMixedForms else { return true }
    func isLong(_ extension: RTPExtension, _ isPresent: Bool) -> Bool {
      isPresent && (map.id(of: `extension`) ?? 0) > 14
    }
    return isLong(.mid, extensions.midIdentifier != nil) || isLong(.rid, extensions.ridIdentifier != nil)
      || isLong(.repairedRid, extensions.repairedRidIdentifier != nil)
      || isLong(.audioLevel, extensions.audioLevel != nil)
      || isLong(.absoluteSendTime, extensions.absoluteSendTime != nil)
      || isLong(.transportSequenceNumber, extensions.transportSequenceNumber != nil)
      || isLong(.transportSequenceNumberV2, extensions.transportSequenceNumber != nil)
      || isLong(.transmissionOffset, extensions.transmissionOffset != nil)
      || isLong(.videoOrientation, extensions.videoOrientation != nil)
      || isLong(.playoutDelay, extensions.playoutDelay != nil)
      || isLong(.absoluteCaptureTime, extensions.absoluteCaptureTime != nil)
  }
}

/// The extension of the packet being written, behind a fixed header without contributing sources.
private struct ExtensionBlock {
  private static let start = RTPHeader.fixedByteCount + 4

  private let storage: UnsafeMutableRawBufferPointer
  private let usesLongForm: Bool
  private var offset = Self.start

  init(storage: UnsafeMutableRawBufferPointer, usesLongForm: Bool) {
    self.storage = storage
    self.usesLongForm = usesLongForm
  }

  mutating func write(_ values: RTPExtensionValues, _ map: RTPExtensionMap, _ layout: inout RTPHeaderLayout) {
    if let value = values.transportSequenceNumber {
      if begin(.transportSequenceNumber, map, 2) || begin(.transportSequenceNumberV2, map, 2) {
        layout.transportSequenceNumberOffset = UInt16(truncatingIfNeeded: offset)
        put(value)
      }
    }
    if let value = values.absoluteSendTime, begin(.absoluteSendTime, map, 3) {
      layout.absoluteSendTimeOffset = UInt16(truncatingIfNeeded: offset)
      put24(value)
    }
    if let value = values.audioLevel, begin(.audioLevel, map, 1) { put(value.byte) }
    if let value = values.midIdentifier, begin(.mid, map, value.byteCount) { put(value) }
    if let value = values.ridIdentifier, begin(.rid, map, value.byteCount) { put(value) }
    if let value = values.repairedRidIdentifier, begin(.repairedRid, map, value.byteCount) { put(value) }
    if let value = values.transmissionOffset, begin(.transmissionOffset, map, 3) { put24(UInt32(bitPattern: value)) }
    if let value = values.videoOrientation, begin(.videoOrientation, map, 1) { put(value.byte) }
    if let value = values.playoutDelay, begin(.playoutDelay, map, 3) {
      put24(UInt32(min(value.minimum, 0xFFF)) << 12 | UInt32(min(value.maximum, 0xFFF)))
    }
    if let value = values.absoluteCaptureTime, begin(.absoluteCaptureTime, map, value.clockOffset == nil ? 8 : 16) {
      put(value.captureTime.rawValue)
      if let clockOffset = value.clockOffset { put(clockOffset) }
    }
  }

  /// Pads to whole words and writes the block's header, or nothing if no extension was written.
  mutating func finish(_ layout: inout RTPHeaderLayout) {
    guard offset > Self.start else { return }
    while offset & 3 != 0 { put(UInt8(0)) }
    storage[0] |= 0x10
    let words = UInt16(truncatingIfNeeded: (offset - Self.start) / 4)
    let profile = usesLongForm ? RTPExtensionValues.twoByteProfile : RTPExtensionValues.oneByteProfile
    storage.storeBytes(of: profile.bigEndian, toByteOffset: RTPHeader.fixedByteCount, as: UInt16.self)
    storage.storeBytes(of: words.bigEndian, toByteOffset: RTPHeader.fixedByteCount + 2, as: UInt16.self)
    layout.headerByteCount = offset
  }

  /// Writes the element's identifier and length; `false` when the extension was not negotiated.
  @inline(__always)
  private mutating func begin(_ extension: RTPExtension, _ map: RTPExtensionMap, _ length: Int) -> Bool {
    guard let id = map.id(of: `extension`) else { return false }
    let length = UInt8(truncatingIfNeeded: length)
    if usesLongForm {
      put(id)
      put(length)
    } else {
      put(id << 4 | (length &- 1))
    }
    return true
  }

  @inline(__always)
  private mutating func put<Value: FixedWidthInteger & BitwiseCopyable>(_ value: Value) {
    storage.storeBytes(of: value.bigEndian, toByteOffset: offset, as: Value.self)
    offset += MemoryLayout<Value>.size
  }

  @inline(__always)
  private mutating func put24(_ value: UInt32) {
    put(UInt16(truncatingIfNeeded: value >> 8))
    put(UInt8(truncatingIfNeeded: value))
  }

  @inline(__always)
  private mutating func put(_ value: StreamIdentifier) {
    for index in 0..<value.byteCount { put(value.byte(at: index)) }
  }
}
