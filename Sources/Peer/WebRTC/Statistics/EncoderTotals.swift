internal import RTCCodecs

/// What the encoders before the present one did: a stream's counters go on when another takes over.
struct EncoderTotals: Sendable {
  private(set) var framesEncoded = 0
  private(set) var keyFramesEncoded = 0
  private(set) var quantizerSum = 0
  private(set) var encodeTime = Duration.zero

  mutating func add(_ counted: VideoEncoderStatistics) {
    framesEncoded += counted.framesEncoded
    keyFramesEncoded += counted.keyFramesEncoded
    quantizerSum += counted.quantizerSum
    encodeTime += counted.totalEncodeTime
  }
}
