import RTCFrames
import Synchronization

/// The source behind a generator: it emits what it is given, while a track of it lives.
final class GeneratorSource<Frame: Sendable>: MediaSource {
  let label: String
  let output: SourceOutput<Frame>
  private let settingsOf: @Sendable (Frame) -> MediaTrackSettings
  private let last = Mutex<Frame?>(nil)
  private let isOpen = Atomic(false)

  init(label: String, settingsOf: @escaping @Sendable (Frame) -> MediaTrackSettings) {
    self.label = label
    self.settingsOf = settingsOf
    output = SourceOutput()
  }

  var settings: MediaTrackSettings { last.withLock { $0 }.map(settingsOf) ?? MediaTrackSettings() }
  func start() { isOpen.store(true, ordering: .releasing) }
  func stop() {
    isOpen.store(false, ordering: .releasing)
    last.withLock { $0 = nil }
  }

  func write(_ frame: Frame) throws {
    guard isOpen.load(ordering: .acquiring), !output.isEnded else {
      throw MediaError(.invalidStateError, "\(label) has been closed, or all of its tracks have been stopped")
    }
    last.withLock { $0 = frame }
    output.emit(frame)
  }
}

extension GeneratorSource: VideoSource where Frame == VideoFrame {}
extension GeneratorSource: AudioSource where Frame == AudioFrame {}
