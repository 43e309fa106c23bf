/// What a capturing source has seen since it was made.
package struct CaptureStatistics: Hashable, Codable, Sendable {
  /// Frames delivered.
  package var frames = 0
  /// Pictures that the camera or its driver left out, by the driver's numbers.
  package var skippedFrames = 0
  /// Pictures that were broken.
  package var damagedFrames = 0
  /// Times that sound was lost because it was not taken in time (ALSA `EPIPE`).
  package var overruns = 0
  /// Times that the device stopped delivering without an error.
  package var stalls = 0

  package init() {}
}
