import RTCBase
import RTCSDP
import WebRTCTypes

/// A codec that this endpoint can send and receive, as it is offered.
package struct CodecCapability: Hashable, Sendable {
  package var kind: MediaStreamTrackKind
  /// `opus`, `VP8`
  package var name: String
  package var clockRate: UInt32
  /// `nil` means one.
  package var channels: Int?
  /// What we would like to receive; a static payload type's own number (RFC 3551 §6), or a wish within the dynamic
  /// ranges.
  package var preferredPayloadType: PayloadType?
  package var parameters: [FormatParameters.Parameter]
  package var feedback: [RTCPFeedback]
  /// Lost packets can be sent again in a stream of their own (RFC 4588).
  package var supportsRetransmission: Bool
  package var preferredRetransmissionPayloadType: PayloadType?

  package init(
    kind: MediaStreamTrackKind, name: String, clockRate: UInt32, channels: Int? = nil,
    preferredPayloadType: PayloadType? = nil, parameters: [FormatParameters.Parameter] = [],
    feedback: [RTCPFeedback] = [], supportsRetransmission: Bool = false,
    preferredRetransmissionPayloadType: PayloadType? = nil
  ) {
    self.kind = kind
    self.name = name
    self.clockRate = clockRate
    self.channels = channels
    self.preferredPayloadType = preferredPayloadType
    self.parameters = parameters
    self.feedback = feedback
    self.supportsRetransmission = supportsRetransmission
    self.preferredRetransmissionPayloadType = preferredRetransmissionPayloadType
  }

  /// `audio/opus`
  package var mimeType: String { "\(kind.rawValue)/\(name)" }

  package subscript(parameter name: String) -> String? {
    let lowercased = name.lowercased()
    return parameters.first { $0.name.lowercased() == lowercased }.map { $0.value ?? "" }
  }

  /// The parameters as the value of an `a=fmtp` line; empty if there are none.
  package var parameterText: String { FormatParameters(format: "", parameters: parameters).text }
}

extension CodecCapability {
  /// RFC 7587
  package static func opus(
    minimumPacketTime: Int = 10, usesInBandFEC: Bool = true, isStereo: Bool = false, usesDTX: Bool = false,
    maximumAverageBitrate: Int? = nil
  ) -> CodecCapability {
    var parameters: [FormatParameters.Parameter] = [.init("minptime", String(minimumPacketTime))]
    if usesInBandFEC { parameters.append(.init("useinbandfec", "1")) }
    if isStereo { parameters += [.init("stereo", "1"), .init("sprop-stereo", "1")] }
    if usesDTX { parameters.append(.init("usedtx", "1")) }
    if let maximumAverageBitrate { parameters.append(.init("maxaveragebitrate", String(maximumAverageBitrate))) }
    return CodecCapability(
      kind: .audio, name: "opus", clockRate: 48_000, channels: 2, preferredPayloadType: PayloadType(rawValue: 111),
      parameters: parameters, feedback: [.transportCC])
  }

  /// RFC 3551 §4.5.14
  package static let pcmu = CodecCapability(
    kind: .audio, name: "PCMU", clockRate: 8_000, preferredPayloadType: PayloadType(rawValue: 0),
    feedback: [.transportCC])
  package static let pcma = CodecCapability(
    kind: .audio, name: "PCMA", clockRate: 8_000, preferredPayloadType: PayloadType(rawValue: 8),
    feedback: [.transportCC])

  /// RFC 7741
  package static let vp8 = CodecCapability(
    kind: .video, name: "VP8", clockRate: 90_000, preferredPayloadType: PayloadType(rawValue: 96),
    feedback: videoFeedback, supportsRetransmission: true,
    preferredRetransmissionPayloadType: PayloadType(rawValue: 97))

  /// What every video codec here is given.
  package static let videoFeedback: [RTCPFeedback] = [
    .remb, .transportCC, .fullIntraRequest, .nack, .pictureLossIndication,
  ]
}
