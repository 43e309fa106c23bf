import RTCBase
import RTCJSEP
import WebRTCTypes

/// What the application asks of a sender, beside what the descriptions say.
struct SendSettings: Hashable, Sendable {
  /// The transceiver sends never again.
  var isStopped = false
  /// Whether there is anything to send: a track, and `RTCRtpEncodingParameters.active`.
  var isActive = true
  var maximumBitrate: Bitrate?
  /// One of the negotiated codecs, in place of the first.
  var codec: RTCRtpCodec?
}

extension SendSettings {
  init(_ transceiver: JSEPTransceiver) {
    let encoding = transceiver.sender.encodings.first ?? RTCRtpEncodingParameters()
    isStopped = transceiver.isStopping
    // A frame rate of zero sends nothing (webrtc-pc §5.2, maxFramerate).
    isActive = encoding.active && transceiver.sender.trackID != nil && encoding.maxFramerate != 0
    maximumBitrate = encoding.maxBitrate.map { Bitrate(bitsPerSecond: Int64($0)) }
    codec = encoding.codec
  }
}
