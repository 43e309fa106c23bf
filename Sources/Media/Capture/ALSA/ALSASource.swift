import Glibc
import RTCFrames
import Synchronization

/// A microphone of ALSA, in frames of 10 ms.
///
/// It is opened in the format nearest to the one asked for, and converted to it. Its tracks are muted while the device
/// delivers nothing, and end when it is unplugged.
/// ```swift
/// let track = try MediaStreamTrack(source: ALSASource(device: "default"))
/// ```
public final class ALSASource: AudioSource {
  /// Wake-ups in a row that bring nothing, after which the thread slows down.
  private static let idleLimit = 10
  /// How far a device without a clock, such as `null`, may run ahead of time.
  private static let lead = Duration.milliseconds(30)
  private static let frameDuration = Duration.milliseconds(10)

  /// Where frames of sound go. Tracks attach here; a program uses the track.
  public let output = SourceOutput<AudioFrame>()
  /// The name of the device.
  public let label: String
  /// The name that ALSA opens, such as `default` or `hw:0`.
  public let device: String
  private let stallTimeout: Duration
  private let requested: Mutex<Request>
  /// What the device has, once asked for.
  private let known = Mutex<[MediaSourceMode]>([])
  private let counts = Mutex(CaptureStatistics())
  private let thread = Mutex<CaptureThread?>(nil)
  private let changes = ChangeQueue()

  /// A microphone that is opened for the first track.
  ///
  /// - Parameters:
  ///   - device: the name that ALSA opens, such as `default` or `plughw:0`; `CaptureDevices.microphones()` lists them.
  ///   - label: what it is called; `nil` for the name that ALSA opens.
  ///   - sampleRate: in hertz; a device that has another rate is resampled.
  ///   - channels: 2 for stereo, 1 for mono; a device that has another number is mixed.
  ///   - stallTimeout: without a sample for so long its tracks are muted; thrice as long, and the device is opened anew.
  /// - Precondition: rate and channels are those of a valid `AudioFormat`, and the rate is 1,000 at least.
  public init(
    device: String = "default", label: String? = nil, sampleRate: Int = 48_000, channels: Int = 1,
    stallTimeout: Duration = .seconds(1)
  ) {
    let format = AudioFormat(sampleRate: sampleRate, channels: channels)
    precondition(Self.isPossible(format), "no microphone has \(channels) channels at \(sampleRate) Hz")
    self.device = device
    self.label = label ?? device
    self.stallTimeout = stallTimeout
    requested = Mutex(Request(format: format))
  }

  /// Rate and channels of what is delivered.
  public var format: AudioFormat { requested.withLock { $0.format } }
  /// Rate, channels, the duration of a frame as latency, and what is made of the sound.
  public var settings: MediaTrackSettings {
    let request = requested.withLock { $0 }
    var settings = MediaTrackSettings(sampleRate: request.format.sampleRate, channelCount: request.format.channels)
    settings.latency = Self.frameDuration.inSeconds
    settings.echoCancellation = request.processing.removesEcho ? .enabled : .disabled
    settings.autoGainControl = request.processing.followsGain
    settings.noiseSuppression = request.processing.removesNoise
    return settings
  }
  /// What the device has; none, when it is not there or another program has it.
  public var modes: [MediaSourceMode] {
    known.withLock { known in
      if known.isEmpty, case .open(let abilities) = ALSAAbilities.ask(device, .capture) {
        known = [Self.mode(rates: abilities.rates, channels: abilities.channels)]
      }
      return known
    }
  }

  /// What any device delivers by conversion.
  static let conversionModes = [mode(rates: 8_000...48_000, channels: 1...2)]

  private static func mode(rates: ClosedRange<Int>, channels: ClosedRange<Int>) -> MediaSourceMode {
    var mode = MediaSourceMode(
      sampleRate: .range(min: rates.lowerBound, max: rates.upperBound, step: 1),
      channelCount: .range(min: channels.lowerBound, max: channels.upperBound, step: 1),
      latency: .list([frameDuration.inSeconds]))
    mode.echoCancellation = [.disabled, .enabled]
    mode.autoGainControl = [false, true]
    mode.noiseSuppression = [false, true]
    return mode
  }

  /// What the microphone has done since this source was made.
  public var statistics: CaptureStatistics { counts.withLock { $0 } }

  /// Opens the device and begins to record. A track does it; a program makes a track.
  ///
  /// - Throws: `MediaError`: `NotFoundError`, `NotAllowedError` or `NotReadableError`, when the device is not there, may
  ///   not be used or is busy, `NotSupportedError`, when it has no samples that are read, `AbortError`, when the system
  ///   has no thread left.
  public func start() throws {
    let new = try CaptureThread(name: "alsa \(device)") { [self] context throws(MediaError) in try capture(context) }
    thread.withLock { $0 = new }
  }

  /// Closes the device, and returns when its thread is gone. The source can be started again. A track does it.
  public func stop() {
    let old = thread.withLock { thread in
      defer { thread = nil }
      return thread
    }
    old?.stop()
  }

