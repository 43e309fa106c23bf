import MediaStreams
import Synchronization

/// Counts how often it is opened and closed.
final class CountingSource<Frame: Sendable>: MediaSource {
  struct Counts: Hashable, Sendable {
    var started = 0
    var stopped = 0
  }

  let output: SourceOutput<Frame>
  let label = "counted"
  private let state = Mutex(Counts())
  private let failure: MediaError?

  init(isMuted: Bool = false, failure: MediaError? = nil) {
    output = SourceOutput(isMuted: isMuted)
    self.failure = failure
  }

  var counts: Counts { state.withLock { $0 } }
  var isOpen: Bool { counts.started > counts.stopped }
  var settings: MediaTrackSettings { MediaTrackSettings(width: 320, height: 240, frameRate: 30) }

  func start() throws {
    if let failure { throw failure }
    state.withLock { $0.started += 1 }
  }

  func stop() { state.withLock { $0.stopped += 1 } }
}

extension CountingSource: VideoSource where Frame == VideoFrame {}
extension CountingSource: AudioSource where Frame == AudioFrame {}

/// A camera or microphone of several modes, whose frames the test makes.
final class ModalSource<Frame: Sendable>: MediaSource {
  private struct State {
    var settings: MediaTrackSettings
    var requests: [MediaTrackSettings] = []
    var failure: MediaError?
    var startFailure: MediaError?
    var startCount = 0
    var stopCount = 0
  }

  let output = SourceOutput<Frame>()
  let label: String
  let modes: [MediaSourceMode]
  private let state: Mutex<State>
  /// What the driver makes of a request.
  private let grant: @Sendable (MediaTrackSettings) -> MediaTrackSettings
  /// Called while the source is being changed.
  private let duringChange: @Sendable () async -> Void

  init(
    label: String = "modal", modes: [MediaSourceMode], settings: MediaTrackSettings, startFailure: MediaError? = nil,
    grant: @escaping @Sendable (MediaTrackSettings) -> MediaTrackSettings = { $0 },
    duringChange: @escaping @Sendable () async -> Void = {}
  ) {
    self.label = label
    self.modes = modes
    self.grant = grant
    self.duringChange = duringChange
    state = Mutex(State(settings: settings, startFailure: startFailure))
  }

  var settings: MediaTrackSettings { state.withLock { $0.settings } }
  /// What tracks have asked for.
  var requests: [MediaTrackSettings] { state.withLock { $0.requests } }
  var isOpen: Bool { state.withLock { $0.startCount > $0.stopCount } }
  var startCount: Int { state.withLock { $0.startCount } }

  func refuse(_ failure: MediaError?) { state.withLock { $0.failure = failure } }
  func refuseToStart(_ failure: MediaError?) { state.withLock { $0.startFailure = failure } }

  func start() throws {
    try state.withLock { state in
      if let failure = state.startFailure { throw failure }
      state.startCount += 1
    }
  }

  func stop() { state.withLock { $0.stopCount += 1 } }

  func reconfigure(to settings: MediaTrackSettings) async throws {
    await duringChange()
    try state.withLock { state in
      state.requests.append(settings)
      if let failure = state.failure { throw failure }
      let granted = grant(settings)
      var new = state.settings
      new.width = granted.width ?? new.width
      new.height = granted.height ?? new.height
      new.frameRate = granted.frameRate ?? new.frameRate
      new.sampleRate = granted.sampleRate ?? new.sampleRate
      new.channelCount = granted.channelCount ?? new.channelCount
      new.latency = granted.latency ?? new.latency
      if let width = new.width, let height = new.height { new.aspectRatio = Double(width) / Double(height) }
      state.settings = new
    }
  }
}

extension ModalSource: VideoSource where Frame == VideoFrame {
  /// Emits pictures of the present size and rate, from a time on.
  func film(_ count: Int, from start: MediaTime = .zero, luma: UInt8 = 90) {
    let settings = settings
    let interval = Int64(1e9 / (settings.frameRate ?? 30))
    for index in 0..<count {
      var frame = grey(luma, width: settings.width ?? 16, height: settings.height ?? 16)
      frame.timestamp = MediaTime(nanoseconds: start.nanoseconds + Int64(index) * interval)
      output.emit(frame)
    }
  }
}

extension ModalSource: AudioSource where Frame == AudioFrame {
  /// Emits 10 ms of a ramp in the present format.
  func hear(_ count: Int = 1) {
    let format = AudioFormat(sampleRate: settings.sampleRate ?? 48_000, channels: settings.channelCount ?? 1)
    for index in 0..<count {
      let samples = (0..<(format.sampleRate / 100 * format.channels)).map { Int16(truncatingIfNeeded: $0) }
      output.emit(
        AudioFrame(
          format: format, samples: samples, timestamp: MediaTime(nanoseconds: Int64(index) * 10_000_000)))
    }
  }
}

/// A camera of three sizes that runs at 640x480.
func webcamSource(
  label: String = "webcam", startFailure: MediaError? = nil,
  grant: @escaping @Sendable (MediaTrackSettings) -> MediaTrackSettings = { $0 },
  duringChange: @escaping @Sendable () async -> Void = {}
) -> ModalSource<VideoFrame> {
  ModalSource(
    label: label,
    modes: [
      MediaSourceMode(width: 640, height: 480, frameRates: [30]),
      MediaSourceMode(width: 320, height: 240, frameRates: [30, 60]),
      MediaSourceMode(width: 1280, height: 720, frameRates: [30, 10]),
    ], settings: MediaTrackSettings(width: 640, height: 480, frameRate: 30), startFailure: startFailure, grant: grant,
    duringChange: duringChange)
}

/// A stereo microphone.
func microphoneSource(label: String = "microphone") -> ModalSource<AudioFrame> {
  ModalSource(
    label: label,
    modes: [MediaSourceMode(sampleRate: .list([44_100, 48_000]), channelCount: .list([1, 2]))],
    settings: MediaTrackSettings(sampleRate: 48_000, channelCount: 2))
}

/// Emits black pictures from a thread of its own, as fast as it can.
final class ThreadedSource: VideoSource {
  let output = SourceOutput<VideoFrame>()
  let label = "threaded"
  private let thread = Mutex<MediaThread?>(nil)
  private let pictureLimit: Int?

  /// - Parameter pictureLimit: after so many pictures the source is over.
  init(pictureLimit: Int? = nil) { self.pictureLimit = pictureLimit }

  func start() throws {
    let output = output
    let pictureLimit = pictureLimit
    let thread = try MediaThread(name: "test-source") { control in
      var index = 0
      while !control.isStopRequested {
        if index == pictureLimit { return output.end() }
        output.emit(picture(index))
        index += 1
      }
    }
    self.thread.withLock { $0 = thread }
  }

  func stop() { thread.withLock { $0.take() }?.stop() }
  var isRunning: Bool { thread.withLock { $0 != nil } }
}

private let blank = VideoFrame.black(width: 16, height: 16, timestamp: .zero)

/// A picture whose time is its number.
func picture(_ index: Int) -> VideoFrame {
  var frame = blank
  frame.timestamp = MediaTime(nanoseconds: Int64(index))
  return frame
}

/// A picture of one grey.
func grey(_ luma: UInt8, width: Int = 32, height: Int = 32, index: Int = 0) -> VideoFrame {
  var buffer = VideoFrameBuffer(width: width, height: height)
  buffer.fill(luma: luma, cb: 100, cr: 150)
  return VideoFrame(buffer, timestamp: MediaTime(nanoseconds: Int64(index)))
}
