import RTCBase

/// The byte in front of each part of a picture whose codec has no payload format of its own.
///
/// ```
///  0 1 2 3 4 5 6 7
/// +-+-+-+-+-+-+-+-+
/// |     0     |S|K|   S: the frame begins here; K: it can be decoded without an earlier one.
/// +-+-+-+-+-+-+-+-+
/// ```
///
/// No specification defines it; libwebrtc's generic format has the same two bits.
enum RawVideoDescriptor {
  static let beginsFrame: UInt8 = 0x02
  static let isKeyFrame: UInt8 = 0x01
}

/// Cuts the pictures of any codec into payloads, the last with the marker.
package struct RawVideoPacketizer: Packetizer {
  package init() {}

  package mutating func packetize(
    _ frame: EncodedFrame, maximumPayloadSize: Int, into fragments: inout [PayloadFragment]
  ) {
    let room = maximumPayloadSize - 1
    let count = frame.bytes.count
    guard count > 0, room > 0 else { return }
    let fragmentCount = (count + room - 1) / room
    // Sizes differ by one byte at most, so that one segmented send can carry them.
    let (size, longerCount) = count.quotientAndRemainder(dividingBy: fragmentCount)
    fragments.reserveCapacity(fragments.count + fragmentCount)
    let rest = frame.isKeyFrame ? RawVideoDescriptor.isKeyFrame : 0
    var start = 0
    for index in 0..<fragmentCount {
      let end = start + size + (index < longerCount ? 1 : 0)
      let descriptor = index == 0 ? rest | RawVideoDescriptor.beginsFrame : rest
      fragments.append(
        PayloadFragment(
          range: start..<end, marker: index == fragmentCount - 1, descriptor: UInt64(descriptor) << 56,
          descriptorByteCount: 1))
      start = end
    }
  }
}

/// Reads what `RawVideoPacketizer` writes.
package struct RawVideoDepacketizer: Depacketizer {
  package init() {}

  package func depacketize(_ payload: RawSpan) -> DepacketizedPayload? {
    guard payload.byteCount > 1 else { return nil }
    let descriptor = payload.uint8(at: 0)
    let beginsFrame = descriptor & RawVideoDescriptor.beginsFrame != 0
    return DepacketizedPayload(
      dataOffset: 1, beginsFrame: beginsFrame,
      isKeyFrame: beginsFrame && descriptor & RawVideoDescriptor.isKeyFrame != 0)
  }
}
