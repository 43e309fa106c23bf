import RTCBase
import RTCSecurity

extension Attribute {
  /// From what follows `a=`.
  ///
  /// Attributes on which a connection depends are refused when they are malformed. Those that a peer can do without are kept as `other` then,
  /// which also holds for a flag with a value and for spellings that their case could not write again.
  init(_ bytes: [UInt8], _ range: Range<Int>) throws(SDPReason) {
    let colon = bytes[range].firstIndex(of: UInt8(ascii: ":"))
    let nameRange = range.lowerBound..<(colon ?? range.upperBound)
    guard !nameRange.isEmpty else { throw SDPReason("an attribute has a name") }
    if let colon {
      let name = String(decoding: bytes[nameRange], as: UTF8.self)
      let valueRange = colon + 1..<range.upperBound
      self =
        try Self.essential(name, SDPScanner(bytes, valueRange)) ?? Self.optional(name, bytes, valueRange)
        ?? .other(name: name, value: String(decoding: bytes[valueRange], as: UTF8.self))
      return
    }
    var nameScanner = SDPScanner(bytes, nameRange)
    let name = nameScanner.rest() ?? ""
    if let attribute = Self.flag(name) {
      self = attribute
    } else {
      guard !Self.needsValue.contains(name) else { throw SDPReason("a=\(name) has a value") }
      self = .other(name: String(decoding: bytes[nameRange], as: UTF8.self), value: nil)
    }
  }

  private static let needsValue: Set<String> = [
    "candidate", "extmap", "fingerprint", "group", "ice-pwd", "ice-ufrag", "max-message-size", "mid", "msid", "rtcp-fb",
    "rtpmap", "sctp-port", "setup", "ssrc", "ssrc-group", "tls-id",
  ]

  private static func flag(_ name: String) -> Attribute? {
    switch name {
    case "rtcp-mux": .rtcpMux
    case "rtcp-rsize": .rtcpReducedSize
    case "rtcp-mux-only": .rtcpMuxOnly
    case "end-of-candidates": .endOfCandidates
    case "extmap-allow-mixed": .extmapAllowMixed
    case "bundle-only": .bundleOnly
    case "ice-lite": .iceLite
    default: MediaDirection(rawValue: name).map { .direction($0) }
    }
  }

  /// Attributes on which a connection depends, but for what is no such attribute.
  private static func essential(_ name: String, _ value: SDPScanner) throws(SDPReason) -> Attribute? {
    var value = value
    switch name {
    case "rtpmap": return .rtpmap(try RTPMap(&value))
    case "fmtp":
      guard let format = value.word(), let text = value.rest() else { return nil }
      return .fmtp(FormatParameters(format: format, text: text))
    case "rtcp-fb": return .rtcpFeedback(try RTCPFeedbackAttribute(&value))
    case "extmap": return .extmap(try ExtensionMapping(&value))
    case "candidate": return .candidate(try CandidateAttribute(&value))
    case "ssrc": return .ssrc(try SSRCAttribute(&value))
    case "ssrc-group": return try ssrcGroup(&value)
    case "mid": return .mid(try value.name("mid"))
    case "msid": return try msid(&value)
    case "group":
      guard value.isASCIIText else { throw SDPReason("a=group is in ASCII") }
      guard let semantics = value.word() else { throw SDPReason("a=group needs its semantics") }
      return .group(semantics: semantics, mids: value.words())
    case "ice-ufrag": return .iceUfrag(try value.iceCharacters("ice-ufrag", atLeast: 4))
    case "ice-pwd": return .icePassword(try value.iceCharacters("ice-pwd", atLeast: 22))
    case "ice-options": return .iceOptions(value.words())
    case "fingerprint": return .fingerprint(try fingerprint(&value))
    case "setup":
      guard let role = SetupRole(rawValue: try value.only("setup")) else {
        throw SDPReason("a=setup is active, passive, actpass or holdconn")
      }
      return .setup(role)
    case "tls-id": return .tlsID(try value.name("tls-id"))
    case "sctp-port":
      guard let port = UInt16(digits: value.rest()) else {
        throw SDPReason("a=sctp-port is a number from 0 to 65535")
      }
      return .sctpPort(port)
    case "max-message-size":
      guard let size = UInt64(digits: value.rest()) else { throw SDPReason("a=max-message-size is a number") }
      return .maxMessageSize(size)
    case "rtcp": return value.rest().map { .rtcp($0) }
    case "sctpmap": return value.rest().map { .sctpMap($0) }
    case "crypto": return value.rest().map { .crypto($0) }
    default: return nil
    }
  }

