@testable import RTCFiles

/// Reads back what the WebM writer wrote, as a player does: as far as whole elements go.
struct EBMLReader {
  struct Element {
    var id: UInt32
    var position: Int
    var contents: Range<Int>
    /// The size is unknown, or more than there is.
    var isOpen: Bool
  }

  struct Block: Hashable {
    var track: Int
    var milliseconds: Int
    var isKeyFrame: Bool
    var bytes: [UInt8]
    var cluster: Int
  }

  let bytes: [UInt8]

  func elements(in range: Range<Int>) -> [Element] {
    var elements: [Element] = []
    var position = range.lowerBound
    while position < range.upperBound {
      let idLength = bytes[position].leadingZeroBitCount + 1
      guard idLength <= 4, position + idLength < range.upperBound else { break }
      let id = bytes[position..<(position + idLength)].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
      let sizeStart = position + idLength
      let sizeLength = bytes[sizeStart].leadingZeroBitCount + 1
      guard sizeStart + sizeLength <= range.upperBound else { break }
      var size = UInt64(bytes[sizeStart]) & (1 << UInt64(8 - sizeLength) - 1)
      for index in 1..<max(1, sizeLength) { size = size << 8 | UInt64(bytes[sizeStart + index]) }
      let start = sizeStart + sizeLength
      let isUnknown = size == 1 << UInt64(7 * sizeLength) - 1
      let end = isUnknown ? range.upperBound : start + Int(size)
      elements.append(
        Element(
          id: id, position: position, contents: start..<min(end, range.upperBound),
          isOpen: isUnknown || end > range.upperBound))
      position = end
    }
    return elements
  }

  func find(_ path: MatroskaID..., from range: Range<Int>? = nil) -> [Element] {
    var ranges = [range ?? bytes.indices]
    var found: [Element] = []
    for id in path {
      found = ranges.flatMap { elements(in: $0) }.filter { $0.id == id.rawValue }
      ranges = found.map(\.contents)
    }
    return found
  }

  func unsigned(_ element: Element) -> UInt64 { bytes[element.contents].reduce(0) { $0 << 8 | UInt64($1) } }

  /// Frames of whole blocks.
  var blocks: [Block] {
    var blocks: [Block] = []
    for (index, cluster) in find(.segment, .cluster).enumerated() {
      var timestamp = 0
      for element in elements(in: cluster.contents) {
        if element.id == MatroskaID.timestamp.rawValue { timestamp = Int(unsigned(element)) }
        if element.id == MatroskaID.simpleBlock.rawValue, !element.isOpen {
          let block = bytes[element.contents]
          let start = block.startIndex
          let relative = Int16(bitPattern: UInt16(block[start + 1]) << 8 | UInt16(block[start + 2]))
          blocks.append(
            Block(
              track: Int(block[start] & 0x7F), milliseconds: timestamp + Int(relative),
              isKeyFrame: block[start + 3] & 0x80 != 0, bytes: Array(block[(start + 4)...]), cluster: index))
        }
      }
    }
    return blocks
  }
}
