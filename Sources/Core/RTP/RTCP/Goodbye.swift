import RTCBase

/// Says that sources send no more (RFC 3550 §6.6).
package struct Goodbye: Hashable, Sendable {
  package var ssrcs: [SSRC]
  package var reason: String?

  package init(ssrcs: [SSRC], reason: String? = nil) {
    self.ssrcs = ssrcs
    self.reason = reason
  }
}

extension Goodbye {
  init?(parsing body: RawSpan, count: Int) {
    var reader = ByteReader(body)
    var ssrcs: [SSRC] = []
    for _ in 0..<count {
      guard let ssrc = reader.readUInt32() else { return nil }
      ssrcs.append(SSRC(rawValue: ssrc))
    }
    var reason: String?
    if let length = reader.readUInt8() {
      guard let text = reader.readBytes(Int(length)) else { return nil }
      reason = String(decoding: text, as: UTF8.self)
    }
    self.init(ssrcs: ssrcs, reason: reason)
  }

  func write(to packet: PacketBuffer) -> Bool {
    let start = packet.count
    for ssrc in ssrcs {
      guard packet.append(ssrc.rawValue) else { return false }
    }
    guard let reason else { return true }
    guard packet.appendText(reason) else { return false }
    while (packet.count - start) & 3 != 0 {
      guard packet.append(UInt8(0)) else { return false }
    }
    return true
  }
}

extension PacketBuffer {
  /// Appends a length byte and at most 255 bytes of UTF-8, cut at a character.
  func appendText(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    var length = min(bytes.count, 255)
    while length > 0, length < bytes.count, bytes[length] & 0xC0 == 0x80 { length -= 1 }
    return append(UInt8(truncatingIfNeeded: length)) && append(bytes.span.bytes.extracting(0..<length))
  }
}
