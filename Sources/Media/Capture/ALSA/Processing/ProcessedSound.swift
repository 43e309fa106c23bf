import RTCFrames

/// A microphone's sound on its way to frames of one format, processed where it is to be.
struct ProcessedSound: ~Copyable {
  /// The processor, and the way into its format.
  private struct Stage {
    var input: Framer
    let processor: SoundProcessor
    let removesEcho: Bool
  }

  private var stage: Stage?
  /// The way into the format of the frames.
  private var output: Framer
  private let echo: EchoReference

  /// - Parameter echo: knows what is played.
  /// - Throws: `MediaError` with `AbortError`, when there is no memory.
  init(
    format: AudioFormat, duration: Duration, processing: SoundProcessing, echo: EchoReference = .shared
  ) throws(MediaError) {
    self.echo = echo
    output = Framer(format: format, duration: duration)
    guard processing.isActive else { return }
    let processor = try SoundProcessor(processing, channels: format.channels)
    let input = Framer(format: processor.format, duration: .milliseconds(10))
    stage = Stage(input: input, processor: processor, removesEcho: processing.removesEcho)
    if processing.removesEcho { echo.attach(processor) }
  }

  deinit { if let stage, stage.removesEcho { echo.detach(stage.processor) } }

  /// Adds what was recorded.
  ///
  /// - Parameter delay: between a sound and now.
  mutating func append(_ frame: AudioFrame, delay: Duration) {
    guard stage != nil else { return output.append(frame) }
    stage?.input.append(frame)
    let total = delay + echo.delay
    while let part = stage?.input.next(), let processor = stage?.processor {
      let samples = processor.record(part.samples, delay: total)
      output.append(AudioFrame(format: part.format, samples: samples, timestamp: part.timestamp))
    }
  }

  /// The next whole frame.
  mutating func next() -> AudioFrame? { output.next() }
}
