import RTCBase

/// A request for a picture that can be decoded: PLI (RFC 4585 §6.3.1).
package struct PictureLossIndication: Hashable, Sendable {
  package var senderSSRC: SSRC
  package var mediaSSRC: SSRC

  package init(senderSSRC: SSRC, mediaSSRC: SSRC) {
    self.senderSSRC = senderSSRC
    self.mediaSSRC = mediaSSRC
  }
}
