import RTCSecurity

extension SessionDescription: CustomStringConvertible {
  /// The description as it goes to a peer: lines end with CRLF, in the order of RFC 8866 §5.
  package var text: String {
    var writer = SDPWriter()
    writer.line("v", "0")
    writer.line("o", origin.text)
    writer.line("s", name)
    writer.line("i", information)
    writer.line("u", uri)
    for email in emails { writer.line("e", email) }
    for phone in phones { writer.line("p", phone) }
    writer.line("c", connection?.text)
    for bandwidth in bandwidths { writer.line("b", bandwidth.text) }
    for timing in timings {
      writer.line("t", "\(timing.start) \(timing.stop)")
      for value in timing.repeats { writer.line("r", value) }
      writer.line("z", timing.zoneAdjustments)
    }
    writer.line("k", key)
    for attribute in attributes { writer.line("a", attribute.text) }
    for section in media { section.write(to: &writer) }
    return writer.text
  }

  package var description: String { text }
}

extension MediaDescription {
  fileprivate func write(to writer: inout SDPWriter) {
    let ports = portCount.map { "\(port)/\($0)" } ?? String(port)
    writer.line("m", "\(kind) \(ports) \(transportProtocol)" + formats.map { " " + $0 }.joined())
    writer.line("i", information)
    for connection in connections { writer.line("c", connection.text) }
    for bandwidth in bandwidths { writer.line("b", bandwidth.text) }
    writer.line("k", key)
    for attribute in attributes { writer.line("a", attribute.text) }
  }
}

private struct SDPWriter {
  var text = ""

  mutating func line(_ type: String, _ value: String?) {
    guard let value else { return }
    text += type
    text += "="
    if value.utf8.contains(where: Self.endsLine) {
      // A value that came from elsewhere, such as a stream's id, must not become a line of its own.
      text += String(decoding: value.utf8.filter { !Self.endsLine($0) }, as: UTF8.self)
    } else {
      text += value
    }
    text += "\r\n"
  }

  private static func endsLine(_ byte: UInt8) -> Bool {
    byte == 0 || byte == UInt8(ascii: "\r") || byte == UInt8(ascii: "\n")
  }
}

extension Origin {
  fileprivate var text: String {
    "\(username) \(sessionID) \(sessionVersion) \(networkType) \(addressType) \(address)"
  }
}

extension ConnectionData {
  fileprivate var text: String { "\(networkType) \(addressType) \(address)" }
}

extension Bandwidth {
  fileprivate var text: String { "\(type):\(value)" }
}
