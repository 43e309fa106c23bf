import RTCBase
import RTCRTP

/// What negotiation decided about one media stream to send.
package struct SendStreamConfiguration: Hashable, Sendable {
  package enum Kind: Hashable, Sendable {
    case audio, video
  }

  package var kind: Kind
  package var ssrc: SSRC
  package var payloadType: PayloadType
  /// Ticks of the RTP timestamp a second.
  package var clockRate: Int
  /// The stream and payload type of retransmissions (RFC 4588); without both, packets are repeated as they were.
  package var rtxSSRC: SSRC?
  package var rtxPayloadType: PayloadType?
  /// Whether the peer sends generic NACKs (`a=rtcp-fb … nack`): packets are kept only then.
  package var isRetransmissionEnabled = false
  package var cname: String
  /// Sent in packets until a report shows that the peer knows the SSRC.
  package var mid: StreamIdentifier?
  package var rid: StreamIdentifier?
  package var extensions = RTPExtensionMap()
  /// Bytes of an RTP packet before protection: 1,200 minus what SRTP adds.
  package var maximumPacketSize = 1_184
  /// What the allocator gives at least, where the estimate allows, and at most.
  package var minimumBitrate = Bitrate.kilobitsPerSecond(30)
  package var maximumBitrate = Bitrate.kilobitsPerSecond(2_500)
  /// Whether frames are sent at all (`RTCRtpEncodingParameters.active`, and the negotiated direction).
  package var isActive = true
  /// Weight among streams of a kind (webrtc-priority: very-low 0.5, low 1, medium 2, high 4).
  package var priority = 1.0
  package var cacheLimits = RetransmissionCache.Limits()

  package init(kind: Kind, ssrc: SSRC, payloadType: PayloadType, clockRate: Int, cname: String) {
    self.kind = kind
    self.ssrc = ssrc
    self.payloadType = payloadType
    self.clockRate = max(1, clockRate)
    self.cname = cname
    if kind == .audio {
      minimumBitrate = .kilobitsPerSecond(16)
      maximumBitrate = .kilobitsPerSecond(64)
    }
  }
}
