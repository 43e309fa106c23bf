import RTCBase

/// What a RE-CONFIG chunk holds one or two of (RFC 6525 §4).
enum ReconfigurationParameter: Hashable {
  /// The sender begins the streams anew; none means all of its outgoing ones.
  case outgoingReset(
    request: ReconfigurationNumber, response: ReconfigurationNumber, lastTSN: TSN, streams: [SCTPStreamIdentifier])
  /// The sender asks the receiver to begin streams anew.
  case incomingReset(request: ReconfigurationNumber, streams: [SCTPStreamIdentifier])
  case associationReset(request: ReconfigurationNumber)
  case response(to: ReconfigurationNumber, result: ReconfigurationResult)
  case addOutgoingStreams(request: ReconfigurationNumber, count: UInt16)
  case addIncomingStreams(request: ReconfigurationNumber, count: UInt16)

  /// A chunk's parameters; `nil` for a malformed chunk. Unknown parameters are left out.
  static func parse(_ value: RawSpan) -> [ReconfigurationParameter]? {
    var parameters: [ReconfigurationParameter] = []
    var offset = 0
    while offset < value.byteCount {
      guard parameters.count < 2, let parameter = SCTPParameter(value, at: offset) else { return nil }
      let body = value.extracting(parameter.value)
      switch parameter.type {
      case 13...18:
        guard let parsed = ReconfigurationParameter(type: parameter.type, body) else { return nil }
        parameters.append(parsed)
      default: break
      }
      offset = parameter.end
    }
    return parameters
  }

  private init?(type: UInt16, _ body: RawSpan) {
    guard body.byteCount >= 4 else { return nil }
    let number = ReconfigurationNumber(rawValue: body.uint32(at: 0))
    switch type {
    case 13:
      guard body.byteCount >= 12, body.byteCount % 2 == 0 else { return nil }
      self = .outgoingReset(
        request: number, response: ReconfigurationNumber(rawValue: body.uint32(at: 4)),
        lastTSN: TSN(rawValue: body.uint32(at: 8)), streams: Self.streams(body, from: 12))
    case 14:
      guard body.byteCount % 2 == 0 else { return nil }
      self = .incomingReset(request: number, streams: Self.streams(body, from: 4))
    case 15: self = .associationReset(request: number)
    case 16:
      guard body.byteCount >= 8 else { return nil }
      self = .response(to: number, result: ReconfigurationResult(rawValue: body.uint32(at: 4)))
    case 17, 18:
      guard body.byteCount >= 8 else { return nil }
      let count = body.uint16(at: 4)
      self =
        type == 17
        ? .addOutgoingStreams(request: number, count: count) : .addIncomingStreams(request: number, count: count)
    default: return nil
    }
  }

  private static func streams(_ body: RawSpan, from offset: Int) -> [SCTPStreamIdentifier] {
    stride(from: offset, to: body.byteCount, by: 2).map { SCTPStreamIdentifier(rawValue: body.uint16(at: $0)) }
  }

  static func write(_ parameters: [ReconfigurationParameter], to packet: PacketBuffer) {
    let start = packet.beginChunk(.reconfiguration)
    for parameter in parameters {
      packet.pad()
      parameter.write(to: packet)
    }
    packet.endChunk(start)
  }

  private func write(to packet: PacketBuffer) {
    let start: Int
    switch self {
    case .outgoingReset(let request, let response, let lastTSN, let streams):
      start = packet.beginParameter(13)
      packet.append(request.rawValue)
      packet.append(response.rawValue)
      packet.append(lastTSN.rawValue)
      for stream in streams { packet.append(stream.rawValue) }
    case .incomingReset(let request, let streams):
      start = packet.beginParameter(14)
      packet.append(request.rawValue)
      for stream in streams { packet.append(stream.rawValue) }
    case .associationReset(let request):
      start = packet.beginParameter(15)
      packet.append(request.rawValue)
    case .response(let number, let result):
      start = packet.beginParameter(16)
      packet.append(number.rawValue)
      packet.append(result.rawValue)
    case .addOutgoingStreams(let request, let count), .addIncomingStreams(let request, let count):
      if case .addOutgoingStreams = self {
        start = packet.beginParameter(17)
      } else {
        start = packet.beginParameter(18)
      }
      packet.append(request.rawValue)
      packet.append(UInt32(count) << 16)
    }
    packet.endParameter(start)
  }
}

/// Numbers the requests of one side (RFC 6525 §3.1).
struct ReconfigurationNumber: RawRepresentable, Hashable {
  var rawValue: UInt32

  func distance(from other: Self) -> Int { Int(Int32(bitPattern: rawValue &- other.rawValue)) }
  var next: Self { Self(rawValue: rawValue &+ 1) }
}

/// The answer to a request (RFC 6525 §4.4).
struct ReconfigurationResult: RawRepresentable, Hashable {
  var rawValue: UInt32

  static let nothingToDo = Self(rawValue: 0)
  static let performed = Self(rawValue: 1)
  static let denied = Self(rawValue: 2)
  static let wrongStream = Self(rawValue: 3)
  static let badSequenceNumber = Self(rawValue: 5)
  static let inProgress = Self(rawValue: 6)
}
