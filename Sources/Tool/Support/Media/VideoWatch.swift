import MediaStreams
import RTCFrames
import RTCSynthetic
import Synchronization

/// Looks at every picture of a track: counts, reads the test pattern, keeps the last one.
package final class VideoWatch: Sendable {
  private struct State: Sendable {
    var monitor = TestPatternMonitor()
    var picture: VideoFrame?
    var patternFrames = 0
    var firstTime: MediaTime?
    var lastTime: MediaTime?
    var longestPause = 0.0
  }

  private let state = Mutex(State())

  package init() {}

  /// Watches until the track ends or the task is cancelled.
  package func run(_ track: MediaStreamTrack) async {
    for await frame in track.videoFrames(buffer: 8) { observe(frame, now: .now) }
  }

  func observe(_ frame: VideoFrame, now: MediaTime) {
    // Reading is the long part: not under the lock.
    let reading = TestPatternReader.read(frame)
    state.withLock { state in
      state.monitor.observe(reading, now: now)
      if reading.counter != nil { state.patternFrames += 1 }
      state.picture = frame
      state.firstTime = state.firstTime ?? now
      if let last = state.lastTime { state.longestPause = max(state.longestPause, now.seconds - last.seconds) }
      state.lastTime = now
    }
  }

  /// The last picture.
  package var picture: VideoFrame? { state.withLock { $0.picture } }
  /// When the first picture was decoded.
  package var firstTime: MediaTime? { state.withLock { $0.firstTime } }

  package func report(now: MediaTime) -> VideoReport {
    let state = state.withLock { $0 }
    var report = VideoReport()
    report.frames = state.monitor.frames
    report.width = state.picture?.width
    report.height = state.picture?.height
    report.patternFrames = state.patternFrames
    report.rightColours = state.monitor.rightColours
    if let first = state.monitor.firstCounter, let last = state.monitor.lastCounter {
      report.counter = VideoReport.Counter(
        first: first, last: last, advanced: state.monitor.advanced, repeated: state.monitor.repeated,
        turnedBack: state.monitor.turnedBack, missing: state.monitor.missing)
    }
    report.meanDelay = state.monitor.meanDelay.map { Int(($0.seconds * 1_000).rounded()) }
    if let first = state.firstTime, let last = state.lastTime {
      report.span = last.seconds - first.seconds
      report.longestPause = state.longestPause
      report.sinceLast = now.seconds - last.seconds
    }
    return report
  }
}
