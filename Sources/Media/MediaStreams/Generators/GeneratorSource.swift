import RTCFrames
import Synchronization

/// The source behind a generator: it emits what it is given, while a track of it lives.
final class GeneratorSource<Frame: Sendable>: MediaSource {
  let label: String
  let output: SourceOutput<Frame>
  private let settingsOf: @Sendable (Frame) -> MediaTrackSettings
  private let last = Mutex<Frame?>(nil)
  private let isOpen = Atomic(false)
  /// Writers that wait for slow consumers.
  private let writers = SerialQueue()
  /// Told when the first track begins and the last one stops.
  private let onOpenChange: @Sendable (Bool) throws -> Void

  init(
    label: String, settingsOf: @escaping @Sendable (Frame) -> MediaTrackSettings,
    onOpenChange: @escaping @Sendable (Bool) throws -> Void = { _ in }
  ) {
    self.label = label
    self.settingsOf = settingsOf
    self.onOpenChange = onOpenChange
    output = SourceOutput()
  }

  var settings: MediaTrackSettings { last.withLock { $0 }.map(settingsOf) ?? MediaTrackSettings() }

  func start() throws {
    try onOpenChange(true)
    isOpen.store(true, ordering: .releasing)
  }

  func stop() {
    isOpen.store(false, ordering: .releasing)
    try? onOpenChange(false)
    last.withLock { $0 = nil }
  }

  /// - Throws: `MediaError` with `InvalidStateError`, when nobody will ever see what is written.
  func check() throws {
    guard isOpen.load(ordering: .acquiring), !output.isEnded else {
      throw MediaError(.invalidStateError, "\(label) has been closed, or all of its tracks have been stopped")
    }
  }

  func write(_ frame: Frame) throws {
    try check()
    last.withLock { $0 = frame }
    // A muted track has no frames (mediacapture-transform, VideoTrackGenerator, write frame).
    if !output.isMuted { output.emit(frame) }
  }

  nonisolated(nonsending) func send(_ frame: Frame) async throws {
    try await writers.run {
      await output.ready()
      try Task.checkCancellation()
      try write(frame)
    }
  }
}

extension GeneratorSource: VideoSource where Frame == VideoFrame {}
extension GeneratorSource: AudioSource where Frame == AudioFrame {}