  /// Delivers another rate or other channels, or makes something else of the sound, from now on; members that are `nil`
  /// stay.
  ///
  /// - Throws: `MediaError`, when the device cannot be set up; the old format stays.
  public func reconfigure(to settings: MediaTrackSettings) async throws {
    let current = requested.withLock { $0 }
    let wanted = current.applying(settings)
    guard Self.isPossible(wanted.format) else {
      throw MediaError(
        .notSupportedError,
        "the ALSA device \(device) cannot deliver \(wanted.format.channels) channels at \(wanted.format.sampleRate) Hz: "
          + "none does")
    }
    guard wanted != current else { return }
    let isOpen = try await changes.submit(settings) { thread.withLock { $0 }?.wake() }
    if !isOpen { requested.withLock { $0 = wanted } }
  }

  private static func isPossible(_ format: AudioFormat) -> Bool { format.isValid && format.sampleRate >= 1_000 }

  /// What is to be delivered.
  private struct Request: Hashable, Sendable {
    var format: AudioFormat
    var processing = SoundProcessing()

    func applying(_ settings: MediaTrackSettings) -> Request {
      let format = AudioFormat(
        sampleRate: settings.sampleRate ?? format.sampleRate, channels: settings.channelCount ?? format.channels)
      return Request(format: format, processing: processing.applying(settings))
    }
  }

  /// The device, and what is made of its samples.
  private struct Recording: ~Copyable {
    var microphone: ALSADevice
    var sound: ProcessedSound
    var clock = CaptureClock()

    init(device: String, request: Request) throws(MediaError) {
      let sound = try ProcessedSound(
        format: request.format, duration: frameDuration, processing: request.processing)
      microphone = try ALSADevice(name: device, direction: .capture, format: request.format, period: frameDuration)
      self.sound = sound
    }
  }

  private func capture(_ context: CaptureThread.Context) throws(MediaError) {
    var recording = try Recording(device: device, request: requested.withLock { $0 })
    changes.open()
    defer { changes.close() }
    context.didOpen()

    var watch = StallWatch(timeout: stallTimeout, now: .now)
    var idleCount = 0
    while !context.isStopRequested {
      while let change = changes.next() { apply(change, to: &recording) }
      switch recording.microphone.read() {
      case .success(let samples):
        idleCount = 0
        watch.noteFrame(now: .now)
        output.setMuted(false)
        deliver(samples, &recording, context)
      case .failure(let error):
        switch error.failure {
        case .overrun:
          counts.withLock { $0.overruns += 1 }
          recording.clock.reset(now: .now)
        case .gone:
          return output.end()
        case .notReady:
          let action = watch.poll(now: .now)
          if action == .mute { stall() }
          if action == .restart { guard restart(&recording) else { return output.end() } }
          wait(for: recording.microphone, idleCount: &idleCount, until: watch.deadline, context)
        }
      }
    }
  }

  private func deliver(_ samples: [Int16], _ recording: inout Recording, _ context: CaptureThread.Context) {
    let format = recording.microphone.format
    let duration = format.duration(ofSamples: samples.count / format.channels)
    let delay = recording.microphone.delay + duration
    let time = recording.clock.time(ofSamples: duration, estimate: .now - delay)
    recording.sound.append(AudioFrame(format: format, samples: samples, timestamp: time), delay: delay)
    while let frame = recording.sound.next() {
      counts.withLock { $0.frames += 1 }
      output.emit(frame)
    }
    if time + duration - .now > Self.lead { context.sleep(until: time + duration - Self.lead) }
  }

  private func wait(
    for microphone: borrowing ALSADevice, idleCount: inout Int, until deadline: MediaTime,
    _ context: CaptureThread.Context
  ) {
    // A sound server that was killed can leave descriptors behind that are always ready.
    idleCount += 1
    if idleCount > Self.idleLimit {
      context.sleep(until: .now + .milliseconds(5))
      if idleCount > 2 * Self.idleLimit { idleCount = 0 }
      return
    }
    var descriptors = microphone.descriptors()
    if context.poll(&descriptors, timeout: max(.milliseconds(1), min(deadline - .now, .milliseconds(200)))) {
      if !context.isStopRequested { microphone.didPoll(&descriptors) }
    } else {
      idleCount = 0
    }
  }

  private func apply(_ change: ChangeQueue.Change, to recording: inout Recording) {
    let request = requested.withLock { $0 }.applying(change.settings)
    do throws(MediaError) {
      let sound = try ProcessedSound(
        format: request.format, duration: Self.frameDuration, processing: request.processing)
      // What the device has already needs no interruption.
      if recording.microphone.format != request.format {
        try recording.microphone.change(to: request.format)
        recording.clock.reset(now: .now)
      }
      recording.sound = sound
      requested.withLock { $0 = request }
      change.succeed()
    } catch {
      change.fail(error)
    }
  }

  /// A new opening finds what has come in the place of a sound server that died; hardware can be opened only once.
  ///
  /// - Returns: `false` when the device is gone. One that cannot go on for another reason is tried again later.
  private func restart(_ recording: inout Recording) -> Bool {
    counts.withLock { $0.restarts += 1 }
    do throws(MediaError) {
      recording = try Recording(device: device, request: requested.withLock { $0 })
    } catch {
      if error.name == .notFoundError { return false }
      try? recording.microphone.restart()
    }
    return true
  }

  private func stall() {
    counts.withLock { counts in if !output.isMuted { counts.stalls += 1 } }
    output.setMuted(true)
  }
}
