import MediaStreams
import RTCFrames
import RTCSynthetic
import Synchronization

/// Listens to a track and measures every half second of it.
package final class AudioWatch: Sendable {
  private struct State: Sendable {
    var analyzer = ToneAnalyzer(window: AudioWatch.window)
    var sinceMeasurement = Duration.zero
    var duration = Duration.zero
    var windows = 0
    /// Of the audible half seconds, the last ones.
    var measurements: [ToneMeasurement] = []
    var audibleWindows = 0
    var firstAudible: MediaTime?
    /// When the last audible half second was over.
    var lastAudible: MediaTime?
    var longestPause = 0.0
  }

  static let window = Duration.milliseconds(500)
  /// Half seconds that are kept for the median: the last ten minutes.
  private static let measurementLimit = 1_200
  private static let silenceLevel = -60.0

  private let state = Mutex(State())

  package init() {}

  /// Listens until the track ends or the task is cancelled.
  package func run(_ track: MediaStreamTrack) async {
    for await frame in track.audioFrames() { observe(frame, now: .now) }
  }

  func observe(_ frame: AudioFrame, now: MediaTime) {
    state.withLock { state in
      state.analyzer.append(frame)
      state.duration += frame.duration
      state.sinceMeasurement += frame.duration
      if state.firstAudible == nil, frame.samples.contains(where: { abs(Int($0)) > 33 }) { state.firstAudible = now }
      guard state.sinceMeasurement >= Self.window, let measurement = state.analyzer.measurement else { return }
      state.sinceMeasurement = .zero
      state.windows += 1
      guard measurement.level > Self.silenceLevel else { return }
      state.audibleWindows += 1
      if let last = state.lastAudible {
        state.longestPause = max(state.longestPause, now.seconds - last.seconds - Self.window.seconds)
      }
      state.lastAudible = now
      if state.measurements.count == Self.measurementLimit { state.measurements.removeFirst() }
      state.measurements.append(measurement)
    }
  }

  /// When the first sound above silence was decoded.
  package var firstTime: MediaTime? { state.withLock { $0.firstAudible } }

  package func report(now: MediaTime) -> AudioReport {
    let state = state.withLock { $0 }
    var report = AudioReport()
    report.duration = state.duration.seconds
    report.windows = state.windows
    report.audibleWindows = state.audibleWindows
    report.longestPause = state.longestPause
    report.sinceLast = state.lastAudible.map { now.seconds - $0.seconds }
    guard !state.measurements.isEmpty else { return report }
    let frequency = Self.median(state.measurements.map(\.frequency))
    let steady = state.measurements.count { $0.isTone(of: frequency) }
    report.frequency = frequency
    report.level = Self.median(state.measurements.map(\.level))
    // Of all audible half seconds the kept ones are a sample.
    report.steadyWindows = steady * state.audibleWindows / state.measurements.count
    return report
  }

  private static func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }
}
