internal import CALSA
internal import CALSAShims
import Glibc
import RTCFrames

/// An open device of ALSA. Used on one thread.
struct ALSADevice: ~Copyable {
  enum Direction: Sendable {
    case capture
    case playback

    var stream: snd_pcm_stream_t { self == .capture ? SND_PCM_STREAM_CAPTURE : SND_PCM_STREAM_PLAYBACK }
  }

  /// What becomes of a failed transfer.
  enum Failure: Equatable, Sendable {
    /// Not now.
    case notReady
    /// Samples were lost, or silence was played, since the thread was late; it goes on.
    case overrun
    /// It has to be opened anew, or is gone.
    case gone(Int32)
  }

  let name: String
  let direction: Direction
  private let period: Duration
  private let handle: OpaquePointer
  private var granted: Granted

  /// Opens a device in the format nearest to the one asked for. A microphone begins to record.
  init(name: String, direction: Direction, format: AudioFormat, period: Duration) throws(MediaError) {
    let handle = try Self.open(name, direction)
    do throws(MediaError) {
      granted = try Self.start(handle, name: name, direction: direction, format: format, period: period)
    } catch {
      snd_pcm_close(handle)
      throw error
    }
    self.name = name
    self.direction = direction
    self.period = period
    self.handle = handle
  }

  deinit { snd_pcm_close(handle) }

  var format: AudioFormat { granted.format }
  var sampleFormat: ALSASampleFormat { granted.sampleFormat }
  /// Samples of each channel that are moved at a time.
  var periodSize: Int { granted.periodSize }
  /// Samples of each channel for which the device has room.
  var bufferSize: Int { granted.bufferSize }

  /// Goes on in the format nearest to another one.
  ///
  /// - Throws: `MediaError`. It is then back in its old format, as far as it can be.
  mutating func change(to format: AudioFormat) throws(MediaError) {
    let old = self.format
    do throws(MediaError) { try restart(format) } catch {
      try? restart(old)
      throw error
    }
  }

  /// Begins anew in its format.
  mutating func restart() throws(MediaError) { try restart(format) }

  private mutating func restart(_ format: AudioFormat) throws(MediaError) {
    _ = snd_pcm_drop(handle)
    _ = snd_pcm_hw_free(handle)
    granted = try Self.start(handle, name: name, direction: direction, format: format, period: period)
  }

  /// What to wait on.
  func descriptors() -> [pollfd] {
    let count = max(0, snd_pcm_poll_descriptors_count(handle))
    var descriptors = [pollfd](repeating: pollfd(), count: Int(count))
    let filled = snd_pcm_poll_descriptors(handle, &descriptors, UInt32(count))
    return Array(descriptors.prefix(max(0, Int(filled))))
  }

  /// Lets poll descriptors that are not of the kernel take note of what woke them.
  func didPoll(_ descriptors: inout [pollfd]) {
    var events: UInt16 = 0
    _ = snd_pcm_poll_descriptors_revents(handle, &descriptors, UInt32(descriptors.count), &events)
  }

  /// Between a sound and the next sample that is read, or between the next one that is written and its sound.
  var delay: Duration {
    var samples: snd_pcm_sframes_t = 0
    guard snd_pcm_delay(handle, &samples) == 0, samples > 0 else { return .zero }
    return format.duration(ofSamples: min(samples, format.sampleRate))
  }

  /// Takes up to a period of samples.
  func read() -> Result<[Int16], ALSAFailure> {
    let frameSize = sampleFormat.byteCount * format.channels
    let transferred = withUnsafeTemporaryAllocation(byteCount: periodSize * frameSize, alignment: 8) { bytes in
      // Devices such as `null` count samples that they do not write.
      bytes.initializeMemory(as: UInt8.self, repeating: 0)
      let count = snd_pcm_uframes_t(periodSize)
      let result =
        granted.isMapped
        ? snd_pcm_mmap_readi(handle, bytes.baseAddress, count) : snd_pcm_readi(handle, bytes.baseAddress, count)
      guard result > 0 else { return (result, [Int16]()) }
      return (result, sampleFormat.decode(UnsafeRawBufferPointer(rebasing: bytes.prefix(Int(result) * frameSize))))
    }
    return transferred.0 > 0 ? .success(transferred.1) : .failure(ALSAFailure(failure(transferred.0)))
  }

  /// Gives interleaved samples to be played.
  ///
  /// - Returns: how many of each channel it took.
  func write(_ samples: some Collection<Int16>) -> Result<Int, ALSAFailure> {
    let count = samples.count / format.channels
    let byteCount = samples.count * sampleFormat.byteCount
    let result = withUnsafeTemporaryAllocation(byteCount: max(1, byteCount), alignment: 8) { bytes in
      sampleFormat.encode(samples, into: bytes)
      return granted.isMapped
        ? snd_pcm_mmap_writei(handle, bytes.baseAddress, snd_pcm_uframes_t(count))
        : snd_pcm_writei(handle, bytes.baseAddress, snd_pcm_uframes_t(count))
    }
    return result > 0 ? .success(Int(result)) : .failure(ALSAFailure(failure(result)))
  }

  private func failure(_ result: snd_pcm_sframes_t) -> Failure {
    switch Int32(-result) {
    case 0, EAGAIN, EINTR: return .notReady
    case EPIPE: return recover(.overrun)
    case ESTRPIPE:
      // The machine was asleep.
      let resumed = snd_pcm_resume(handle)
      return resumed == 0 || resumed == -EAGAIN ? .notReady : recover(.notReady)
    default: return .gone(Int32(-result))
    }
  }

