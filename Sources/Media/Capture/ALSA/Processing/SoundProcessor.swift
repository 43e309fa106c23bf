internal import CAudioProcessing
import RTCFrames
import Synchronization

/// Removes echo and noise and follows the loudness, by WebRTC's audio processing.
///
/// Sound is that of 48 kHz, 10 ms at a time. What is played comes from other threads than what is recorded.
final class SoundProcessor: Sendable {
  /// Of what is played.
  static let playedFormat = AudioFormat.mono48k
  /// Samples of each channel that are processed at a time.
  static let sampleCount = RTC_AUDIO_PROCESSING_COUNT

  /// Of what is recorded.
  let format: AudioFormat
  private let state: Mutex<OpaquePointer>

  /// - Parameter channels: of what is recorded. Those beyond the eighth are left out.
  /// - Throws: `MediaError` with `AbortError`, when there is no memory.
  init(_ processing: SoundProcessing, channels: Int) throws(MediaError) {
    let channels = min(channels, RTC_AUDIO_PROCESSING_MAX_CHANNELS)
    guard
      let state = rtc_audio_processor_create(
        Int32(channels), processing.removesEcho, processing.followsGain, processing.removesNoise)
    else { throw MediaError(.abortError, "there is no memory to process the sound of a microphone") }
    format = AudioFormat(sampleRate: RTC_AUDIO_PROCESSING_RATE, channels: channels)
    self.state = Mutex(state)
  }

  deinit { state.withLock { rtc_audio_processor_destroy($0) } }

  /// Takes note of what is played. What is not 10 ms of `playedFormat` is ignored.
  func play(_ samples: [Int16]) {
    guard samples.count == Self.sampleCount else { return }
    state.withLock { _ = rtc_audio_processor_play($0, samples) }
  }

  /// What was recorded, processed. What is not 10 ms of `format` stays as it is.
  ///
  /// - Parameter delay: between a sample that is played and its echo in these samples.
  func record(_ samples: [Int16], delay: Duration) -> [Int16] {
    guard samples.count == Self.sampleCount * format.channels else { return samples }
    var samples = samples
    let milliseconds = Int32(clamping: delay.nanoseconds / 1_000_000)
    state.withLock { _ = rtc_audio_processor_record($0, &samples, milliseconds) }
    return samples
  }
}
