import RTCBase

/// Why an ABORT or ERROR was sent (RFC 9260 §3.3.10).
struct SCTPErrorCause: Hashable {
  var code: UInt16
  var information: [UInt8]

  static let invalidStream: UInt16 = 1
  static let missingParameter: UInt16 = 2
  static let staleCookie: UInt16 = 3
  static let outOfResources: UInt16 = 4
  static let unrecognizedChunk: UInt16 = 6
  static let invalidParameter: UInt16 = 7
  static let noUserData: UInt16 = 9
  static let cookieDuringShutdown: UInt16 = 10
  static let restartWithNewAddresses: UInt16 = 11
  static let userInitiatedAbort: UInt16 = 12
  static let protocolViolation: UInt16 = 13

  /// Information kept of a cause of the peer.
  static let informationLimit = 96
  /// Causes kept of a chunk of the peer.
  static let countLimit = 8

  init(_ code: UInt16, _ information: [UInt8] = []) {
    self.code = code
    self.information = information
  }

  init(_ code: UInt16, text: String) { self.init(code, Array(text.utf8.prefix(Self.informationLimit))) }

  /// The causes of an ABORT or ERROR chunk, up to the first that is malformed.
  static func parse(_ value: RawSpan) -> [SCTPErrorCause] {
    var causes: [SCTPErrorCause] = []
    var offset = 0
    while causes.count < countLimit, let cause = SCTPParameter(value, at: offset) {
      let start = cause.value.lowerBound
      let information = value.extracting(start..<start + min(cause.value.count, informationLimit)).copied()
      causes.append(SCTPErrorCause(cause.type, information))
      offset = cause.end
    }
    return causes
  }

  /// Bytes of a chunk with these causes.
  static func byteCount(_ causes: [SCTPErrorCause]) -> Int {
    causes.reduce(SCTPChunk.headerByteCount) { $0 + SCTPChunk.padded(4 + $1.information.count) }
  }

  static func write(_ causes: [SCTPErrorCause], type: SCTPChunkType, flags: UInt8 = 0, to packet: PacketBuffer) {
    let start = packet.beginChunk(type, flags: flags)
    for cause in causes {
      packet.pad()
      let parameter = packet.beginParameter(cause.code)
      packet.appendBytes(cause.information)
      packet.endParameter(parameter)
    }
    packet.endChunk(start)
  }

  /// For people: the text that some causes carry.
  var description: String {
    let name =
      switch code {
      case Self.invalidStream: "invalid stream identifier"
      case Self.missingParameter: "missing mandatory parameter"
      case Self.staleCookie: "stale cookie"
      case Self.outOfResources: "out of resource"
      case Self.unrecognizedChunk: "unrecognized chunk type"
      case Self.invalidParameter: "invalid mandatory parameter"
      case Self.noUserData: "no user data"
      case Self.cookieDuringShutdown: "cookie received while shutting down"
      case Self.restartWithNewAddresses: "restart with new addresses"
      case Self.userInitiatedAbort: "user-initiated abort"
      case Self.protocolViolation: "protocol violation"
      default: "cause \(code)"
      }
    let carriesText = code == Self.userInitiatedAbort || code == Self.protocolViolation
    guard carriesText, !information.isEmpty else { return name }
    return "\(name): \(String(decoding: information, as: UTF8.self))"
  }
}
