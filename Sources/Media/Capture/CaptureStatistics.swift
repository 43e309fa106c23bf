/// What a capturing source has seen since it was made.
public struct CaptureStatistics: Hashable, Codable, Sendable {
  /// Frames delivered.
  public var frames = 0
  /// Pictures that the camera or its driver left out, by the driver's numbers.
  public var skippedFrames = 0
  /// Pictures that were broken.
  public var damagedFrames = 0
  /// Times that sound was lost because it was not taken in time (ALSA `EPIPE`).
  public var overruns = 0
  /// Times that the device stopped delivering without an error.
  public var stalls = 0
  /// Times that the device was started anew because it did not go on by itself.
  public var restarts = 0

  /// Nothing has happened.
  public init() {}
}
