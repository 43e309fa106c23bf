import RTCBase

/// Cuts VP8 frames into payloads (RFC 7741 §4).
///
/// Fragments of a frame differ by one byte at most: no small rest packet, and sizes that one segmented send can carry.
package struct VP8Packetizer: Packetizer {
  /// The picture ID of the next frame: 15 bits.
  package private(set) var nextPictureID: UInt16
  private var baseLayerPictureIndex: UInt8

  /// - Parameter random: gives the start values, which should not be guessed (RFC 7741 §4.2).
  package init(random: RandomSource) {
    self.init(firstPictureID: random.uint16(), firstBaseLayerPictureIndex: UInt8(truncatingIfNeeded: random.uint16()))
  }

  package init(firstPictureID: UInt16, firstBaseLayerPictureIndex: UInt8 = 0) {
    nextPictureID = firstPictureID & 0x7FFF
    baseLayerPictureIndex = firstBaseLayerPictureIndex &- 1
  }

  package mutating func packetize(
    _ frame: EncodedFrame, maximumPayloadSize: Int, into fragments: inout [PayloadFragment]
  ) {
    guard !frame.bytes.isEmpty else { return }
    if frame.temporalLayer == 0 { baseLayerPictureIndex &+= 1 }
    let first = VP8PayloadDescriptor(
      isNonReference: frame.isDiscardable, startsPartition: true, pictureID: nextPictureID,
      baseLayerPictureIndex: frame.temporalLayer == nil ? nil : baseLayerPictureIndex,
      temporalLayer: frame.temporalLayer, isLayerSync: frame.isLayerSync)
    nextPictureID = (nextPictureID + 1) & 0x7FFF
    var rest = first
    rest.startsPartition = false
    let (firstBytes, restBytes) = (first.encoded.bytes, rest.encoded.bytes)
    let room = maximumPayloadSize - first.byteCount
    guard room > 0 else { return }

    let count = frame.bytes.count
    let fragmentCount = (count + room - 1) / room
    let (size, longerCount) = count.quotientAndRemainder(dividingBy: fragmentCount)
    fragments.reserveCapacity(fragments.count + fragmentCount)
    var start = 0
    for index in 0..<fragmentCount {
      let end = start + size + (index < longerCount ? 1 : 0)
      fragments.append(
        PayloadFragment(
          range: start..<end, marker: index == fragmentCount - 1, descriptor: index == 0 ? firstBytes : restBytes,
          descriptorByteCount: first.byteCount))
      start = end
    }
  }
}
