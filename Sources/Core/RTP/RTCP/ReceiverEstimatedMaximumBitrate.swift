import RTCBase

/// The bitrate that a receiver believes its path can carry: REMB (draft-alvestrand-rmcat-remb-03 §2.2).
package struct ReceiverEstimatedMaximumBitrate: Hashable, Sendable {
  package var senderSSRC: SSRC
  /// Rounded down to 18 significant bits on the wire.
  package var bitrate: Bitrate
  /// The streams that share it: at most 255.
  package var ssrcs: [SSRC]

  package init(senderSSRC: SSRC, bitrate: Bitrate, ssrcs: [SSRC]) {
    self.senderSSRC = senderSSRC
    self.bitrate = bitrate
    self.ssrcs = ssrcs
  }
}
