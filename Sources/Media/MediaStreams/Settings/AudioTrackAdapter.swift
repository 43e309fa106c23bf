import RTCFrames
internal import RTCProcessing
import Synchronization

/// Resamples sound and mixes its channels.
final class AudioTrackAdapter: FrameAdapter {
  private let format: AudioFormat
  private let converter: Mutex<AudioConverter>

  init(format: AudioFormat) {
    self.format = format
    converter = Mutex(AudioConverter(to: format))
  }

  func adapt(_ frame: AudioFrame) -> AdaptedFrame<AudioFrame> {
    if frame.format == format { return .frame(frame) }
    let samples = converter.withLock { $0.convert(frame) }
    // The filter needs some samples before it gives any.
    guard !samples.isEmpty else { return .dropped }
    return .frame(
      AudioFrame(format: format, samples: samples, timestamp: frame.timestamp, metadata: frame.metadata))
  }
}
