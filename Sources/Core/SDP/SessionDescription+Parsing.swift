extension SessionDescription {
  /// Reads a description.
  ///
  /// Forgiven is what real peers get wrong: lines that end with LF alone, a missing last line end, empty lines, spaces around lines and doubled
  /// between fields, optional lines out of order. All else is refused with its line.
  package init(parsing text: String) throws(SDPError) {
    // Before the text is looked at: its size alone may make it hostile.
    guard text.utf8.count <= SDPLimits.bytes else {
      throw SDPError(
        lineNumber: 0, line: "",
        reason: "it has \(text.utf8.count) bytes, and \(SDPLimits.bytes) are the most that is accepted")
    }
    var parser = SDPParser(Array(text.utf8))
    self = try parser.parse()
  }
}

/// Goes through the lines and puts them where they belong.
private struct SDPParser {
  private let bytes: [UInt8]
  private var position = 0
  private var lineNumber = 0
  /// The line with which the session or the section began.
  private var sectionStart = 1

  private var origin: Origin?
  private var name: String?
  private var session: SessionDescription
  private var section: MediaDescription?
  private var mids: Set<String> = []
  /// How many `a=fingerprint` lines the session or the section has so far.
  private var fingerprints = 0

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    session = SessionDescription(origin: Origin(sessionID: "0", sessionVersion: 0), timings: [])
  }

  mutating func parse() throws(SDPError) -> SessionDescription {
    var hasVersion = false
    while let line = nextLine() {
      do throws(SDPReason) {
        guard lineNumber <= SDPLimits.lines else {
          throw SDPReason("more than \(SDPLimits.lines) lines are not accepted")
        }
        guard lineNumber < sectionStart + SDPLimits.sectionLines || bytes[line.lowerBound] == UInt8(ascii: "m") else {
          throw SDPReason("more than \(SDPLimits.sectionLines) lines of one section are not accepted")
        }
        guard line.count <= SDPLimits.lineLength else {
          throw SDPReason("a line of more than \(SDPLimits.lineLength) bytes is not accepted")
        }
        let (type, value) = try field(line)
        guard hasVersion else {
          guard type == UInt8(ascii: "v") else { throw SDPReason("the first line is \"v=0\"") }
          var scanner = SDPScanner(bytes, value)
          guard scanner.word() == "0", scanner.isAtEnd else { throw SDPReason("the only version is 0") }
          hasVersion = true
          continue
        }
        try take(type, value)
      } catch {
        throw SDPError(lineNumber: lineNumber, line: excerpt(line), reason: error.text)
      }
    }
    guard hasVersion else { throw SDPError(lineNumber: 0, line: "", reason: "it is empty") }
    guard let origin else { throw SDPError(lineNumber: 0, line: "", reason: "the o= line is missing") }
    guard let name else { throw SDPError(lineNumber: 0, line: "", reason: "the s= line is missing") }
    session.origin = origin
    session.name = name
    if let section { session.media.append(section) }
    return session
  }

  // MARK: Lines

  /// The next line that is not empty, without its end and the spaces before it.
  private mutating func nextLine() -> Range<Int>? {
    while position < bytes.count {
      var start = position
      var end = start
      while end < bytes.count, bytes[end] != UInt8(ascii: "\n") { end += 1 }
      position = end + 1
      lineNumber += 1
      while end > start, bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
      while start < end, bytes[start] == UInt8(ascii: " ") || bytes[start] == UInt8(ascii: "\t") { start += 1 }
      if start < end || lineNumber > SDPLimits.lines { return start..<end }
    }
    return nil
  }

  private func field(_ line: Range<Int>) throws(SDPReason) -> (UInt8, Range<Int>) {
    guard line.count >= 2, bytes[line.lowerBound + 1] == UInt8(ascii: "=") else {
      throw SDPReason("a line is a letter, \"=\" and a value")
    }
    let value = line.lowerBound + 2..<line.upperBound
    for index in value where bytes[index] == 0 || bytes[index] == UInt8(ascii: "\r") {
      throw SDPReason("a line holds neither NUL nor carriage return (RFC 8866 §9)")
    }
    return (bytes[line.lowerBound], value)
  }

  private func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

  private func excerpt(_ line: Range<Int>) -> String { SDPError.excerpt(text(line.prefix(1_000))) }

  private mutating func take(_ type: UInt8, _ value: Range<Int>) throws(SDPReason) {
    if origin == nil, type != UInt8(ascii: "o") { throw SDPReason("the second line is o=") }
    switch type {
    case UInt8(ascii: "m"):
      try beginSection(value)
    case UInt8(ascii: "a"):
      try takeAttribute(value)
    case UInt8(ascii: "i"):
      if section == nil {
        try set(&session.information, value, "i=")
      } else {
        var information = section?.information
        try set(&information, value, "i=")
        section?.information = information
      }
    case UInt8(ascii: "k"):
      if section == nil {
        try set(&session.key, value, "k=")
      } else {
        var key = section?.key
        try set(&key, value, "k=")
        section?.key = key
      }
    case UInt8(ascii: "c"):
      let connection = try ConnectionData(SDPScanner(bytes, value))
      guard section == nil else {
        section?.connections.append(connection)
        return
      }
      guard session.connection == nil else { throw SDPReason("the session has a c= line already") }
      session.connection = connection
    case UInt8(ascii: "b"):
      let bandwidth = try Bandwidth(SDPScanner(bytes, value))
      if section == nil { session.bandwidths.append(bandwidth) } else { section?.bandwidths.append(bandwidth) }
    default:
      guard section == nil else { throw SDPReason("an m-section has i=, c=, b=, k= and a= lines alone") }
      try takeSessionLine(type, value)
    }
  }

  private mutating func takeSessionLine(_ type: UInt8, _ value: Range<Int>) throws(SDPReason) {
    switch type {
    case UInt8(ascii: "o"):
      guard origin == nil else { throw SDPReason("there is an o= line already") }
      origin = try Origin(SDPScanner(bytes, value))
    case UInt8(ascii: "s"):
      try set(&name, value, "s=")
    case UInt8(ascii: "u"):
      try set(&session.uri, value, "u=")
    case UInt8(ascii: "e"):
      session.emails.append(text(value))
    case UInt8(ascii: "p"):
      session.phones.append(text(value))
    case UInt8(ascii: "t"):
      session.timings.append(try Timing(SDPScanner(bytes, value)))
    case UInt8(ascii: "r"):
      guard !session.timings.isEmpty else { throw SDPReason("an r= line follows a t= line") }
      session.timings[session.timings.count - 1].repeats.append(text(value))
    case UInt8(ascii: "z"):
      guard let last = session.timings.indices.last, session.timings[last].zoneAdjustments == nil else {
        throw SDPReason("one z= line may follow a t= line")
      }
      session.timings[last].zoneAdjustments = text(value)
    case UInt8(ascii: "v"):
      throw SDPReason("there is a v= line already")
    default:
      throw SDPReason("SDP has no line of this type (RFC 8866 §5)")
    }
  }

  private func set(_ value: inout String?, _ range: Range<Int>, _ type: String) throws(SDPReason) {
    guard value == nil else { throw SDPReason("there is an \(type) line already") }
    value = text(range)
  }

  private mutating func beginSection(_ value: Range<Int>) throws(SDPReason) {
    guard name != nil else { throw SDPReason("the s= line comes before the m= lines") }
    if let section { session.media.append(section) }
    guard session.media.count < SDPLimits.mediaSections else {
      throw SDPReason("more than \(SDPLimits.mediaSections) m-sections are not accepted")
    }
    section = try MediaDescription(SDPScanner(bytes, value))
    sectionStart = lineNumber
    fingerprints = 0
  }

  private mutating func takeAttribute(_ value: Range<Int>) throws(SDPReason) {
    let attribute = try Attribute(bytes, value)
    if case .fingerprint = attribute {
      fingerprints += 1
      guard fingerprints <= SDPLimits.fingerprints else {
        throw SDPReason("more than \(SDPLimits.fingerprints) fingerprints of one section are not accepted")
      }
    }
    guard section != nil else {
      session.attributes.append(attribute)
      return
    }
    if case .mid(let mid) = attribute {
      // RFC 5888 §4: one for each section, and each once.
      guard section?.mid == nil else { throw SDPReason("the m-section has a mid already") }
      guard mids.insert(mid).inserted else { throw SDPReason("another m-section has this mid") }
    }
    section?.attributes.append(attribute)
  }
}

