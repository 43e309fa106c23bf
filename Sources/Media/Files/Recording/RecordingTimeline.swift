import RTCFrames

/// Puts the times of several tracks on one line that begins at zero.
///
/// The timestamps of a local source and of a synchronized remote stream count on this machine's clock, and are taken as
/// they are. Others, such as bare RTP time, are tied to the arrival of their first frame; so is a track whose time
/// jumps, as it does when a peer begins a new stream.
struct RecordingTimeline: Sendable {
  /// How far timestamps may lie from the arrival of their frames.
  private static let tolerance = Duration.seconds(5)

  private var offsets: [Duration]
  private var lastMilliseconds: [Int64]
  private var start: MediaTime?

  init(trackCount: Int) {
    offsets = Array(repeating: .zero, count: trackCount)
    lastMilliseconds = Array(repeating: 0, count: trackCount)
  }

  /// When a frame of a track is shown, on this machine's clock.
  mutating func time(ofTrack track: Int, timestamp: MediaTime, arrival: MediaTime) -> MediaTime {
    let distance = arrival - (timestamp + offsets[track])
    if distance > Self.tolerance || distance < .zero - Self.tolerance { offsets[track] = arrival - timestamp }
    return timestamp + offsets[track]
  }

  /// Makes `time` the beginning of the recording.
  mutating func begin(at time: MediaTime) { start = time }

  /// Milliseconds since the beginning, never less than those of the frame before.
  mutating func milliseconds(ofTrack track: Int, at time: MediaTime) -> Int64 {
    let start = start ?? time
    if self.start == nil { self.start = time }
    let milliseconds = max(lastMilliseconds[track], (time - start).nanoseconds / 1_000_000)
    lastMilliseconds[track] = milliseconds
    return milliseconds
  }
}
