import RTCBase

/// INIT and INIT ACK (RFC 9260 §3.3.2, §3.3.3).
struct InitChunk: Hashable {
  var tag: VerificationTag
  /// The sender's receive window in bytes.
  var window: UInt32
  var outgoingStreams: UInt16
  var incomingStreams: UInt16
  var initialTSN: TSN
  var extensions: SCTPExtensions
  /// Only in INIT ACK.
  var cookie: [UInt8]?
  /// Parameters nobody here knows and that ask to be reported, whole.
  var unrecognized: [UInt8] = []

  private enum ParameterType {
    static let cookie: UInt16 = 7
    static let unrecognized: UInt16 = 8
    static let zeroChecksum: UInt16 = 0x8001
    static let supportedExtensions: UInt16 = 0x8008
    static let forwardTSN: UInt16 = 0xC000
  }

  /// Parameters without meaning over DTLS: addresses, cookie preservative, ECN, address families, authentication, adaptation.
  private static let ignored: Set<UInt16> = [5, 6, 9, 11, 12, 0x8000, 0x8002, 0x8003, 0x8004, 0xC006]
  /// What is reported at most.
  private static let unrecognizedLimit = 512

  init(
    tag: VerificationTag, window: UInt32, outgoingStreams: UInt16, incomingStreams: UInt16, initialTSN: TSN,
    extensions: SCTPExtensions, cookie: [UInt8]? = nil
  ) {
    self.tag = tag
    self.window = window
    self.outgoingStreams = outgoingStreams
    self.incomingStreams = incomingStreams
    self.initialTSN = initialTSN
    self.extensions = extensions
    self.cookie = cookie
  }

  /// `nil` without the fixed fields or with a parameter that is not wholly inside. Whether the values make sense is the handshake's to say.
  init?(_ value: RawSpan) {
    guard value.byteCount >= 16 else { return nil }
    tag = VerificationTag(rawValue: value.uint32(at: 0))
    window = value.uint32(at: 4)
    outgoingStreams = value.uint16(at: 8)
    incomingStreams = value.uint16(at: 10)
    initialTSN = TSN(rawValue: value.uint32(at: 12))
    extensions = []
    var offset = 16
    while offset < value.byteCount {
      guard let parameter = SCTPParameter(value, at: offset) else { return nil }
      let isUnderstood = read(parameter, in: value)
      if !isUnderstood {
        // The upper bits of the type say what a stranger does with it (RFC 9260 §3.2.1).
        let end = min(parameter.end, value.byteCount)
        if parameter.type & 0x4000 != 0, unrecognized.count + end - offset <= Self.unrecognizedLimit {
          unrecognized += value.extracting(offset..<end).copied()
          while unrecognized.count & 3 != 0 { unrecognized.append(0) }
        }
        if parameter.type & 0x8000 == 0 { return }
      }
      offset = parameter.end
    }
  }

  private mutating func read(_ parameter: SCTPParameter, in value: RawSpan) -> Bool {
    switch parameter.type {
    case ParameterType.cookie: cookie = value.extracting(parameter.value).copied()
    case ParameterType.zeroChecksum:
      // DTLS is the only method that could be meant here (RFC 9653 §4, §7).
      if parameter.value.count >= 4, value.uint32(at: parameter.value.lowerBound) == 1 {
        extensions.insert(.zeroChecksum)
      }
    case ParameterType.supportedExtensions:
      for offset in parameter.value {
        switch SCTPChunkType(rawValue: value.uint8(at: offset)) {
        case .interleavedData: extensions.insert(.interleaving)
        case .reconfiguration: extensions.insert(.reconfiguration)
        case .forwardTSN: extensions.insert(.partialReliability)
        default: break
        }
      }
    case ParameterType.forwardTSN: extensions.insert(.partialReliability)
    case ParameterType.unrecognized: break
    default: return Self.ignored.contains(parameter.type)
    }
    return true
  }

  func write(to packet: PacketBuffer, isAcknowledgement: Bool) {
    let start = packet.beginChunk(isAcknowledgement ? .initiationAcknowledgement : .initiation)
    packet.append(tag.rawValue)
    packet.append(window)
    packet.append(outgoingStreams)
    packet.append(incomingStreams)
    packet.append(initialTSN.rawValue)
    if extensions.contains(.partialReliability) { packet.endParameter(packet.beginParameter(ParameterType.forwardTSN)) }
    if extensions.contains(.zeroChecksum) {
      let parameter = packet.beginParameter(ParameterType.zeroChecksum)
      packet.append(UInt32(1))
      packet.endParameter(parameter)
    }
    let parameter = packet.beginParameter(ParameterType.supportedExtensions)
    for type in extensions.chunkTypes { packet.append(type.rawValue) }
    packet.endParameter(parameter)
    if let cookie {
      packet.pad()
      let parameter = packet.beginParameter(ParameterType.cookie)
      packet.appendBytes(cookie)
      packet.endParameter(parameter)
    }
    if !unrecognized.isEmpty {
      packet.pad()
      let parameter = packet.beginParameter(ParameterType.unrecognized)
      packet.appendBytes(unrecognized)
      packet.endParameter(parameter)
    }
    packet.endChunk(start)
  }
}

/// Extensions that the handshake negotiates; nothing needs any of them.
struct SCTPExtensions: OptionSet, Hashable {
  var rawValue: UInt8

  /// RFC 3758.
  static let partialReliability = Self(rawValue: 1)
  /// RFC 6525.
  static let reconfiguration = Self(rawValue: 2)
  /// RFC 8260.
  static let interleaving = Self(rawValue: 4)
  /// RFC 9653.
  static let zeroChecksum = Self(rawValue: 8)

  /// What stands in the Supported Extensions parameter (RFC 5061 §4.2.7).
  var chunkTypes: [SCTPChunkType] {
    var types: [SCTPChunkType] = []
    if contains(.reconfiguration) { types.append(.reconfiguration) }
    if contains(.partialReliability) { types.append(.forwardTSN) }
    if contains(.interleaving) {
      types.append(.interleavedData)
      if contains(.partialReliability) { types.append(.interleavedForwardTSN) }
    }
    return types
  }
}
