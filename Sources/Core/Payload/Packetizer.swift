import RTCBase

/// Cuts frames into RTP payloads. One per sent stream, since descriptors count pictures.
package protocol Packetizer: Sendable {
  /// Appends the payloads of `frame` to `fragments`, in order.
  ///
  /// - Parameter maximumPayloadSize: bytes of a payload at most, descriptor included. Formats that cannot be cut exceed it.
  mutating func packetize(_ frame: EncodedFrame, maximumPayloadSize: Int, into fragments: inout [PayloadFragment])
}

/// One RTP payload: a descriptor of up to eight bytes, then a part of the frame. It refers to the frame's bytes instead of holding them.
package struct PayloadFragment: Hashable, Sendable {
  /// The descriptor's bytes, the first in the highest byte.
  var descriptor: UInt64
  package let descriptorByteCount: Int
  /// The part of `EncodedFrame.bytes`.
  package let range: Range<Int>
  /// The packet's marker bit.
  package let marker: Bool

  /// - Parameter descriptor: at most eight bytes, left-aligned in the word.
  package init(range: Range<Int>, marker: Bool, descriptor: UInt64 = 0, descriptorByteCount: Int = 0) {
    precondition((0...8).contains(descriptorByteCount), "a payload descriptor has at most eight bytes")
    self.range = range
    self.marker = marker
    self.descriptor = descriptor
    self.descriptorByteCount = descriptorByteCount
  }

  /// Bytes of the payload.
  package var byteCount: Int { descriptorByteCount + range.count }

  package var descriptorBytes: [UInt8] {
    (0..<descriptorByteCount).map { UInt8(truncatingIfNeeded: descriptor >> UInt64(56 - 8 * $0)) }
  }

  /// Appends the payload to a packet; `false`, leaving the packet as it was, when it does not fit.
  ///
  /// - Parameter frameBytes: the bytes of the frame that was packetized.
  @discardableResult
  package func append(_ frameBytes: RawSpan, to packet: PacketBuffer) -> Bool {
    guard range.upperBound <= frameBytes.byteCount, byteCount <= packet.remainingCapacity else { return false }
    for index in 0..<descriptorByteCount {
      packet.append(UInt8(truncatingIfNeeded: descriptor >> UInt64(56 - 8 * index)))
    }
    return packet.append(frameBytes.extracting(range))
  }
}
