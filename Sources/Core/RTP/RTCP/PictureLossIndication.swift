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

extension PictureLossIndication {
  init?(parsing body: RawSpan) {
    var reader = ByteReader(body)
    guard let sender = reader.readUInt32(), let media = reader.readUInt32() else { return nil }
    self.init(senderSSRC: SSRC(rawValue: sender), mediaSSRC: SSRC(rawValue: media))
  }
}
