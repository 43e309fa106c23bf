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
  private let requested: Mutex<AudioFormat>
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
    requested = Mutex(format)
  }

  /// Rate and channels of what is delivered.
  public var format: AudioFormat { requested.withLock { $0 } }
  /// Rate, channels and the duration of a frame as latency.
  public var settings: MediaTrackSettings {
    let format = format
    var settings = MediaTrackSettings(sampleRate: format.sampleRate, channelCount: format.channels)
    settings.latency = Self.frameDuration.inSeconds
    return settings
  }
  /// What the device has; none, when it is not there or another program has it.
  public var modes: [MediaSourceMode] {
    known.withLock { known in
      if known.isEmpty, let ranges = ALSADevice.ranges(name: device, direction: .capture) {
        known = [
          MediaSourceMode(
            sampleRate: .range(min: ranges.rates.lowerBound, max: ranges.rates.upperBound, step: 1),
            channelCount: .range(min: ranges.channels.lowerBound, max: ranges.channels.upperBound, step: 1),
            latency: .list([Self.frameDuration.inSeconds]))
        ]
      }
      return known
    }
  }

  /// What any device delivers by conversion.
  static let conversionModes = [
    MediaSourceMode(
      sampleRate: .range(min: 8_000, max: 48_000, step: 1), channelCount: .range(min: 1, max: 2, step: 1),
      latency: .list([frameDuration.inSeconds]))
  ]

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

  /// Delivers another rate or other channels from now on; members that are `nil` stay.
  ///
  /// - Throws: `MediaError`, when the device cannot be set up; the old format stays.
  public func reconfigure(to settings: MediaTrackSettings) async throws {
    let wanted = settings.format(or: format)
    guard Self.isPossible(wanted) else {
      throw MediaError(
        .notSupportedError,
        "the ALSA device \(device) cannot deliver \(wanted.channels) channels at \(wanted.sampleRate) Hz: none does")
    }
    guard wanted != format else { return }
    let isOpen = try await changes.submit(settings) { thread.withLock { $0 }?.wake() }
    if !isOpen { requested.withLock { $0 = wanted } }
  }

  private static func isPossible(_ format: AudioFormat) -> Bool { format.isValid && format.sampleRate >= 1_000 }

  /// The device, and what is made of its samples.
  private struct Recording: ~Copyable {
    var microphone: ALSADevice
    var framer: Framer
    var clock = CaptureClock()

    init(device: String, format: AudioFormat) throws(MediaError) {
      microphone = try ALSADevice(name: device, direction: .capture, format: format, period: frameDuration)
      framer = Framer(format: format, duration: frameDuration)
    }
  }

  private func capture(_ context: CaptureThread.Context) throws(MediaError) {
    var recording = try Recording(device: device, format: format)
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
    let estimate = MediaTime.now - recording.microphone.delay - duration
    let time = recording.clock.time(ofSamples: duration, estimate: estimate)
    recording.framer.append(AudioFrame(format: format, samples: samples, timestamp: time))
    while let frame = recording.framer.next() {
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
    let format = change.settings.format(or: format)
    do throws(MediaError) {
      // What the device has already needs no interruption.
      if recording.microphone.format != format {
        try recording.microphone.change(to: format)
        recording.clock.reset(now: .now)
      }
      recording.framer = Framer(format: format, duration: Self.frameDuration)
      requested.withLock { $0 = format }
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
      recording = try Recording(device: device, format: format)
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

extension MediaTrackSettings {
  fileprivate func format(or other: AudioFormat) -> AudioFormat {
    AudioFormat(sampleRate: sampleRate ?? other.sampleRate, channels: channelCount ?? other.channels)
  }
}
