import RTCFrames

/// What an encoder has done (webrtc-stats, `RTCOutboundRtpStreamStats`).
package struct VideoEncoderStatistics: Sendable {
  package var framesEncoded = 0
  package var keyFramesEncoded = 0
  /// Pictures that a newer one replaced before they were encoded.
  package var framesSkipped = 0
  /// Pictures that the encoder left out to keep its rate.
  package var framesDropped = 0
  package var bytesEncoded = 0
  package var totalEncodeTime = Duration.zero
  package var quantizerSum = 0
  package var frameWidth = 0
  package var frameHeight = 0
  package var implementationName: String?
  /// Of the frames that were encoded.
  package private(set) var rate = FrameRateMeter()

  package init() {}

  mutating func note(_ frame: EncodedVideoFrame?, duration: Duration, implementation: String) {
    totalEncodeTime += duration
    implementationName = implementation
    guard let frame else {
      framesDropped += 1
      return
    }
    framesEncoded += 1
    rate.note()
    if frame.isKeyFrame { keyFramesEncoded += 1 }
    bytesEncoded += frame.bytes.count
    quantizerSum += frame.quantizer ?? 0
    frameWidth = frame.width
    frameHeight = frame.height
  }
}
