/// The RTP header extensions this endpoint understands. The raw value is the URI of `a=extmap` (RFC 8285 §5).
package enum RTPExtension: String, CaseIterable, Hashable, Sendable {
  /// RFC 9143 §15.2
  case mid = "urn:ietf:params:rtp-hdrext:sdes:mid"
  /// RFC 8852 §4.1
  case rid = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"
  /// RFC 8852 §4.2
  case repairedRid = "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id"
  /// RFC 6464
  case audioLevel = "urn:ietf:params:rtp-hdrext:ssrc-audio-level"
  /// RFC 6465
  case csrcAudioLevel = "urn:ietf:params:rtp-hdrext:csrc-audio-level"
  case absoluteSendTime = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"
  /// draft-holmer-rmcat-transport-wide-cc-extensions-01
  case transportSequenceNumber = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"
  /// RFC 5450
  case transmissionOffset = "urn:ietf:params:rtp-hdrext:toffset"
  /// 3GPP TS 26.114 §7.4.5
  case videoOrientation = "urn:3gpp:video-orientation"
  case playoutDelay = "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay"
  case absoluteCaptureTime = "http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time"
  /// Sequence number and a request for feedback in one extension.
  case transportSequenceNumberV2 = "http://www.webrtc.org/experiments/rtp-hdrext/transport-wide-cc-02"

  /// 1 to 15: the place in the tables of `RTPExtensionMap`.
  var code: UInt8 {
    switch self {
    case .mid: 1
    case .rid: 2
    case .repairedRid: 3
    case .audioLevel: 4
    case .csrcAudioLevel: 5
    case .absoluteSendTime: 6
    case .transportSequenceNumber: 7
    case .transmissionOffset: 8
    case .videoOrientation: 9
    case .playoutDelay: 10
    case .absoluteCaptureTime: 11
    case .transportSequenceNumberV2: 12
    }
  }

  init?(code: UInt8) {
    switch code {
    case 1: self = .mid
    case 2: self = .rid
    case 3: self = .repairedRid
    case 4: self = .audioLevel
    case 5: self = .csrcAudioLevel
    case 6: self = .absoluteSendTime
    case 7: self = .transportSequenceNumber
    case 8: self = .transmissionOffset
    case 9: self = .videoOrientation
    case 10: self = .playoutDelay
    case 11: self = .absoluteCaptureTime
    case 12: self = .transportSequenceNumberV2
    default: return nil
    }
  }
}
