import RTCBase
import RTCSecurity

extension STUNMessage {
  /// Whether MESSAGE-INTEGRITY is there and made with the authenticator's key (RFC 8489 §14.5). `datagram` is the one that was parsed.
  package func isIntegrityValid(_ datagram: RawSpan, _ authenticator: any MessageAuthenticator) -> Bool {
    guard let integrityOffset, integrityOffset + 24 <= datagram.byteCount else { return false }
    // The digest was made when the attribute was the last one: the length field says so, whatever follows now.
    var header: InlineArray<20, UInt8> = InlineArray(repeating: 0)
    for index in 0..<Self.headerSize { header[index] = datagram.uint8(at: index) }
    let length = UInt16(truncatingIfNeeded: integrityOffset + 24 - Self.headerSize)
    header[2] = UInt8(length >> 8)
    header[3] = UInt8(truncatingIfNeeded: length)
    let digest = authenticator.authenticate(
      header.span.bytes, datagram.extracting(Self.headerSize..<integrityOffset))
    guard digest.count == 20 else { return false }
    // No early exit: the time must not tell how many bytes were right.
    var difference: UInt8 = 0
    for index in 0..<20 { difference |= digest[index] ^ datagram.uint8(at: integrityOffset + 4 + index) }
    return difference == 0
  }

  /// The value of USERNAME; `nil` when there is none.
  package func username(in datagram: RawSpan) -> String? { text(usernameRange, in: datagram) }
  package func software(in datagram: RawSpan) -> String? { text(softwareRange, in: datagram) }
  package func reason(in datagram: RawSpan) -> String? { text(reasonRange, in: datagram) }

  private func text(_ range: Range<Int>?, in datagram: RawSpan) -> String? {
    guard let range, range.upperBound <= datagram.byteCount else { return nil }
    return datagram.extracting(range).withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
  }
}