  /// Not `snd_pcm_recover`, which prints.
  private func recover(_ failure: Failure) -> Failure {
    let prepared = snd_pcm_prepare(handle)
    guard prepared == 0 else { return .gone(-prepared) }
    guard direction == .capture else { return failure }
    let started = snd_pcm_start(handle)
    return started == 0 ? failure : .gone(-started)
  }

  private static func open(_ name: String, _ direction: Direction) throws(MediaError) -> OpaquePointer {
    rtc_alsa_silence_messages()
    var opened: OpaquePointer?
    let result = snd_pcm_open(&opened, name, direction.stream, Int32(SND_PCM_NONBLOCK))
    guard result == 0, let handle = opened else {
      throw .capture(-result, device: "the ALSA device \(name)", action: "opened")
    }
    return handle
  }

  private static func check(_ result: Int32, _ name: String, _ action: String) throws(MediaError) {
    guard result >= 0 else { throw .capture(-result, device: "the ALSA device \(name)", action: action) }
  }
}

/// A failed transfer as an error.
struct ALSAFailure: Error, Equatable {
  let failure: ALSADevice.Failure

  init(_ failure: ALSADevice.Failure) { self.failure = failure }
}

extension ALSADevice {
  /// What a device has agreed to.
  fileprivate struct Granted {
    var format: AudioFormat
    var sampleFormat: ALSASampleFormat
    var periodSize: Int
    var bufferSize: Int
    var isMapped: Bool
  }

  private static func start(
    _ handle: OpaquePointer, name: String, direction: Direction, format: AudioFormat, period: Duration
  ) throws(MediaError) -> Granted {
    let granted = try configure(handle, name: name, direction: direction, format: format, period: period)
    if direction == .capture { try check(snd_pcm_start(handle), name, "started") }
    return granted
  }

  private static func configure(
    _ handle: OpaquePointer, name: String, direction: Direction, format: AudioFormat, period: Duration
  ) throws(MediaError) -> Granted {
    var allocated: OpaquePointer?
    guard snd_pcm_hw_params_malloc(&allocated) == 0, let hardware = allocated else {
      throw .capture(ENOMEM, device: name, action: "set up")
    }
    defer { snd_pcm_hw_params_free(hardware) }
    try check(snd_pcm_hw_params_any(handle, hardware), name, "set up")
    let isMapped = snd_pcm_hw_params_set_access(handle, hardware, SND_PCM_ACCESS_RW_INTERLEAVED) != 0
    if isMapped {
      let result = snd_pcm_hw_params_set_access(handle, hardware, SND_PCM_ACCESS_MMAP_INTERLEAVED)
      try check(result, name, "used with interleaved channels")
    }
    let accepted = ALSASampleFormat.allCases.first {
      snd_pcm_hw_params_set_format(handle, hardware, $0.code) == 0
    }
    guard let sampleFormat = accepted else {
      throw MediaError(
        .notSupportedError, "the ALSA device \(name) has neither 16-bit, 32-bit nor float samples; try plug:\(name)")
    }
    var channels = UInt32(format.channels)
    var rate = UInt32(format.sampleRate)
    try check(snd_pcm_hw_params_set_channels_near(handle, hardware, &channels), name, "given channels")
    try check(snd_pcm_hw_params_set_rate_near(handle, hardware, &rate, nil), name, "given a sample rate")
    var periodSize = snd_pcm_uframes_t(max(1, period.inSeconds * Double(rate)))
    // A tenth of a second lies between a late thread and a loss; what is played is heard the later, the more waits.
    var bufferSize = periodSize * (direction == .capture ? 10 : 4)
    try check(snd_pcm_hw_params_set_period_size_near(handle, hardware, &periodSize, nil), name, "given a period")
    try check(snd_pcm_hw_params_set_buffer_size_near(handle, hardware, &bufferSize), name, "given a buffer")
    try check(snd_pcm_hw_params(handle, hardware), name, "set up")
    let granted = AudioFormat(sampleRate: Int(rate), channels: Int(channels))
    guard granted.isValid else {
      throw MediaError(
        .notSupportedError, "the ALSA device \(name) has \(channels) channels at \(rate) Hz, which no frame can have")
    }
    try prepare(handle, name: name, periodSize: periodSize)
    return Granted(
      format: granted, sampleFormat: sampleFormat, periodSize: max(1, min(Int(periodSize), Int(rate))),
      bufferSize: Int(bufferSize), isMapped: isMapped)
  }

  private static func prepare(
    _ handle: OpaquePointer, name: String, periodSize: snd_pcm_uframes_t
  ) throws(MediaError) {
    var allocated: OpaquePointer?
    guard snd_pcm_sw_params_malloc(&allocated) == 0, let software = allocated else {
      throw .capture(ENOMEM, device: name, action: "set up")
    }
    defer { snd_pcm_sw_params_free(software) }
    try check(snd_pcm_sw_params_current(handle, software), name, "set up")
    try check(snd_pcm_sw_params_set_avail_min(handle, software, periodSize), name, "set up")
    // Playback starts once two periods lie ready.
    try check(snd_pcm_sw_params_set_start_threshold(handle, software, 2 * periodSize), name, "set up")
    try check(snd_pcm_sw_params(handle, software), name, "set up")
  }
}
