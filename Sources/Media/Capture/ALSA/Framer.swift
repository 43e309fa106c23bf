import RTCFrames
internal import RTCProcessing

/// Cuts sound of any format into frames of one format and length.
struct Framer: Sendable {
  private let duration: Duration
  private let sampleCount: Int
  private var converter: AudioConverter
  private var pending: [Int16] = []
  /// When the first pending sample was heard.
  private var time: MediaTime = .zero

  init(format: AudioFormat, duration: Duration) {
    self.duration = duration
    converter = AudioConverter(to: format)
    sampleCount = max(1, Int(duration.inSeconds * Double(format.sampleRate)))
  }

  mutating func append(_ frame: AudioFrame) {
    let format = converter.output
    time = frame.timestamp - format.duration(ofSamples: pending.count / format.channels)
    pending += converter.convert(frame)
  }

  mutating func next() -> AudioFrame? {
    let format = converter.output
    let count = sampleCount * format.channels
    guard pending.count >= count else { return nil }
    let frame = AudioFrame(
      format: format, samples: Array(pending.prefix(count)), timestamp: time,
      metadata: FrameMetadata(captureTime: time))
    pending.removeFirst(count)
    time = time + duration
    return frame
  }
}
