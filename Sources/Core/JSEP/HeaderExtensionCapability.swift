import RTCSDP

/// An RTP header extension that this endpoint honours (RFC 8285).
package struct HeaderExtensionCapability: Hashable, Sendable {
  package var uri: String
  package var direction: MediaDirection
  package var preferredID: UInt8?

  package init(_ uri: String, direction: MediaDirection = .sendrecv, preferredID: UInt8? = nil) {
    self.uri = uri
    self.direction = direction
    self.preferredID = preferredID
  }

  /// RFC 6464
  package static let audioLevel = HeaderExtensionCapability("urn:ietf:params:rtp-hdrext:ssrc-audio-level")
  package static let absoluteSendTime = HeaderExtensionCapability(
    "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time")
  package static let transportSequenceNumber = HeaderExtensionCapability(
    "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01")
  /// RFC 9143 §15.2
  package static let mid = HeaderExtensionCapability("urn:ietf:params:rtp-hdrext:sdes:mid")
  /// RFC 8852 §4
  package static let rid = HeaderExtensionCapability("urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id")
  package static let repairedRID = HeaderExtensionCapability("urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id")
  /// RFC 5450
  package static let transmissionOffset = HeaderExtensionCapability("urn:ietf:params:rtp-hdrext:toffset")
}
