import RTCFrames
internal import RTCProcessing
internal import RTCSynthetic
import Synchronization

/// Plays a RIFF/WAVE file of 16-bit samples as 48 kHz, mono or stereo.
///
/// Files of other rates are converted, and more than two channels are mixed to two. When the file turns out to be
/// broken, its tracks end there.
/// ```swift
/// let track = try MediaStreamTrack(source: WAVSource(path: "speech.wav"))
/// ```
public final class WAVSource: AudioSource {
  /// Where frames of sound go. Tracks attach here; a program uses the track.
  public let output = SourceOutput<AudioFrame>()
  /// The name of the file without its folder.
  public let label: String
  /// The file.
  public let path: String
  /// Whether the file begins anew at its end, without a seam; otherwise the tracks end.
  public let isLooping: Bool
  /// Rate and channels of what is played.
  public let format: AudioFormat
  private let samplesPerFrame: Int
  private let thread = Mutex<MediaThread?>(nil)

  /// A source of a file, whose header is read now and which is opened for the first track.
  ///
  /// - Parameters:
  ///   - path: a regular file.
  ///   - isLooping: whether it begins anew at its end; otherwise the tracks end.
  ///   - frameDuration: how much sound a frame holds, usually 10 or 20 ms; a second at most.
  /// - Precondition: `frameDuration` is positive and no more than a second.
  /// - Throws: `MediaError`: `NotFoundError`, `NotAllowedError` or `NotReadableError`, when the file cannot be opened,
  ///   `EncodingError`, when it is no RIFF/WAVE, `NotSupportedError`, when its samples are not PCM of 16 bits.
  public init(path: String, isLooping: Bool = true, frameDuration: Duration = .milliseconds(20)) throws {
    precondition(
      frameDuration > .zero && frameDuration <= .seconds(1), "a frame of sound does not last \(frameDuration)")
    self.path = path
    self.isLooping = isLooping
    label = fileName(of: path)
    let reader = try WAVReader(path: path)
    format = reader.format.channels == 1 ? .mono48k : .stereo48k
    samplesPerFrame = max(1, Int((frameDuration.inSeconds * Double(format.sampleRate)).rounded()))
  }

  /// Rate and channels of what is played.
  public var settings: MediaTrackSettings {
    MediaTrackSettings(sampleRate: format.sampleRate, channelCount: format.channels)
  }

  /// Opens the file and begins to play. A track does it; a program makes a track.
  ///
  /// - Throws: `MediaError` as `init` does, when the file has changed, and `AbortError`, when the system has no thread
  ///   left.
  public func start() throws {
    // Opened on the thread that reads it, since a reader cannot be handed over; what fails there fails here first.
    _ = try WAVReader(path: path)
    let new = try MediaThread(name: label) { [self] control in
      try? play(control)
      if !control.isStopRequested { output.end() }
    }
    thread.withLock { $0 = new }
  }

  /// Closes the file, and returns when its thread is gone. The source can be started again. A track does it.
  public func stop() {
    let old = thread.withLock { thread in
      defer { thread = nil }
      return thread
    }
    old?.stop()
  }

  /// Returns at the end of the file.
  private func play(_ control: MediaThread.Control) throws {
    var sound = try ConvertedSound(path: path, isLooping: isLooping, format: format)
    var clock = PacingClock(start: .now, rate: Double(format.sampleRate) / Double(samplesPerFrame))
    // A frame can be had once its last sample was heard.
    while control.sleep(until: clock.time(of: clock.index + 1)) {
      _ = clock.skipLate(now: .now, tolerance: .seconds(1))
      let time = clock.nextTime
      let samples = try sound.next(count: samplesPerFrame)
      guard !samples.isEmpty else { return }
      output.emit(
        AudioFrame(format: format, samples: samples, timestamp: time, metadata: FrameMetadata(captureTime: time)))
      clock.advance()
    }
  }
}

/// The sound of a file in another format, in pieces of one length.
struct ConvertedSound: ~Copyable {
  private var reader: WAVReader
  private var converter: AudioConverter
  private let isLooping: Bool
  private var pending: [Int16] = []
  private var isOver = false

  init(path: String, isLooping: Bool, format: AudioFormat) throws {
    reader = try WAVReader(path: path)
    converter = AudioConverter(to: format)
    self.isLooping = isLooping
  }

  /// The next `count` samples of each channel, filled up with silence at the end; then none.
  mutating func next(count: Int) throws -> [Int16] {
    let wanted = count * converter.output.channels
    while pending.count < wanted, !isOver {
      var samples = try reader.read(count: reader.format.sampleRate / 50 + 1)
      if samples.isEmpty, isLooping {
        try reader.rewind()
        samples = try reader.read(count: reader.format.sampleRate / 50 + 1)
      }
      if samples.isEmpty {
        isOver = true
      } else {
        pending += converter.convert(AudioFrame(format: reader.format, samples: samples, timestamp: .zero))
      }
    }
    guard !pending.isEmpty else { return [] }
    if pending.count < wanted { pending += [Int16](repeating: 0, count: wanted - pending.count) }
    defer { pending.removeFirst(wanted) }
    return Array(pending.prefix(wanted))
  }
}
