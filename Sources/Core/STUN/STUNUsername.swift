import RTCBase

/// The USERNAME of a connectivity check: the receiver's ufrag, a colon, the sender's ufrag (RFC 8445 §7.2.2).
package enum STUNUsername {
  /// The ufrag of the endpoint that a Binding request is meant for; `nil` for any other datagram.
  ///
  /// This finds a connection on a shared port and proves nothing: the connection checks the integrity itself.
  package static func localUfrag(of datagram: RawSpan) -> String? {
    guard let header = STUNHeader(parsing: datagram),
      header.type == STUNMessageType(.request, .binding)
    else { return nil }
    var attributes = STUNAttributeReader()
    while let attribute = attributes.next(in: datagram) {
      guard attribute.type == .username else { continue }
      guard let colon = firstColon(in: datagram, attribute.value) else { return nil }
      return text(in: datagram, attribute.value.lowerBound..<colon)
    }
    return nil
  }

  /// Both parts of a USERNAME value; `nil` without a colon. Ufrags contain none (RFC 8839 §5.4).
  package static func parts(in datagram: RawSpan, _ value: Range<Int>) -> (receiver: String, sender: String)? {
    guard value.upperBound <= datagram.byteCount, let colon = firstColon(in: datagram, value) else { return nil }
    return (
      text(in: datagram, value.lowerBound..<colon),
      text(in: datagram, colon + 1..<value.upperBound)
    )
  }

  private static func firstColon(in datagram: RawSpan, _ range: Range<Int>) -> Int? {
    range.first { datagram.uint8(at: $0) == UInt8(ascii: ":") }
  }

  private static func text(in datagram: RawSpan, _ range: Range<Int>) -> String {
    datagram.extracting(range).withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
  }
}