extension Origin {
  fileprivate init(_ scanner: SDPScanner) throws(SDPReason) {
    var scanner = scanner
    let words = scanner.words()
    guard words.count == 6 else {
      throw SDPReason("o= has six fields: user name, session id, version, \"IN\", \"IP4\" or \"IP6\", address")
    }
    guard words[1].utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else {
      throw SDPReason("the session id is a number")
    }
    guard let version = UInt64(digits: words[2]) else { throw SDPReason("the session version is a number of 64 bits") }
    self.init(
      username: words[0], sessionID: words[1], sessionVersion: version, networkType: words[3], addressType: words[4],
      address: words[5])
  }
}

extension ConnectionData {
  fileprivate init(_ scanner: SDPScanner) throws(SDPReason) {
    var scanner = scanner
    let words = scanner.words()
    guard words.count == 3 else { throw SDPReason("c= has three fields: \"IN\", \"IP4\" or \"IP6\", address") }
    self.init(networkType: words[0], addressType: words[1], address: words[2])
  }
}

extension Bandwidth {
  fileprivate init(_ scanner: SDPScanner) throws(SDPReason) {
    var scanner = scanner
    guard let type = scanner.word(before: UInt8(ascii: ":")), let value = UInt64(digits: scanner.rest()) else {
      throw SDPReason("b= is a type, \":\" and a number")
    }
    self.init(type: type, value: value)
  }
}

extension Timing {
  fileprivate init(_ scanner: SDPScanner) throws(SDPReason) {
    var scanner = scanner
    guard let start = UInt64(digits: scanner.word()), let stop = UInt64(digits: scanner.rest()) else {
      throw SDPReason("t= is two numbers")
    }
    self.init(start: start, stop: stop)
  }
}

extension MediaDescription {
  fileprivate init(_ scanner: SDPScanner) throws(SDPReason) {
    var scanner = scanner
    guard let kind = scanner.word() else { throw SDPReason("m= has a kind, a port, a protocol and formats") }
    let ports = (scanner.word() ?? "").split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard let port = UInt16(digits: ports.first.map(String.init)) else {
      throw SDPReason("the port of an m= line is a number from 0 to 65535")
    }
    var portCount: Int?
    if ports.count == 2 {
      guard let count = Int(digits: String(ports[1])), count > 0 else {
        throw SDPReason("the number of ports of an m= line is above 0")
      }
      portCount = count
    }
    guard let transportProtocol = scanner.word() else { throw SDPReason("an m= line names its protocol") }
    let formats = scanner.words()
    // Rejected sections lose their formats in some stacks.
    guard !formats.isEmpty || port == 0 else { throw SDPReason("an m= line has at least one format") }
    self.init(
      kind: MediaKind(kind), port: port, portCount: portCount, transportProtocol: transportProtocol, formats: formats)
  }
}
