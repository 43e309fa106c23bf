internal import CFFmpeg
internal import CFFmpegShims
import RTCFrames

/// Sound of any format in frames of one format and 20 ms.
final class SoundConverter: FrameConverter {
  private static let frameDuration = Duration.milliseconds(20)
  /// Times of a file are rounded; only what is further off is a gap.
  private static let tolerance = Duration.milliseconds(100)

  private let format: AudioFormat
  private let sampleCount: Int
  private let resampler: OpaquePointer
  private var pending: [Int16] = []
  /// When the first pending sample is heard; `nil` before the first.
  private var time: MediaTime?

  /// - Throws: `MediaError` with `AbortError`, when there is no memory.
  init(format: AudioFormat) throws(MediaError) {
    guard let resampler = rtc_ffmpeg_resampler_create(Int32(format.sampleRate), Int32(format.channels)) else {
      throw MediaError(.abortError, "there is no memory to convert sound")
    }
    self.format = format
    self.resampler = resampler
    sampleCount = format.sampleRate / 50
  }

  deinit { rtc_ffmpeg_resampler_destroy(resampler) }

  func convert(_ frame: UnsafeMutablePointer<AVFrame>, start: MediaTime?, duration: Duration?) -> [TimedFrame] {
    var frames: [TimedFrame] = []
    let end = time.map { $0 + format.duration(ofSamples: pending.count / format.channels) }
    if let start, let end, abs((start - end).nanoseconds) > Self.tolerance.nanoseconds {
      frames += flush()
      time = start
    } else if time == nil {
      time = start ?? .zero
    }
    append(frame)
    return frames + whole()
  }

  func finish() -> [TimedFrame] {
    append(nil)
    return whole() + flush()
  }

  func reset() {
    rtc_ffmpeg_resampler_reset(resampler)
    pending.removeAll()
    time = nil
  }

  private func append(_ frame: UnsafeMutablePointer<AVFrame>?) {
    let capacity = rtc_ffmpeg_resampler_capacity(resampler, frame)
    guard capacity > 0 else { return }
    pending += [Int16](unsafeUninitializedCapacity: Int(capacity) * format.channels) { samples, count in
      let written = rtc_ffmpeg_resampler_convert(resampler, frame, samples.baseAddress, capacity)
      count = max(0, Int(written)) * format.channels
    }
  }

  private func whole() -> [TimedFrame] {
    var frames: [TimedFrame] = []
    let count = sampleCount * format.channels
    var used = 0
    while pending.count - used >= count, let start = time {
      let end = start + Self.frameDuration
      frames.append(TimedFrame(start: start, end: end, content: .sound(Array(pending[used..<used + count]))))
      used += count
      time = end
    }
    pending.removeFirst(used)
    return frames
  }

  /// The rest, filled up with silence.
  private func flush() -> [TimedFrame] {
    guard !pending.isEmpty else { return [] }
    pending += [Int16](repeating: 0, count: sampleCount * format.channels - pending.count)
    return whole()
  }
}
