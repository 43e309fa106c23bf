import RTCBase

/// SACK (RFC 9260 §3.3.4), read in place.
struct SelectiveAcknowledgement: Hashable {
  var cumulativeTSN: TSN
  /// The receiver's window in bytes.
  var window: UInt32
  var gapCount: Int
  var duplicateCount: Int

  /// A run of TSNs received beyond the cumulative one, as distances from it.
  struct Gap: Hashable {
    var first: UInt16
    var last: UInt16
  }

  init(cumulativeTSN: TSN, window: UInt32, gapCount: Int = 0, duplicateCount: Int = 0) {
    self.cumulativeTSN = cumulativeTSN
    self.window = window
    self.gapCount = gapCount
    self.duplicateCount = duplicateCount
  }

  /// `nil` when the counts promise more than there is.
  init?(_ value: RawSpan) {
    guard value.byteCount >= 12 else { return nil }
    cumulativeTSN = TSN(rawValue: value.uint32(at: 0))
    window = value.uint32(at: 4)
    gapCount = Int(value.uint16(at: 8))
    duplicateCount = Int(value.uint16(at: 10))
    guard value.byteCount >= 12 + 4 * (gapCount + duplicateCount) else { return nil }
  }

  func gap(_ index: Int, in value: RawSpan) -> Gap {
    Gap(first: value.uint16(at: 12 + 4 * index), last: value.uint16(at: 14 + 4 * index))
  }

  func write(to packet: PacketBuffer, gaps: [Gap], duplicates: [TSN]) {
    let start = packet.beginChunk(.selectiveAcknowledgement)
    packet.append(cumulativeTSN.rawValue)
    packet.append(window)
    packet.append(UInt16(gapCount))
    packet.append(UInt16(duplicateCount))
    for index in 0..<gapCount { packet.append(UInt32(gaps[index].first) << 16 | UInt32(gaps[index].last)) }
    for index in 0..<duplicateCount { packet.append(duplicates[index].rawValue) }
    packet.endChunk(start)
  }
}
