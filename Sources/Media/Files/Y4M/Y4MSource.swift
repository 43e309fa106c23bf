import RTCFrames
import RTCSynthetic
import Synchronization

/// Plays the pictures of a YUV4MPEG2 file at the rate that it says.
package final class Y4MSource: VideoSource {
  package let output = SourceOutput<VideoFrame>()
  package let label: String
  package let path: String
  /// Whether the file begins anew at its end; otherwise the tracks end.
  package let isLooping: Bool
  package let header: Y4MHeader
  private let thread = Mutex<MediaThread?>(nil)

  /// A source of a file, whose header is read now and which is opened for the first track.
  ///
  /// - Throws: `MediaError`, when the file cannot be opened or is no 4:2:0 YUV4MPEG2.
  package init(path: String, isLooping: Bool = true) throws {
    self.path = path
    self.isLooping = isLooping
    label = fileName(of: path)
    header = try Y4MReader(path: path).header
  }

  package var settings: MediaTrackSettings {
    MediaTrackSettings(width: header.width, height: header.height, frameRate: header.framesPerSecond)
  }

  package func start() throws {
    // Opened on the thread that reads it, since a reader cannot be handed over; what fails there fails here first.
    _ = try Y4MReader(path: path)
    let new = try MediaThread(name: label) { [self] control in
      try? play(control)
      if !control.isStopRequested { output.end() }
    }
    thread.withLock { $0 = new }
  }

  package func stop() {
    let old = thread.withLock { thread in
      defer { thread = nil }
      return thread
    }
    old?.stop()
  }

  /// Returns at the end of the file.
  private func play(_ control: MediaThread.Control) throws {
    var reader = try Y4MReader(path: path)
    var clock = PacingClock(start: .now, rate: reader.header.framesPerSecond)
    var isEmpty = true
    while control.sleep(until: clock.nextTime) {
      _ = clock.skipLate(now: .now, tolerance: .seconds(1))
      let time = clock.nextTime
      if var frame = try reader.next(timestamp: time) {
        frame.metadata.captureTime = time
        output.emit(frame)
        clock.advance()
        isEmpty = false
      } else {
        guard isLooping, !isEmpty else { return }
        try reader.rewind()
        isEmpty = true
      }
    }
  }
}
