extension CandidateAttribute {
  /// From `candidate:…`, with or without `a=` before it, as browsers signal candidates (RFC 8839 §5.1).
  package init(parsing text: some StringProtocol) throws(SDPError) {
    // Signalling may pass on a whole line of a description, with its end.
    var bytes = String(text).utf8[...]
    while let last = bytes.last, last == UInt8(ascii: "\r") || last == UInt8(ascii: "\n") { bytes.removeLast() }
    let line = String(Substring(bytes))
    guard line.utf8.count <= SDPLimits.lineLength else {
      throw SDPError(lineNumber: 0, line: "", reason: "a candidate has at most \(SDPLimits.lineLength) bytes")
    }
    var scanner = SDPScanner(line)
    let prefix = scanner.word(before: UInt8(ascii: ":"))
    do throws(SDPReason) {
      guard prefix == "candidate" || prefix == "a=candidate" else {
        throw SDPReason("a candidate begins with \"candidate:\"")
      }
      self = try CandidateAttribute(&scanner)
    } catch {
      throw SDPError(lineNumber: 0, line: SDPError.excerpt(line), reason: error.text)
    }
  }

  /// From what follows `candidate:`. Types, transports and extensions that are not known are kept, for the grammar is open to them.
  init(_ scanner: inout SDPScanner) throws(SDPReason) {
    guard scanner.count <= SDPLimits.candidateLength, scanner.isASCIIText else {
      throw SDPReason("a candidate has at most \(SDPLimits.candidateLength) ASCII characters")
    }
    guard let foundation = scanner.word() else { throw SDPReason("a candidate needs a foundation") }
    guard foundation.utf8.count <= SDPLimits.foundationLength else {
      throw SDPReason("a candidate's foundation has at most \(SDPLimits.foundationLength) characters")
    }
    guard let component = UInt16(digits: scanner.word()), (1...256).contains(component) else {
      throw SDPReason("a candidate's component is a number from 1 to 256")
    }
    guard let transport = scanner.word() else { throw SDPReason("a candidate needs a transport") }
    guard let priority = UInt32(digits: scanner.word()) else {
      throw SDPReason("a candidate's priority is a number of 32 bits")
    }
    guard let address = scanner.word() else { throw SDPReason("a candidate needs an address") }
    guard let port = UInt16(digits: scanner.word()) else {
      throw SDPReason("a candidate's port is a number from 0 to 65535")
    }
    guard scanner.word() == "typ", let kind = scanner.word() else {
      throw SDPReason("a candidate's port is followed by \"typ\" and its type")
    }
    self.init(
      foundation: foundation, component: component, transport: transport, priority: priority, address: address,
      port: port, kind: Kind(kind))
    while let name = scanner.word() {
      let value = scanner.word()
      switch name {
      case "raddr" where relatedAddress == nil && value != nil:
        relatedAddress = value
      case "rport" where relatedPort == nil && value != nil:
        guard let port = UInt16(digits: value) else { throw SDPReason("rport is a number from 0 to 65535") }
        relatedPort = port
      default:
        guard extensions.count < SDPLimits.candidateExtensions else {
          throw SDPReason("a candidate has at most \(SDPLimits.candidateExtensions) extensions")
        }
        extensions.append(Extension(name, value ?? ""))
      }
    }
  }
}
