import RTCBase
import RTCJSEP
import RTCSCTP
import WebRTCTypes

/// The `id` of statistics objects: made of what the object is, so that it stays as long as that does (webrtc-pc §8.4).
enum StatisticsIdentifier {
  static let connection = "P"

  static func transport(_ id: TransportID) -> String { "T\(id.rawValue)" }
  static func pair(_ id: Int, of transport: TransportID) -> String { "CP\(transport.rawValue)_\(id)" }
  /// Candidates of both sides are numbered by one agent.
  static func candidate(_ id: Int, of transport: TransportID) -> String { "IC\(transport.rawValue)_\(id)" }
  static func dataChannel(_ channel: DataChannelHandle) -> String { "D\(channel.number)" }
  static func certificate(_ fingerprint: String) -> String { "CF\(fingerprint)" }

  static func outbound(_ ssrc: SSRC, _ kind: MediaStreamTrackKind) -> String { "O" + stream(ssrc, kind) }
  static func remoteInbound(_ ssrc: SSRC, _ kind: MediaStreamTrackKind) -> String { "RI" + stream(ssrc, kind) }
  static func inbound(_ ssrc: SSRC, _ kind: MediaStreamTrackKind, of transport: TransportID) -> String {
    "I\(transport.rawValue)" + stream(ssrc, kind)
  }
  static func remoteOutbound(_ ssrc: SSRC, _ kind: MediaStreamTrackKind, of transport: TransportID) -> String {
    "RO\(transport.rawValue)" + stream(ssrc, kind)
  }

  /// A payload type means another codec after another negotiation, and either side may give its own parameters.
  static func codec(_ codec: NegotiatedCodec, isSent: Bool, of transport: TransportID) -> String {
    let parameters = codec.parameters.text
    return "C\(isSent ? "O" : "I")\(transport.rawValue)_\(codec.payloadType.rawValue)_\(codec.name)"
      + (parameters.isEmpty ? "" : "_\(parameters)")
  }

  private static func stream(_ ssrc: SSRC, _ kind: MediaStreamTrackKind) -> String {
    "\(kind == .audio ? "A" : "V")\(ssrc.rawValue)"
  }
}
