internal import CALSA
internal import CALSAShims
import Glibc
import RTCFrames

/// An open microphone that records 16-bit samples. Used on one thread.
struct ALSAMicrophone: ~Copyable {
  /// What becomes of a look at the device.
  enum Outcome {
    case samples([Int16])
    /// None are there yet.
    case none
    /// Samples were lost since they were not taken in time; it goes on.
    case overrun
    /// The device is gone, or cannot go on.
    case gone(Int32)
  }

  let device: String
  let format: AudioFormat
  /// Samples of each channel that come at a time.
  let periodSize: Int
  private let handle: OpaquePointer

  /// Opens a microphone in the format nearest to the one asked for, and begins to record.
  init(device: String, format: AudioFormat, period: Duration) throws(MediaError) {
    rtc_alsa_silence_messages()
    var opened: OpaquePointer?
    let result = snd_pcm_open(&opened, device, SND_PCM_STREAM_CAPTURE, Int32(SND_PCM_NONBLOCK))
    guard result == 0, let handle = opened else {
      throw .capture(-result, device: "the ALSA device \(device)", action: "opened")
    }
    do throws(MediaError) {
      let granted = try Self.configure(handle, device: device, format: format, period: period)
      try Self.check(snd_pcm_start(handle), device, "started")
      self.format = granted.format
      periodSize = granted.periodSize
    } catch {
      snd_pcm_close(handle)
      throw error
    }
    self.device = device
    self.handle = handle
  }

  deinit { snd_pcm_close(handle) }

  /// What to wait on.
  func descriptors() -> [pollfd] {
    let count = max(0, snd_pcm_poll_descriptors_count(handle))
    var descriptors = [pollfd](repeating: pollfd(), count: Int(count))
    let filled = snd_pcm_poll_descriptors(handle, &descriptors, UInt32(count))
    return Array(descriptors.prefix(max(0, Int(filled))))
  }

  /// Takes up to a period of samples.
  func read() -> Outcome {
    var samples = [Int16](repeating: 0, count: periodSize * format.channels)
    let result = snd_pcm_readi(handle, &samples, snd_pcm_uframes_t(periodSize))
    if result > 0 {
      samples.removeLast(samples.count - Int(result) * format.channels)
      return .samples(samples)
    }
    switch Int32(-result) {
    case 0, EAGAIN, EINTR: return .none
    case EPIPE: return recover(after: .overrun)
    case ESTRPIPE:
      // The machine was asleep.
      let resumed = snd_pcm_resume(handle)
      if resumed == -EAGAIN { return .none }
      return resumed == 0 ? .none : recover(after: .none)
    default: return .gone(Int32(-result))
    }
  }

  /// Lets poll descriptors that are not of the kernel take note of what woke them.
  func didPoll(_ descriptors: inout [pollfd]) {
    var events: UInt16 = 0
    _ = snd_pcm_poll_descriptors_revents(handle, &descriptors, UInt32(descriptors.count), &events)
  }

  /// How long ago the next sample to be read was heard.
  var delay: Duration {
    var samples: snd_pcm_sframes_t = 0
    guard snd_pcm_delay(handle, &samples) == 0, samples > 0 else { return .zero }
    return format.duration(ofSamples: min(samples, format.sampleRate))
  }

  /// Not `snd_pcm_recover`, which prints.
  private func recover(after outcome: Outcome) -> Outcome {
    let prepared = snd_pcm_prepare(handle)
    guard prepared == 0 else { return .gone(-prepared) }
    let started = snd_pcm_start(handle)
    return started == 0 ? outcome : .gone(-started)
  }

  private static func check(_ result: Int32, _ device: String, _ action: String) throws(MediaError) {
    guard result >= 0 else { throw .capture(-result, device: "the ALSA device \(device)", action: action) }
  }

  private static func configure(
    _ handle: OpaquePointer, device: String, format: AudioFormat, period: Duration
  ) throws(MediaError) -> (format: AudioFormat, periodSize: Int) {
    var allocated: OpaquePointer?
    guard snd_pcm_hw_params_malloc(&allocated) == 0, let hardware = allocated else {
      throw .capture(ENOMEM, device: device, action: "set up")
    }
    defer { snd_pcm_hw_params_free(hardware) }
    var channels = UInt32(format.channels)
    var rate = UInt32(format.sampleRate)
    try check(snd_pcm_hw_params_any(handle, hardware), device, "set up")
    try check(
      snd_pcm_hw_params_set_access(handle, hardware, SND_PCM_ACCESS_RW_INTERLEAVED), device, "read in one piece")
    try check(
      snd_pcm_hw_params_set_format(handle, hardware, SND_PCM_FORMAT_S16_LE), device, "read with 16-bit samples")
    try check(snd_pcm_hw_params_set_channels_near(handle, hardware, &channels), device, "given channels")
    try check(snd_pcm_hw_params_set_rate_near(handle, hardware, &rate, nil), device, "given a sample rate")
    // A tenth of a second lies between a late thread and a loss.
    var periodSize = snd_pcm_uframes_t(max(1, period.inSeconds * Double(rate)))
    var bufferSize = snd_pcm_uframes_t(rate / 10)
    try check(snd_pcm_hw_params_set_period_size_near(handle, hardware, &periodSize, nil), device, "given a period")
    try check(snd_pcm_hw_params_set_buffer_size_near(handle, hardware, &bufferSize), device, "given a buffer")
    try check(snd_pcm_hw_params(handle, hardware), device, "set up")
    let granted = AudioFormat(sampleRate: Int(rate), channels: Int(channels))
    guard granted.isValid else {
      throw MediaError(
        .notSupportedError, "the ALSA device \(device) has \(channels) channels at \(rate) Hz, which no frame can have")
    }

    guard snd_pcm_sw_params_malloc(&allocated) == 0, let software = allocated else {
      throw .capture(ENOMEM, device: device, action: "set up")
    }
    defer { snd_pcm_sw_params_free(software) }
    try check(snd_pcm_sw_params_current(handle, software), device, "set up")
    try check(snd_pcm_sw_params_set_avail_min(handle, software, periodSize), device, "set up")
    try check(snd_pcm_sw_params(handle, software), device, "set up")
    return (granted, max(1, min(Int(periodSize), Int(rate))))
  }
}
