import Glibc
import RTCFrames
internal import RTCProcessing
import Synchronization

/// Plays sound on an output of ALSA: loudspeakers, a headset, or what a test listens to.
///
/// Several tracks are played by several players; ALSA mixes them where its device can be opened more than once.
/// ```swift
/// let player = try ALSAPlayer(device: "default")
/// await player.play(track.audioFrames())
/// player.close()
/// ```
public final class ALSAPlayer: Sendable {
  private static let period = Duration.milliseconds(10)

  /// The name that ALSA opens, such as `default` or `hw:0`.
  public let device: String
  private let buffer: Mutex<PlaybackBuffer?>
  private let counts = Mutex(PlaybackStatistics())
  private let gone = Atomic(false)
  private let thread = Mutex<CaptureThread?>(nil)

  /// Opens an output and plays silence until there is sound.
  ///
  /// - Parameters:
  ///   - device: the name that ALSA opens; `CaptureDevices.outputs()` lists them.
  ///   - sampleRate: in hertz; where the device has another rate, sound is resampled to that.
  ///   - channels: 2 for stereo, 1 for mono; where the device has another number, sound is mixed to that.
  ///   - latency: what waits to be played on average, before the device's own buffer. Less of it gives gaps where frames
  ///     come in bursts.
  /// - Throws: `MediaError`: `NotFoundError`, `NotAllowedError` or `NotReadableError`, when the device is not there, may
  ///   not be used or is busy, `NotSupportedError`, when it has no samples that are written, `AbortError`, when the
  ///   system has no thread left.
  public init(
    device: String = "default", sampleRate: Int = 48_000, channels: Int = 2, latency: Duration = .milliseconds(40)
  ) throws {
    self.device = device
    buffer = Mutex(nil)
    let format = AudioFormat(sampleRate: sampleRate, channels: channels)
    guard format.isValid else {
      throw MediaError(.notSupportedError, "no output has \(channels) channels at \(sampleRate) Hz")
    }
    let new = try CaptureThread(name: "play \(device)") { [weak self] context throws(MediaError) in
      let output = try ALSADevice(name: device, direction: .playback, format: format, period: Self.period)
      self?.buffer.withLock { $0 = PlaybackBuffer(format: output.format, target: latency) }
      context.didOpen()
      Self.run(output, context) { self }
      self?.gone.store(true, ordering: .releasing)
    }
    thread.withLock { $0 = new }
  }

  deinit { close() }

  /// What became of the sound so far.
  public var statistics: PlaybackStatistics {
    var statistics = counts.withLock { $0 }
    buffer.withLock { buffer in
      statistics.missingSamples = buffer?.missingSamples ?? 0
      statistics.droppedSamples = buffer?.droppedSamples ?? 0
    }
    return statistics
  }

  /// Whether the output can still be heard: not when it was closed or unplugged.
  public var isOpen: Bool { !gone.load(ordering: .acquiring) }

  /// Plays what comes, until it ends, the task is cancelled or the output is gone.
  public func play(_ frames: FrameSequence<AudioFrame>) async {
    for await frame in frames {
      guard isOpen else { return }
      write(frame)
    }
  }

  /// Adds sound to what waits to be played. It does not wait; what is too much is dropped, the oldest first.
  public func write(_ frame: AudioFrame) { buffer.withLock { $0?.append(frame) } }

  /// Closes the output, and returns when its thread is gone. What waits is not played any more.
  public func close() {
    gone.store(true, ordering: .releasing)
    let old = thread.withLock { thread in
      defer { thread = nil }
      return thread
    }
    old?.stop()
  }

  /// The thread does not hold the player, so that one that is forgotten is closed.
  private static func run(
    _ output: consuming ALSADevice, _ context: CaptureThread.Context, player: () -> ALSAPlayer?
  ) {
    var waiting: ArraySlice<Int16> = []
    // Microphones that remove echo are to know what is played.
    let identity = ObjectIdentifier(context.control)
    defer { EchoReference.shared.remove(identity) }
    // Without a device's clock, such as that of `null`, this one paces.
    var due = MediaTime.now
    while !context.isStopRequested {
      if waiting.isEmpty {
        guard let samples = player()?.next(output.periodSize) else { return }
        waiting = samples[...]
      }
      switch output.write(waiting) {
      case .success(let count):
        let written = waiting.prefix(count * output.format.channels)
        let format = output.format
        EchoReference.shared.played(by: identity, delay: output.delay) {
          AudioFrame(format: format, samples: Array(written), timestamp: .now)
        }
        waiting = waiting.dropFirst(written.count)
        due = max(due, .now - period) + output.format.duration(ofSamples: count)
        let lead = output.format.duration(ofSamples: output.bufferSize)
        if due - .now > lead { context.sleep(until: due - lead) }
      case .failure(let error):
        switch error.failure {
        case .overrun: player()?.counts.withLock { $0.underruns += 1 }
        case .gone: return
        case .notReady:
          var descriptors = output.descriptors()
          if context.poll(&descriptors, timeout: .milliseconds(100)), !context.isStopRequested {
            output.didPoll(&descriptors)
            // A descriptor that is always ready must not keep the processor busy.
            context.sleep(until: .now + .milliseconds(1))
          }
        }
      }
    }
  }

  private func next(_ count: Int) -> [Int16]? { buffer.withLock { $0?.take(count) } }
}

/// What an output has done since it was opened.
public struct PlaybackStatistics: Hashable, Codable, Sendable {
  /// Times that the device had nothing to play since its thread was late (ALSA `EPIPE`).
  public var underruns = 0
  /// Samples of each channel that were played as silence, since no sound was there.
  public var missingSamples = 0
  /// Samples of each channel that were dropped, since too much sound was there.
  public var droppedSamples = 0

  /// Nothing has happened.
  public init() {}
}
