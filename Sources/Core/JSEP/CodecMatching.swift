import RTCBase
import RTCSDP

/// Which codec a payload type of a description stands for, compared the way its own specification says.
struct CodecDescription: Hashable, Sendable {
  var payloadType: PayloadType
  var name: String
  var clockRate: UInt32
  var channels: Int?
  var parameters: FormatParameters?
  /// What it may be given, as far as we know it.
  var feedback: Set<RTCPFeedback>
  /// The payload type that this format repairs if it is a retransmission format (RFC 4588 §8.1): read once, for it is asked for as often
  /// as there are formats.
  let associatedPayloadType: PayloadType?

  init(
    payloadType: PayloadType, name: String, clockRate: UInt32, channels: Int?, parameters: FormatParameters?,
    feedback: Set<RTCPFeedback>
  ) {
    self.payloadType = payloadType
    self.name = name
    self.clockRate = clockRate
    self.channels = channels
    self.parameters = parameters
    self.feedback = feedback
    let text = name.lowercased() == "rtx" ? parameters?["apt"] : nil
    associatedPayloadType = text.flatMap { UInt8($0) }.flatMap { PayloadType(rawValue: $0) }
  }

  /// Every format of the `m=` line that is a payload type with a known meaning, in the order of the line. Of the feedback only what
  /// `known` has is kept: what the peer says of all formats at once would otherwise be kept as often as there are formats.
  ///
  /// Each line is read once, whatever the number of formats.
  static func all(in media: MediaDescription, known: Set<RTCPFeedback>) -> [CodecDescription] {
    var maps: [PayloadType: RTPMap] = [:]
    var parameters: [PayloadType: FormatParameters] = [:]
    var feedback: [PayloadType?: Set<RTCPFeedback>] = [:]
    let longestType = known.lazy.map(\.type.utf8.count).max() ?? 0
    for attribute in media.attributes {
      switch attribute {
      case .rtpmap(let map) where maps[map.payloadType] == nil: maps[map.payloadType] = map
      case .fmtp(let line):
        guard let payloadType = line.payloadType, parameters[payloadType] == nil else { continue }
        parameters[payloadType] = line
      case .rtcpFeedback(let line) where line.type.utf8.count <= longestType:
        let named = RTCPFeedback(line.type.lowercased(), line.parameter)
        if known.contains(named) { feedback[line.payloadType, default: []].insert(named) }
      default: continue
      }
    }
    let ofAll = feedback[nil] ?? []
    var seen: Set<PayloadType> = []
    return media.payloadTypes.compactMap { payloadType in
      guard seen.insert(payloadType).inserted, let map = maps[payloadType] ?? staticMap(payloadType) else { return nil }
      return CodecDescription(
        payloadType: payloadType, name: map.encodingName, clockRate: map.clockRate, channels: map.channels,
        parameters: parameters[payloadType], feedback: feedback[payloadType]?.union(ofAll) ?? ofAll)
    }
  }

  /// RFC 3551 §6: these need no `a=rtpmap`.
  private static func staticMap(_ payloadType: PayloadType) -> RTPMap? {
    let codec: (String, UInt32)? =
      switch payloadType.rawValue {
      case 0: ("PCMU", 8_000)
      case 3: ("GSM", 8_000)
      case 8: ("PCMA", 8_000)
      case 9: ("G722", 8_000)
      case 13: ("CN", 8_000)
      case 18: ("G729", 8_000)
      default: nil
      }
    return codec.map { RTPMap(payloadType: payloadType, encodingName: $0.0, clockRate: $0.1) }
  }

  subscript(parameter name: String) -> String? { parameters?[name] }
}

extension CodecCapability {
  /// The same codec in a form that we can decode, parameters considered where they choose between incompatible formats.
  func matches(_ description: CodecDescription) -> Bool {
    guard name.lowercased() == description.name.lowercased(), clockRate == description.clockRate,
      (channels ?? 1) == (description.channels ?? 1)
    else { return false }
    switch name.lowercased() {
    case "h264": return matchesH264(description)
    case "vp9":  // draft-ietf-payload-vp9 §6.1, now RFC 9628 §6.1: profile 0 when absent.
      return (self[parameter: "profile-id"] ?? "0") == (description[parameter: "profile-id"] ?? "0")
    case "av1":  // AV1 RTP specification §7.2.1: profile 0 when absent.
      return (self[parameter: "profile"] ?? "0") == (description[parameter: "profile"] ?? "0")
    case "h265":  // RFC 7798 §7.1: profile 1 when absent.
      return (self[parameter: "profile-id"] ?? "1") == (description[parameter: "profile-id"] ?? "1")
    default: return true
    }
  }

  /// RFC 6184 §8.2.2: the profile and the packetization mode are symmetric, the level is not.
  private func matchesH264(_ description: CodecDescription) -> Bool {
    guard
      (self[parameter: "packetization-mode"] ?? "0") == (description[parameter: "packetization-mode"] ?? "0"),
      let ours = H264Profile(profileLevelID: self[parameter: "profile-level-id"]),
      let theirs = H264Profile(profileLevelID: description[parameter: "profile-level-id"])
    else { return false }
    return ours == theirs
  }
}

/// The profile in a `profile-level-id`; several bit patterns mean the same one (RFC 6184 §8.1, table 5).
enum H264Profile: Hashable, Sendable {
  case constrainedBaseline
  case baseline
  case main
  case extended
  case constrainedHigh
  case high
  case other(UInt32)

  /// Baseline when absent (RFC 6184 §8.1); `nil` if it is not six hexadecimal digits.
  init?(profileLevelID text: String?) {
    guard let text else {
      self = .baseline
      return
    }
    guard text.utf8.count == 6, let value = UInt32(text, radix: 16) else { return nil }
    let constraints = UInt8(truncatingIfNeeded: value >> 8)
    switch (UInt8(truncatingIfNeeded: value >> 16), constraints) {
    case (0x42, let flags) where flags & 0x4F == 0x40: self = .constrainedBaseline
    case (0x4D, let flags) where flags & 0x8F == 0x80: self = .constrainedBaseline
    case (0x58, let flags) where flags & 0xCF == 0xC0: self = .constrainedBaseline
    case (0x42, let flags) where flags & 0x4F == 0x00: self = .baseline
    case (0x58, let flags) where flags & 0xCF == 0x80: self = .baseline
    case (0x4D, let flags) where flags & 0xAF == 0x00: self = .main
    case (0x58, let flags) where flags & 0xCF == 0x00: self = .extended
    case (0x64, 0x00): self = .high
    case (0x64, 0x0C): self = .constrainedHigh
    default: self = .other(value >> 8)
    }
  }
}
