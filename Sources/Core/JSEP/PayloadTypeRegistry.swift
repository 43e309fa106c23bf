import RTCBase
import RTCSDP
import WebRTCTypes

/// Which payload type stands for which codec throughout a session.
///
/// In a BUNDLE group a payload type must mean the same everywhere (RFC 9143 §9.1), and within a session its meaning
/// may not change (RFC 3264 §8.3.2). So whatever either side has ever used is remembered, and new codecs get numbers
/// that have had no meaning yet.
struct PayloadTypeRegistry: Hashable, Sendable {
  /// What makes two formats the same codec; the parameters count, since `H264` appears once for each profile.
  struct Codec: Hashable, Sendable {
    var kind: MediaStreamTrackKind
    var name: String
    var clockRate: UInt32
    var channels: Int
    var discriminator: String
  }

  private var codecs: [PayloadType: Codec] = [:]
  private var payloadTypes: [Codec: PayloadType] = [:]

  /// RFC 5761 §4: with RTP and RTCP on one port, 64 to 95 would be read as RTCP.
  static func isUsable(_ payloadType: PayloadType) -> Bool { !(64...95).contains(payloadType.rawValue) }

  /// The dynamic range of RFC 3551 §6 first, then the one that RFC 5761 §4 leaves free below it.
  private static let dynamicRange = (Array(96...127) + Array(35...63)).compactMap {
    PayloadType(rawValue: UInt8($0))
  }

  subscript(payloadType: PayloadType) -> Codec? { codecs[payloadType] }

  /// Takes over a meaning that a description gave. The first meaning of a number and the latest number of a codec win.
  mutating func learn(_ payloadType: PayloadType, _ codec: Codec) {
    guard Self.isUsable(payloadType) else { return }
    if codecs[payloadType] == nil { codecs[payloadType] = codec }
    if codecs[payloadType] == codec { payloadTypes[codec] = payloadType }
  }

  /// The number of a codec, a new one if it has none; `nil` when all are used up.
  mutating func payloadType(for codec: Codec, preferred: PayloadType?) -> PayloadType? {
    if let known = payloadTypes[codec] { return known }
    let candidates = (preferred.map { [$0] } ?? []) + Self.dynamicRange
    guard let free = candidates.first(where: { codecs[$0] == nil && Self.isUsable($0) }) else { return nil }
    codecs[free] = codec
    payloadTypes[codec] = free
    return free
  }
}

extension PayloadTypeRegistry.Codec {
  init(_ capability: CodecCapability) {
    self.init(
      kind: capability.kind, name: capability.name, clockRate: capability.clockRate, channels: capability.channels
    ) { capability[parameter: $0] }
  }

  init(_ description: CodecDescription, kind: MediaStreamTrackKind) {
    self.init(
      kind: kind, name: description.name, clockRate: description.clockRate, channels: description.channels
    ) { description[parameter: $0] }
  }

  /// The retransmission format of another one.
  init(retransmissionOf payloadType: PayloadType, kind: MediaStreamTrackKind, clockRate: UInt32) {
    self.init(
      kind: kind, name: "rtx", clockRate: clockRate, channels: 1, discriminator: String(payloadType.rawValue))
  }

  private init(
    kind: MediaStreamTrackKind, name: String, clockRate: UInt32, channels: Int?, parameter: (String) -> String?
  ) {
    self.kind = kind
    self.name = name.lowercased()
    self.clockRate = clockRate
    self.channels = channels ?? 1
    discriminator =
      switch self.name {
      case "h264":
        (parameter("packetization-mode") ?? "0") + "/"
          + (H264Profile(profileLevelID: parameter("profile-level-id")).map { "\($0)" } ?? "")
      case "vp9": parameter("profile-id") ?? "0"
      case "av1": parameter("profile") ?? "0"
      case "h265": parameter("profile-id") ?? "1"
      case "rtx": parameter("apt") ?? ""
      default: ""
      }
  }
}
