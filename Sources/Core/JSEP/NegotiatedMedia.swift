import RTCBase
import RTCSDP
import WebRTCTypes

/// A codec with the payload type that the receiving side gave it.
package struct NegotiatedCodec: Hashable, Sendable {
  package var payloadType: PayloadType
  /// As our capability spells it.
  package var name: String
  package var clockRate: UInt32
  package var channels: Int?
  /// What the receiving side said: the value of its `a=fmtp`, empty if there was none.
  package var parameters: FormatParameters
  /// What both sides understand.
  package var feedback: [RTCPFeedback]
  package var retransmissionPayloadType: PayloadType?

  package init(
    payloadType: PayloadType, name: String, clockRate: UInt32, channels: Int? = nil, parameters: FormatParameters,
    feedback: [RTCPFeedback] = [], retransmissionPayloadType: PayloadType? = nil
  ) {
    self.payloadType = payloadType
    self.name = name
    self.clockRate = clockRate
    self.channels = channels
    self.parameters = parameters
    self.feedback = feedback
    self.retransmissionPayloadType = retransmissionPayloadType
  }
}

extension NegotiatedCodec {
  /// webrtc-pc §5.2, codec dictionary match, but for the format parameters, which each side writes for itself.
  package func matches(_ codec: RTCRtpCodec, kind: MediaStreamTrackKind) -> Bool {
    "\(kind.rawValue)/\(name)".lowercased() == codec.mimeType.lowercased() && clockRate == codec.clockRate
      && (channels ?? 1) == Int(codec.channels ?? 1)
  }
}

/// A header extension in use; its direction is seen from here.
package struct NegotiatedExtension: Hashable, Sendable {
  package var id: UInt8
  package var uri: String
  package var direction: MediaDirection

  package init(id: UInt8, uri: String, direction: MediaDirection) {
    self.id = id
    self.uri = uri
    self.direction = direction
  }
}

/// What we send in an m-section.
package struct NegotiatedSource: Hashable, Sendable {
  package var ssrc: SSRC
  package var retransmissionSSRC: SSRC
  /// Only for simulcast.
  package var rid: String?

  package init(ssrc: SSRC, retransmissionSSRC: SSRC, rid: String? = nil) {
    self.ssrc = ssrc
    self.retransmissionSSRC = retransmissionSSRC
    self.rid = rid
  }
}

/// A source that the peer announced with `a=ssrc`; a peer need not announce any.
package struct RemoteSource: Hashable, Sendable {
  package var ssrc: SSRC
  package var cname: String?
  /// From `a=ssrc-group:FID` (RFC 5576 §4.2).
  package var retransmissionSSRC: SSRC?

  package init(ssrc: SSRC, cname: String? = nil, retransmissionSSRC: SSRC? = nil) {
    self.ssrc = ssrc
    self.cname = cname
    self.retransmissionSSRC = retransmissionSSRC
  }
}

/// An m-section of audio or video on which both sides agreed.
package struct NegotiatedMedia: Hashable, Sendable {
  package var mid: String
  package var sectionIndex: Int
  package var transceiverID: TransceiverID
  package var transportID: TransportID
  package var kind: MediaStreamTrackKind
  /// Ours: `sendonly` means that we send.
  package var direction: MediaDirection
  /// With the peer's payload types, in the peer's order of preference; the first is to be used.
  package var sendCodecs: [NegotiatedCodec]
  /// With our payload types.
  package var receiveCodecs: [NegotiatedCodec]
  package var extensions: [NegotiatedExtension]
  /// RFC 5506
  package var usesReducedSizeRTCP: Bool
  /// RFC 8285 §6: one-byte and two-byte headers may be mixed.
  package var mixesExtensionHeaders: Bool
  package var cname: String
  /// One, or one for each simulcast encoding that the peer takes.
  package var localSources: [NegotiatedSource]
  /// What `a=msid` said of our track.
  package var localStreamIDs: [String]
  /// What `a=msid` said of the peer's track.
  package var remoteStreamIDs: [String]
  package var remoteSources: [RemoteSource]
  /// `a=rid` and `a=simulcast` of the peer, as they were read.
  package var remoteRIDs: [RIDAttribute]
  package var remoteSimulcast: SimulcastAttribute?
  /// The peer's `b=TIAS` or `b=AS`.
  package var maximumBitrate: Bitrate?
  /// The milliseconds of sound that the peer wants in a packet: its `a=ptime`, no more than its `a=maxptime`.
  package var packetTime: Int?
}

/// An m-section of data channels on which both sides agreed (RFC 8841).
package struct NegotiatedDataSection: Hashable, Sendable {
  package var mid: String
  package var sectionIndex: Int
  package var transportID: TransportID
  package var localPort: UInt16
  package var remotePort: UInt16
  /// What the peer takes: 65,536 bytes unless it said otherwise; `nil` means any size (RFC 8841 §6.1).
  package var maximumMessageSize: UInt64?
}
