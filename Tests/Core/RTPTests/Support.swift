import RTCBase
import RTCRTP

/// The bytes that hexadecimal digits spell; blanks are for the reader.
func hex(_ text: String) -> [UInt8] {
  let digits = text.compactMap(\.hexDigitValue)
  return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
}

func packet(_ bytes: [UInt8]) -> PacketBuffer {
  let packet = PacketBuffer()
  packet.assign(bytes.span.bytes)
  return packet
}

extension PacketBuffer {
  var array: [UInt8] { bytes.copied() }
}

func parseHeader(_ bytes: [UInt8]) -> RTPHeader? {
  bytes.withRawSpan { RTPHeader(parsing: $0) }
}

func parseExtensions(_ bytes: [UInt8], _ map: RTPExtensionMap) -> RTPExtensionValues? {
  bytes.withRawSpan { span in
    RTPHeader(parsing: span).map { RTPExtensionValues(parsing: span, header: $0, map: map) }
  }
}

/// All packets of a compound packet, and how many were malformed.
func readCompound(_ bytes: [UInt8]) -> (packets: [RTCPPacket], malformedCount: Int) {
  bytes.withRawSpan { span in
    var reader = RTCPReader()
    var packets: [RTCPPacket] = []
    while let packet = reader.next(in: span) { packets.append(packet) }
    return (packets, reader.malformedCount)
  }
}

/// A compound packet of `messages`; `nil` if one of them does not fit.
func writeCompound(_ messages: [RTCPPacket], maximumByteCount: Int = 1_200) -> [UInt8]? {
  let packet = PacketBuffer()
  var writer = RTCPWriter(into: packet, maximumByteCount: maximumByteCount)
  for message in messages where !writer.append(message) { return nil }
  return packet.array
}

extension SSRC: ExpressibleByIntegerLiteral {
  @usableFromInline package init(integerLiteral value: UInt32) { self.init(rawValue: value) }
}

extension SequenceNumber: ExpressibleByIntegerLiteral {
  @usableFromInline package init(integerLiteral value: UInt16) { self.init(rawValue: value) }
}

extension PayloadType: ExpressibleByIntegerLiteral {
  @usableFromInline package init(integerLiteral value: UInt8) { self.init(truncating: value) }
}

/// All extensions with the identifiers that Chromium gives them, and some more.
let commonMap = RTPExtensionMap([
  (1, .audioLevel), (2, .absoluteSendTime), (3, .transportSequenceNumber), (4, .mid), (5, .rid), (6, .repairedRid),
  (7, .transmissionOffset), (8, .videoOrientation), (9, .playoutDelay), (10, .absoluteCaptureTime),
])
