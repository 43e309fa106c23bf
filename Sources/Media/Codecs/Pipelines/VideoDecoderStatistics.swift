import RTCFrames

/// What a decoder has done (webrtc-stats, `RTCInboundRtpStreamStats`).
package struct VideoDecoderStatistics: Sendable {
  package var framesDecoded = 0
  package var keyFramesDecoded = 0
  /// Frames that could not be decoded, or for which there was no time.
  package var framesDropped = 0
  package var totalDecodeTime = Duration.zero
  package var frameWidth = 0
  package var frameHeight = 0
  package var implementationName: String?
  /// Of the frames that were decoded.
  package private(set) var rate = FrameRateMeter()

  package init() {}

  mutating func note(_ frame: EncodedVideoFrame, picture: VideoFrame?, duration: Duration, implementation: String) {
    framesDecoded += 1
    rate.note()
    if frame.isKeyFrame { keyFramesDecoded += 1 }
    totalDecodeTime += duration
    implementationName = implementation
    guard let picture else { return }
    frameWidth = picture.width
    frameHeight = picture.height
  }
}
