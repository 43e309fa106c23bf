import RTCBase

/// What precedes VP8 data in a payload (RFC 7741 §4.2).
package struct VP8PayloadDescriptor: Hashable, Sendable {
  /// N: the frame can be discarded without harm to others.
  package var isNonReference: Bool
  /// S: the payload begins a partition.
  package var startsPartition: Bool
  /// PID: 0 to 7.
  package var partitionIndex: UInt8
  /// 7 or 15 bits.
  package var pictureID: UInt16?
  /// Whether the picture ID is of the 15-bit form (M).
  package var hasLongPictureID: Bool
  /// TL0PICIDX: counts frames of the base layer.
  package var baseLayerPictureIndex: UInt8?
  /// TID: 0 to 3.
  package var temporalLayer: UInt8?
  /// Y: the frame refers to the base layer only.
  package var isLayerSync: Bool
  /// KEYIDX: 0 to 31.
  package var keyIndex: UInt8?
  /// Bytes of the descriptor when parsed: where the VP8 data begins. A writer ignores it.
  package var byteCount: Int

  package init(
    isNonReference: Bool = false, startsPartition: Bool, partitionIndex: UInt8 = 0, pictureID: UInt16? = nil,
    hasLongPictureID: Bool = true, baseLayerPictureIndex: UInt8? = nil, temporalLayer: UInt8? = nil,
    isLayerSync: Bool = false, keyIndex: UInt8? = nil
  ) {
    self.isNonReference = isNonReference
    self.startsPartition = startsPartition
    self.partitionIndex = partitionIndex & 7
    self.hasLongPictureID = hasLongPictureID
    self.pictureID = pictureID.map { $0 & (hasLongPictureID ? 0x7FFF : 0x7F) }
    self.baseLayerPictureIndex = baseLayerPictureIndex
    self.temporalLayer = temporalLayer.map { $0 & 3 }
    self.isLayerSync = isLayerSync
    self.keyIndex = keyIndex.map { $0 & 31 }
    byteCount = 0
    byteCount = encoded.byteCount
  }

  /// Whether the payload begins a frame: the start of partition 0 (RFC 7741 §4.4).
  package var beginsFrame: Bool { startsPartition && partitionIndex == 0 }

  /// `nil` when the descriptor is cut short or nothing follows it.
  package init?(parsing payload: RawSpan) {
    var reader = ByteReader(payload)
    guard let first = reader.readUInt8() else { return nil }
    isNonReference = first & 0x20 != 0
    startsPartition = first & 0x10 != 0
    partitionIndex = first & 0x07
    pictureID = nil
    hasLongPictureID = false
    baseLayerPictureIndex = nil
    temporalLayer = nil
    isLayerSync = false
    keyIndex = nil
    if first & 0x80 != 0 {
      guard let flags = reader.readUInt8() else { return nil }
      if flags & 0x80 != 0 {
        guard let high = reader.readUInt8() else { return nil }
        if high & 0x80 != 0 {
          guard let low = reader.readUInt8() else { return nil }
          hasLongPictureID = true
          pictureID = UInt16(high & 0x7F) << 8 | UInt16(low)
        } else {
          pictureID = UInt16(high)
        }
      }
      if flags & 0x40 != 0 {
        guard let index = reader.readUInt8() else { return nil }
        baseLayerPictureIndex = index
      }
      // The layer and key index share a byte that is present if either is.
      if flags & 0x30 != 0 {
        guard let byte = reader.readUInt8() else { return nil }
        if flags & 0x20 != 0 {
          temporalLayer = byte >> 6
          isLayerSync = byte & 0x20 != 0
        }
        if flags & 0x10 != 0 { keyIndex = byte & 0x1F }
      }
    }
    guard reader.remaining > 0 else { return nil }
    byteCount = reader.offset
  }

  /// The descriptor's bytes, left-aligned in a word: at most six.
  package var encoded: (bytes: UInt64, byteCount: Int) {
    var word: UInt64 = 0
    var count = 0
    func put(_ byte: UInt8) {
      word |= UInt64(byte) << UInt64(56 - 8 * count)
      count += 1
    }
    var flags: UInt8 = 0
    if pictureID != nil { flags |= 0x80 }
    if baseLayerPictureIndex != nil { flags |= 0x40 }
    if temporalLayer != nil { flags |= 0x20 }
    if keyIndex != nil { flags |= 0x10 }
    put(
      (flags != 0 ? 0x80 : 0) | (isNonReference ? 0x20 : 0) | (startsPartition ? 0x10 : 0) | partitionIndex & 0x07)
    guard flags != 0 else { return (word, count) }
    put(flags)
    if let pictureID {
      if hasLongPictureID {
        put(0x80 | UInt8(truncatingIfNeeded: pictureID >> 8) & 0x7F)
        put(UInt8(truncatingIfNeeded: pictureID))
      } else {
        put(UInt8(truncatingIfNeeded: pictureID) & 0x7F)
      }
    }
    if let baseLayerPictureIndex { put(baseLayerPictureIndex) }
    if temporalLayer != nil || keyIndex != nil {
      put(((temporalLayer ?? 0) & 3) << 6 | (isLayerSync && temporalLayer != nil ? 0x20 : 0) | (keyIndex ?? 0) & 0x1F)
    }
    return (word, count)
  }
}
