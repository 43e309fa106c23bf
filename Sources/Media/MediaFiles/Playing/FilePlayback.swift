import RTCFrames
import Synchronization

/// Plays a file in real time: one thread for its pictures and its sound, while either has a track.
final class FilePlayback: Sendable {
  /// A machine that was later than this goes on from where it is.
  private static let tolerance = Duration.seconds(1)
  /// How long a seek or a pause may go unnoticed.
  private static let slice = Duration.milliseconds(20)

  /// Which streams have tracks.
  struct Wanted: Sendable {
    var video = false
    var audio = false
  }

  private struct State: Sendable {
    var wanted = Wanted()
    var thread: MediaThread?
    /// From the beginning of the file.
    var seek: Duration?
    var isPaused = false
    var position = Duration.zero
    var pictureSettings: MediaTrackSettings
  }

  let path: String
  let label: String
  let isLooping: Bool
  let audioFormat: AudioFormat
  let pictures: SourceOutput<VideoFrame>
  let sound: SourceOutput<AudioFrame>
  private let state: Mutex<State>

  /// - Parameter pictureSettings: what the file says of its pictures.
  init(
    path: String, label: String, isLooping: Bool, audioFormat: AudioFormat, pictureSettings: MediaTrackSettings
  ) {
    state = Mutex(State(pictureSettings: pictureSettings))
    self.path = path
    self.label = label
    self.isLooping = isLooping
    self.audioFormat = audioFormat
    pictures = SourceOutput()
    sound = SourceOutput()
  }

  var position: Duration { state.withLock { $0.seek ?? $0.position } }
  var pictureSettings: MediaTrackSettings { state.withLock { $0.pictureSettings } }
  var isPaused: Bool { state.withLock { $0.isPaused } }

  func seek(to position: Duration) { state.withLock { $0.seek = max(.zero, position) } }

  func setPaused(_ isPaused: Bool) {
    state.withLock { $0.isPaused = isPaused }
    pictures.setMuted(isPaused)
    sound.setMuted(isPaused)
  }

  /// Begins with one of the streams, at the place that the other has reached.
  func start(_ wanted: WritableKeyPath<Wanted, Bool>) throws {
    try state.withLock { state in
      if state.thread == nil {
        // Opened on the thread that reads it, since a reader cannot be handed over; what fails there fails here first.
        _ = try FrameReader(path: path)
        state.position = .zero
        state.thread = try MediaThread(name: label) { [self] control in
          try? play(control)
          if !control.isStopRequested { end() }
        }
      }
      state.wanted[keyPath: wanted] = true
    }
  }

  /// Ends one of the streams. The thread ends with the last.
  func stop(_ wanted: WritableKeyPath<Wanted, Bool>) {
    let old = state.withLock { state -> MediaThread? in
      state.wanted[keyPath: wanted] = false
      guard !state.wanted.video, !state.wanted.audio else { return nil }
      defer { state.thread = nil }
      return state.thread
    }
    old?.stop()
  }

  /// Tells the tracks that the file is over.
  func end() {
    pictures.end()
    sound.end()
  }

  /// Returns at the end of the file.
  private func play(_ control: MediaThread.Control) throws {
    let reader = try FrameReader(path: path)
    var clock = FileClock()
    var isEmpty = true
    while !control.isStopRequested {
      let (seek, isPaused, wanted) = state.withLock { state in
        if let seek = state.seek { state.position = seek }
        defer { state.seek = nil }
        return (state.seek, state.isPaused, state.wanted)
      }
      if let seek {
        try reader.seek(to: reader.origin + seek)
        clock.stop()
        // Beyond the end there is nothing, which does not mean that there is nothing at all.
        isEmpty = false
      }
      reader.select(video: wanted.video, audio: wanted.audio)
      if isPaused {
        clock.stop()
        _ = control.sleep(until: .now + Self.slice)
        continue
      }
      if let frame = reader.next(isStopped: { control.isStopRequested }) {
        clock.start(at: frame.start)
        let due = clock.time(of: frame.due)
        let now = MediaTime.now
        if due > now {
          _ = control.sleep(until: min(due, now + Self.slice))
          continue
        }
        if now - due > Self.tolerance {
          clock.stop()
          clock.start(at: frame.due)
        }
        let position = frame.start - reader.origin
        state.withLock { $0.position = max(.zero, position) }
        emit(frame, at: clock.time(of: frame.start))
        reader.removeNext()
        isEmpty = false
      } else if !control.isStopRequested {
        // The last picture is seen as long as the others.
        let over = clock.time(of: reader.end)
        if over > .now {
          _ = control.sleep(until: min(over, .now + Self.slice))
          continue
        }
        guard isLooping, !isEmpty else { return }
        try reader.rewind()
        clock.goOn(at: over)
        isEmpty = true
      }
    }
  }

  private func emit(_ frame: TimedFrame, at time: MediaTime) {
    switch frame.content {
    case .picture(var picture):
      picture.timestamp = time
      picture.metadata.captureTime = time
      note(width: picture.width, height: picture.height)
      pictures.emit(picture)
    case .sound(let samples):
      sound.emit(
        AudioFrame(format: audioFormat, samples: samples, timestamp: time, metadata: FrameMetadata(captureTime: time)))
    }
  }
}

extension FilePlayback {
  /// A file may change the size of its pictures at any place.
  private func note(width: Int, height: Int) {
    let isNew = state.withLock { state in
      guard state.pictureSettings.width != width || state.pictureSettings.height != height else { return false }
      state.pictureSettings.width = width
      state.pictureSettings.height = height
      return true
    }
    if isNew { pictures.configurationChanged() }
  }
}