  /// Attributes without which a connection works: kept by type only when they can be written as they were read.
  private static func optional(_ name: String, _ bytes: [UInt8], _ range: Range<Int>) -> Attribute? {
    var value = SDPScanner(bytes, range)
    let attribute: Attribute? =
      switch name {
      case "msid-semantic": value.word().map { .msidSemantic(semantic: $0, streamIDs: value.words()) }
      case "rid": RIDAttribute(&value).map { .rid($0) }
      case "simulcast": SimulcastAttribute(&value).map { .simulcast($0) }
      case "ptime": Int(digits: value.rest()).map { .packetTime($0) }
      case "maxptime": Int(digits: value.rest()).map { .maximumPacketTime($0) }
      default: nil
      }
    guard let text = attribute?.value?.utf8, text.elementsEqual(bytes[range]) else { return nil }
    return attribute
  }

  /// `nil` for names of another form: a connection can do without them.
  private static func msid(_ value: inout SDPScanner) throws(SDPReason) -> Attribute? {
    guard let streamID = value.word() else { throw SDPReason("a=msid needs a stream id, or \"-\"") }
    let trackID = value.word()
    guard value.isAtEnd else { throw SDPReason("a=msid has a stream id and at most a track id") }
    guard streamID.isSDPName, trackID?.isSDPName ?? true else { return nil }
    return .msid(streamID: streamID, trackID: trackID)
  }

  private static func ssrcGroup(_ value: inout SDPScanner) throws(SDPReason) -> Attribute {
    guard let semantics = value.word() else { throw SDPReason("a=ssrc-group needs its semantics") }
    var ssrcs: [SSRC] = []
    while let word = value.word() {
      guard let ssrc = UInt32(digits: word) else { throw SDPReason("an SSRC is a number of 32 bits") }
      ssrcs.append(SSRC(rawValue: ssrc))
    }
    return .ssrcGroup(semantics: semantics, ssrcs: ssrcs)
  }

  /// The registered hash functions (RFC 8122 §5) and how many bytes their digests have. No name is the beginning of another.
  private static let digestSizes = [
    ("sha-256", 32), ("sha-1", 20), ("sha-384", 48), ("sha-512", 64), ("sha-224", 28), ("md5", 16), ("md2", 16),
  ]

  private static func fingerprint(_ value: inout SDPScanner) throws(SDPReason) -> CertificateFingerprint {
    guard var algorithm = value.word(), algorithm.isSDPName else {
      throw SDPReason("a=fingerprint has a hash function and a digest")
    }
    var digest = value.rest()
    // The line is long, and where it was folded and joined again, as in the examples of RFC 8829 §7, the space is lost.
    if digest == nil, let (name, _) = digestSizes.first(where: { algorithm.lowercased().hasPrefix($0.0) }) {
      digest = String(algorithm.dropFirst(name.count))
      algorithm = name
    }
    guard let digest else { throw SDPReason("a=fingerprint has a hash function and a digest") }
    guard let fingerprint = CertificateFingerprint(algorithm: algorithm, text: digest) else {
      throw SDPReason("a digest is pairs of hexadecimal digits with colons between")
    }
    let size = digestSizes.first { $0.0 == fingerprint.algorithm }?.1 ?? fingerprint.digest.count
    guard fingerprint.digest.count == size else {
      throw SDPReason("a digest of \(fingerprint.algorithm) has \(size) bytes, not \(fingerprint.digest.count)")
    }
    return fingerprint
  }
}

extension SDPScanner {
  /// The one word that there is.
  fileprivate mutating func only(_ name: String) throws(SDPReason) -> String {
    guard let word = word(), isAtEnd else { throw SDPReason("a=\(name) has one value without spaces") }
    return word
  }

  /// The one name that there is.
  fileprivate mutating func name(_ name: String) throws(SDPReason) -> String {
    let word = try only(name)
    guard word.isSDPName else { throw SDPReason("a=\(name) has 1 to \(SDPLimits.nameLength) ASCII characters") }
    return word
  }

  /// RFC 8839 §5.4. Its alphabet is not enforced: an unusual punctuation mark does no harm, and refusing it would.
  fileprivate mutating func iceCharacters(_ name: String, atLeast minimum: Int) throws(SDPReason) -> String {
    let word = try only(name)
    guard word.isSDPName, (minimum...256).contains(word.utf8.count) else {
      throw SDPReason("a=\(name) has \(minimum) to 256 ASCII characters")
    }
    return word
  }
}

extension PayloadType {
  fileprivate init(_ text: String?) throws(SDPReason) {
    guard let number = UInt8(digits: text), let payloadType = PayloadType(rawValue: number) else {
      throw SDPReason("a payload type is a number from 0 to 127")
    }
    self = payloadType
  }
}

