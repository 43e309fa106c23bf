/// Walks over the fields of one line. Everything is found by bytes, which is linear and sound since all separators are ASCII.
struct SDPScanner {
  private let bytes: [UInt8]
  private var position: Int
  private let end: Int

  /// Over a part of `bytes`, without the spaces around it.
  init(_ bytes: [UInt8], _ range: Range<Int>) {
    self.bytes = bytes
    position = range.lowerBound
    var end = range.upperBound
    while end > position, Self.isSpace(bytes[end - 1]) { end -= 1 }
    self.end = end
    skipSpaces()
  }

  init(_ text: some StringProtocol) {
    let bytes = Array(text.utf8)
    self.init(bytes, 0..<bytes.count)
  }

  var isAtEnd: Bool { position >= end }
  /// How many bytes are left.
  var count: Int { end - position }
  /// What is left is visible ASCII characters and spaces.
  var isASCIIText: Bool {
    bytes[position..<end].allSatisfy { Self.isSpace($0) || Self.isVisible($0) }
  }

  /// The bytes up to the next space; `nil` at the end.
  mutating func word() -> String? {
    take { Self.isSpace($0) }
  }

  /// The bytes up to the next space or `separator`, which is taken too; `nil` when there are none.
  mutating func word(before separator: UInt8) -> String? {
    let word = take { $0 == separator || Self.isSpace($0) }
    if !isAtEnd, bytes[position] == separator { position += 1 }
    return word
  }

  /// Whether the next byte is `byte`, which is then taken.
  mutating func take(_ byte: UInt8) -> Bool {
    guard !isAtEnd, bytes[position] == byte else { return false }
    position += 1
    return true
  }

  mutating func words() -> [String] {
    var words: [String] = []
    while let word = word() { words.append(word) }
    return words
  }

  /// All that is left; `nil` at the end.
  mutating func rest() -> String? {
    skipSpaces()
    guard !isAtEnd else { return nil }
    defer { position = end }
    return String(decoding: bytes[position..<end], as: UTF8.self)
  }

  private mutating func take(until isEnd: (UInt8) -> Bool) -> String? {
    skipSpaces()
    let start = position
    while position < end, !isEnd(bytes[position]) { position += 1 }
    guard position > start else { return nil }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  private mutating func skipSpaces() {
    while position < end, Self.isSpace(bytes[position]) { position += 1 }
  }

  static func isVisible(_ byte: UInt8) -> Bool { (0x21...0x7E).contains(byte) }

  private static func isSpace(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
}

extension StringProtocol {
  /// A name as the grammars of SDP have it, but for a few punctuation marks that peers use none the less: visible ASCII characters, and
  /// not too many of them.
  ///
  /// Names are kept and compared with one another. Swift compares other text than ASCII by its normal form, which takes a hundred
  /// times as long.
  package var isSDPName: Bool {
    let bytes = utf8
    return !bytes.isEmpty && bytes.count <= SDPLimits.nameLength && bytes.allSatisfy(SDPScanner.isVisible)
  }
}

/// Why a line is refused; `SDPError` adds which line it is.
struct SDPReason: Error {
  let text: String
  init(_ text: String) { self.text = text }
}

extension FixedWidthInteger {
  /// From decimal digits alone, without a sign, which `init?(_:)` would take.
  init?(digits text: String?) {
    guard let text, let first = text.utf8.first, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) else {
      return nil
    }
    self.init(text)
  }
}
