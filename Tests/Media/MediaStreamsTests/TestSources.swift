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