extension RTPMap {
  fileprivate init(_ value: inout SDPScanner) throws(SDPReason) {
    let payloadType = try PayloadType(value.word())
    guard let encodingName = value.word(before: UInt8(ascii: "/")), encodingName.isSDPName else {
      throw SDPReason("a=rtpmap names an encoding")
    }
    guard let clockRate = UInt32(digits: value.word(before: UInt8(ascii: "/"))), clockRate > 0 else {
      throw SDPReason("a=rtpmap has a clock rate above 0 behind the encoding's slash")
    }
    var channels: Int?
    if let text = value.rest() {
      guard let number = Int(digits: text), (1...255).contains(number) else {
        throw SDPReason("the channels of a=rtpmap are a number from 1 to 255")
      }
      channels = number
    }
    self.init(payloadType: payloadType, encodingName: encodingName, clockRate: clockRate, channels: channels)
  }
}

extension RTCPFeedbackAttribute {
  fileprivate init(_ value: inout SDPScanner) throws(SDPReason) {
    let target = value.word()
    let payloadType = target == "*" ? nil : try PayloadType(target)
    guard let type = value.word() else { throw SDPReason("a=rtcp-fb names a kind of feedback") }
    self.init(payloadType: payloadType, type: type, parameter: value.rest())
  }
}

extension ExtensionMapping {
  fileprivate init(_ value: inout SDPScanner) throws(SDPReason) {
    let parts = (value.word() ?? "").split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    // RFC 8285 §8: 1 to 255 in packets, 4096 to 4351 in offers.
    guard let id = Int(digits: parts.first.map(String.init)), (1...255).contains(id) || (4096...4351).contains(id)
    else { throw SDPReason("the identifier of a=extmap is a number from 1 to 255, or from 4096 to 4351") }
    var direction: MediaDirection?
    if parts.count == 2 {
      direction = MediaDirection(rawValue: String(parts[1]))
      guard direction != nil else { throw SDPReason("behind the slash of a=extmap stands a direction") }
    }
    guard let uri = value.word() else { throw SDPReason("a=extmap names the extension's URI") }
    self.init(id: id, direction: direction, uri: uri, attributes: value.rest())
  }
}

extension SSRCAttribute {
  fileprivate init(_ value: inout SDPScanner) throws(SDPReason) {
    guard let ssrc = UInt32(digits: value.word()) else { throw SDPReason("an SSRC is a number of 32 bits") }
    guard let attribute = value.word(before: UInt8(ascii: ":")), attribute.isSDPName else {
      throw SDPReason("a=ssrc has an attribute")
    }
    self.init(ssrc: SSRC(rawValue: ssrc), attribute: attribute, value: value.rest())
  }
}

extension RIDAttribute {
  /// RFC 8851 §4: `nil` when malformed, for such a line is to be ignored (§6.2).
  fileprivate init?(_ value: inout SDPScanner) {
    guard let id = value.word(), Self.isIdentifier(id), let direction = value.word().flatMap(Direction.init) else {
      return nil
    }
    self.init(id: id, direction: direction)
    guard let list = value.rest() else { return }
    let items = list.split(separator: ";", maxSplits: SDPLimits.listLength, omittingEmptySubsequences: false)
    guard items.count <= SDPLimits.listLength else { return nil }
    for item in items {
      let parts = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard let name = parts.first, !name.isEmpty else { return nil }
      parameters.append(Parameter(String(name), parts.count == 2 ? String(parts[1]) : nil))
    }
  }

  /// Letters, digits, "-" and "_".
  static func isIdentifier(_ text: some StringProtocol) -> Bool {
    !text.isEmpty && text.utf8.count <= 255
      && text.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
          true
        default: false
        }
      }
  }
}

extension SimulcastAttribute {
  /// RFC 8853 §5.1: each direction at most once; `nil` when malformed or in the syntax of the drafts.
  fileprivate init?(_ value: inout SDPScanner) {
    self.init()
    while let direction = value.word() {
      guard let list = value.word(), let streams = Self.streams(list) else { return nil }
      switch direction {
      case "send" where send.isEmpty: send = streams
      case "recv" where receive.isEmpty:
        receive = streams
        listsReceiveFirst = send.isEmpty
      default: return nil
      }
    }
    if send.isEmpty {
      guard !receive.isEmpty else { return nil }
      listsReceiveFirst = false
    }
  }

  private static func streams(_ list: String) -> [Stream]? {
    let separators = list.utf8.count { $0 == UInt8(ascii: ";") || $0 == UInt8(ascii: ",") }
    guard separators < SDPLimits.listLength else { return nil }
    var streams: [Stream] = []
    for part in list.split(separator: ";", omittingEmptySubsequences: false) {
      var alternatives: [Alternative] = []
      for alternative in part.split(separator: ",", omittingEmptySubsequences: false) {
        let isPaused = alternative.utf8.first == UInt8(ascii: "~")
        let rid = isPaused ? alternative.dropFirst() : alternative
        guard RIDAttribute.isIdentifier(rid) else { return nil }
        alternatives.append(Alternative(rid: String(rid), isPaused: isPaused))
      }
      streams.append(Stream(alternatives: alternatives))
    }
    return streams
  }
}
