import RTCBase
import RTCPayload

/// The bytes that hexadecimal digits spell; blanks are for the reader.
func hex(_ text: String) -> [UInt8] {
  let digits = text.compactMap(\.hexDigitValue)
  return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
}

extension Packetizer {
  /// The payloads of a frame, their markers beside them.
  mutating func payloads(of frame: EncodedFrame, maximumPayloadSize: Int) -> [(bytes: [UInt8], marker: Bool)] {
    var fragments: [PayloadFragment] = []
    packetize(frame, maximumPayloadSize: maximumPayloadSize, into: &fragments)
    return fragments.map { fragment in
      let packet = PacketBuffer()
      frame.bytes.withRawSpan { _ = fragment.append($0, to: packet) }
      return (packet.bytes.copied(), fragment.marker)
    }
  }
}

extension Depacketizer {
  func depacketize(_ payload: [UInt8]) -> DepacketizedPayload? { payload.withRawSpan { depacketize($0) } }
}
