/// Builds EBML (RFC 8794), of which Matroska and WebM files are made: elements of an identifier, a size and contents.
struct EBMLWriter: Sendable {
  /// Says that an element goes on until its parent ends, or the next element of its own level begins (RFC 8794 §6.2).
  static let unknownSize: [UInt8] = [0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]

  private(set) var bytes: [UInt8] = []

  var count: Int { bytes.count }

  /// An element that holds others.
  mutating func master(_ id: MatroskaID, _ contents: (inout EBMLWriter) -> Void) {
    var inner = EBMLWriter()
    contents(&inner)
    binary(id, inner.bytes)
  }

  /// The beginning of an element whose size is not known.
  mutating func openMaster(_ id: MatroskaID) {
    append(id)
    bytes += Self.unknownSize
  }

  mutating func unsigned(_ id: MatroskaID, _ value: UInt64) {
    let count = max(1, (64 - value.leadingZeroBitCount + 7) / 8)
    unsigned(id, value, byteCount: count)
  }

  /// A number in so many bytes, where it is changed later.
  mutating func unsigned(_ id: MatroskaID, _ value: UInt64, byteCount: Int) {
    binary(id, (0..<byteCount).map { UInt8(truncatingIfNeeded: value >> UInt64(8 * (byteCount - 1 - $0))) })
  }

  mutating func float(_ id: MatroskaID, _ value: Double) { unsigned(id, value.bitPattern, byteCount: 8) }

  mutating func string(_ id: MatroskaID, _ value: String) { binary(id, Array(value.utf8)) }

  mutating func binary(_ id: MatroskaID, _ contents: [UInt8]) {
    append(id)
    appendSize(contents.count)
    bytes += contents
  }

  /// Room of exactly `total` bytes that readers pass over, to be overwritten by something as long.
  ///
  /// - Precondition: at least 9 bytes.
  mutating func void(total: Int) {
    precondition(total >= 9, "an empty element of this kind takes 9 bytes")
    append(.void)
    appendSize(total - 9, byteCount: 8)
    bytes += [UInt8](repeating: 0, count: total - 9)
  }

  /// A frame without lacing (RFC 9559 §10.2).
  mutating func simpleBlock(track: Int, relativeTimestamp: Int, isKeyFrame: Bool, payload: [UInt8]) {
    append(.simpleBlock)
    appendSize(4 + payload.count)
    let timestamp = UInt16(bitPattern: Int16(clamping: relativeTimestamp))
    bytes += [
      0x80 | UInt8(truncatingIfNeeded: track), UInt8(timestamp >> 8), UInt8(timestamp & 0xFF), isKeyFrame ? 0x80 : 0,
    ]
    bytes += payload
  }

  private mutating func append(_ id: MatroskaID) {
    let count = (32 - id.rawValue.leadingZeroBitCount + 7) / 8
    for index in (0..<count).reversed() { bytes.append(UInt8(truncatingIfNeeded: id.rawValue >> UInt32(8 * index))) }
  }

  private mutating func appendSize(_ size: Int) {
    var count = 1
    // All ones stand for an unknown size, so they are not used up (RFC 8794 §4).
    while size >= 1 << (7 * count) - 1 { count += 1 }
    appendSize(size, byteCount: count)
  }

  private mutating func appendSize(_ size: Int, byteCount: Int) {
    let marked = UInt64(size) | 1 << UInt64(7 * byteCount)
    for index in (0..<byteCount).reversed() { bytes.append(UInt8(truncatingIfNeeded: marked >> UInt64(8 * index))) }
  }
}
