import MediaStreams
import RTCFrames
import Synchronization

/// A recording and its thread's work: it empties the mailboxes of the tracks several times a second, so that frames
/// cost no wake-up of their own.
final class RecordingSession: Sendable {
  private static let interval = Duration.milliseconds(50)

  private struct Shared {
    var state = StreamRecorder.State.idle
    var statistics = StreamRecorder.Statistics()
    var waiting: [CheckedContinuation<Void, any Error>] = []
  }

  private let feeds: [RecordingFeed]
  private let path: String
  private let options: StreamRecorder.Options
  private let shared = Mutex(Shared())
  /// Opened by `begin` and taken over by the thread.
  private let output = Mutex<FileOutput?>(nil)

  init(tracks: [MediaStreamTrack], path: String, options: StreamRecorder.Options) {
    feeds = tracks.map { RecordingFeed(track: $0) }
    self.path = path
    self.options = options
  }

  var state: StreamRecorder.State { shared.withLock { $0.state } }
  var statistics: StreamRecorder.Statistics { shared.withLock { $0.statistics } }

  func begin() throws {
    guard state == .idle else {
      throw MediaError(.invalidStateError, "a recorder records once; make another one for \(path)")
    }
    // What cannot be made is told now rather than with the first frame.
    var file: FileOutput? = try FileOutput(path: path)
    output.withLock { $0 = file.take() }
    shared.withLock { $0.state = .recording }
    for feed in feeds { feed.attach() }
  }

  func abandon() {
    for feed in feeds { feed.detach() }
    output.withLock { $0 = nil }
    shared.withLock { $0.state = .idle }
  }

  func run(_ control: MediaThread.Control) {
    guard let file = output.withLock({ $0.take() }) else { return }
    var recording = Recording(output: file, feeds: feeds, options: options)
    var failure: MediaError?
    do throws(MediaError) {
      var wasOver = false
      while control.sleep(until: .now + Self.interval), !wasOver {
        // Once more after the end of the tracks: a last frame may have come just before.
        wasOver = feeds.allSatisfy(\.isOver)
        try recording.take(now: .now)
        let statistics = recording.statistics
        shared.withLock { $0.statistics = statistics }
      }
      try recording.take(now: .now)
      try recording.finish()
    } catch {
      failure = error
    }
    for feed in feeds { feed.detach() }
    let statistics = recording.statistics
    let waiting = shared.withLock { shared in
      shared.statistics = statistics
      shared.state = failure.map { .failed($0) } ?? .finished
      defer { shared.waiting = [] }
      return shared.waiting
    }
    for continuation in waiting {
      if let failure { continuation.resume(throwing: failure) } else { continuation.resume() }
    }
  }

  func waitUntilFinished() async throws {
    try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
      // Without an answer it waits.
      let answer: Result<Void, any Error>? = shared.withLock { shared in
        switch shared.state {
        case .finished: return .success(())
        case .failed(let error): return .failure(error)
        case .idle: return .failure(MediaError(.invalidStateError, "the recorder of \(path) was never started"))
        case .recording:
          shared.waiting.append(continuation)
          return nil
        }
      }
      if let answer { continuation.resume(with: answer) }
    }
  }
}
