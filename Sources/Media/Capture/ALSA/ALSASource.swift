import Glibc
import RTCFrames
internal import RTCProcessing
import Synchronization

/// A microphone of ALSA, as 48 kHz in frames of 10 ms.
///
/// Devices of other rates and channels are converted. Its tracks are muted while the device delivers nothing, and end
/// when it is unplugged.
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
  /// Rate and channels of what is delivered.
  public let format: AudioFormat
  private let stallTimeout: Duration
  private let counts = Mutex(CaptureStatistics())
  private let thread = Mutex<CaptureThread?>(nil)

  /// A microphone that is opened for the first track.
  ///
  /// - Parameters:
  ///   - device: the name that ALSA opens, such as `default` or `plughw:0`; `CaptureDevices.microphones()` lists them.
  ///   - channels: 2 for stereo, otherwise mono; a device that has another number is mixed.
  ///   - stallTimeout: without a sample for so long its tracks are muted.
  public init(device: String = "default", channels: Int = 1, stallTimeout: Duration = .seconds(1)) {
    self.device = device
    self.stallTimeout = stallTimeout
    format = channels == 2 ? .stereo48k : .mono48k
    label = device
  }

  /// Rate, channels and the duration of a frame as latency.
  public var settings: MediaTrackSettings {
    var settings = MediaTrackSettings(sampleRate: format.sampleRate, channelCount: format.channels)
    settings.latency = Self.frameDuration.inSeconds
    return settings
  }

  /// What the microphone has done since this source was made.
  public var statistics: CaptureStatistics { counts.withLock { $0 } }

  /// Opens the device and begins to record. A track does it; a program makes a track.
  ///
  /// - Throws: `MediaError`: `NotFoundError`, `NotAllowedError` or `NotReadableError`, when the device is not there, may
  ///   not be used or is busy, `NotSupportedError`, when it has no 16-bit samples, `AbortError`, when the system has no
  ///   thread left.
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

  private func capture(_ context: CaptureThread.Context) throws(MediaError) {
    let microphone = try ALSAMicrophone(device: device, format: format, period: Self.frameDuration)
    context.didOpen()

    var framer = Framer(format: format, duration: Self.frameDuration)
    var clock = CaptureClock()
    var lastSamples = MediaTime.now
    var idleCount = 0
    while !context.isStopRequested {
      switch microphone.read() {
      case .samples(let samples):
        idleCount = 0
        lastSamples = .now
        output.setMuted(false)
        let duration = microphone.format.duration(ofSamples: samples.count / microphone.format.channels)
        let time = clock.time(ofSamples: duration, estimate: .now - microphone.delay - duration)
        framer.append(AudioFrame(format: microphone.format, samples: samples, timestamp: time))
        while let frame = framer.next() {
          counts.withLock { $0.frames += 1 }
          output.emit(frame)
        }
        if time + duration - .now > Self.lead { context.sleep(until: time + duration - Self.lead) }
      case .overrun:
        counts.withLock { $0.overruns += 1 }
        clock.reset(now: .now)
      case .gone:
        return output.end()
      case .none:
        if MediaTime.now - lastSamples >= stallTimeout {
          stall()
          lastSamples = .now
        }
        wait(for: microphone, idleCount: &idleCount, context: context)
      }
    }
  }

  private func wait(for microphone: borrowing ALSAMicrophone, idleCount: inout Int, context: CaptureThread.Context) {
    // A sound server that was killed can leave descriptors behind that are always ready.
    idleCount += 1
    if idleCount > Self.idleLimit {
      context.sleep(until: .now + .milliseconds(5))
      if idleCount > 2 * Self.idleLimit { idleCount = 0 }
      return
    }
    var descriptors = microphone.descriptors()
    if context.poll(&descriptors, timeout: min(stallTimeout, .milliseconds(200))) {
      if !context.isStopRequested { microphone.didPoll(&descriptors) }
    } else {
      idleCount = 0
    }
  }

  private func stall() {
    counts.withLock { counts in if !output.isMuted { counts.stalls += 1 } }
    output.setMuted(true)
  }
}

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
