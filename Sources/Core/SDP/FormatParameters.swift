import RTCBase

/// An `a=fmtp` line (RFC 8866 §6.15): the parameters of one format.
///
/// The text is what counts, since every format defines its own syntax; `parameters` reads it as the semicolon-separated list that most use.
package struct FormatParameters: Hashable, Sendable {
  package struct Parameter: Hashable, Sendable {
    package var name: String
    /// `nil` for a parameter without `=`, such as the `0-15` of telephone-event.
    package var value: String?

    package init(_ name: String, _ value: String? = nil) {
      self.name = name
      self.value = value
    }
  }

  /// A payload type, or another format of the `m=` line.
  package var format: String
  /// Everything after the format.
  package var text: String

  package init(format: String, text: String) {
    self.format = format
    self.text = text
  }

  package init(format: String, parameters: [Parameter]) {
    self.format = format
    text = parameters.map { parameter in
      parameter.value.map { "\(parameter.name)=\($0)" } ?? parameter.name
    }.joined(separator: ";")
  }

  /// The format as a payload type, written as the `m=` line writes it; `nil` if it is none.
  package var payloadType: PayloadType? {
    guard format.utf8.count <= 3, let number = UInt8(digits: format), format == String(number) else { return nil }
    return PayloadType(rawValue: number)
  }

  /// The parameters in their order, without the spaces around them.
  package var parameters: [Parameter] {
    text.utf8.split(separator: UInt8(ascii: ";")).compactMap { part in
      let part = part.trimmed
      guard !part.isEmpty else { return nil }
      guard let equals = part.firstIndex(of: UInt8(ascii: "=")) else { return Parameter(String(part) ?? "") }
      return Parameter(
        String(part[..<equals].trimmed) ?? "", String(part[part.index(after: equals)...].trimmed) ?? "")
    }
  }

  /// The value of a parameter, whose name is compared without regard to case (RFC 4855 §3); empty for one without `=`.
  package subscript(_ name: String) -> String? {
    // By bytes: a hostile line has thousands of parameters, and is asked for several.
    for part in text.utf8.split(separator: UInt8(ascii: ";")) {
      let end = part.firstIndex(of: UInt8(ascii: "=")) ?? part.endIndex
      let own = part[..<end].trimmed
      guard own.count == name.utf8.count, own.elementsEqual(name.utf8, by: { $0.lowercased == $1.lowercased }) else {
        continue
      }
      return end == part.endIndex ? "" : String(part[part.index(after: end)...].trimmed) ?? ""
    }
    return nil
  }
}

extension UInt8 {
  /// Of an ASCII letter.
  fileprivate var lowercased: UInt8 { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self) ? self | 0x20 : self }
}

extension Substring.UTF8View {
  fileprivate var trimmed: Substring.UTF8View {
    func isSpace(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
    guard let first = firstIndex(where: { !isSpace($0) }), let last = lastIndex(where: { !isSpace($0) }) else {
      return self[startIndex..<startIndex]
    }
    return self[first...last]
  }
}
