/// A compressed frame with its place in a recording.
package struct WebMFrame: Sendable {
  /// Index of the track, from 0.
  package var track: Int
  /// Milliseconds since the beginning of the recording.
  package var milliseconds: Int64
  package var isKeyFrame: Bool
  package var bytes: [UInt8]

  package init(track: Int, milliseconds: Int64, isKeyFrame: Bool, bytes: [UInt8]) {
    self.track = track
    self.milliseconds = milliseconds
    self.isKeyFrame = isKeyFrame
    self.bytes = bytes
  }
}
