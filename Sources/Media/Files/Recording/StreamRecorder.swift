import MediaStreams
import RTCFrames
import Synchronization

/// Records a stream to a WebM file as it was sent: the compressed pictures and sound of a peer, bit by bit, without an
/// encoder.
///
/// The file can be played at any moment, also when the process is killed; less than the last second is missing then.
/// It begins with the first key frame, or without pictures after `Options.pictureTimeout`. It goes on until `stop`, or
/// until all tracks have ended.
/// ```swift
/// let recorder = try StreamRecorder(stream: remoteStream, path: "call.webm")
/// try recorder.start()
/// ...
/// let recording = try await recorder.stop()
/// ```
public final class StreamRecorder: Sendable {
  /// Where a recorder is.
  public enum State: Hashable, Sendable {
    /// Not started.
    case idle
    /// Taking frames.
    case recording
    /// The file is complete.
    case finished
    /// The file could not be written, or there is nothing that WebM can hold. What was written before stays.
    case failed(MediaError)
  }

  /// What can be chosen about a recording.
  public struct Options: Hashable, Sendable {
    /// How long sound waits for the first picture, so that both begin together. Default 3 s; without pictures after it
    /// the file begins with sound alone.
    public var pictureTimeout: Duration

    /// Options with their defaults.
    public init(pictureTimeout: Duration = .seconds(3)) { self.pictureTimeout = pictureTimeout }
  }

  /// What a recorder did.
  public struct Statistics: Hashable, Sendable {
    /// Bytes in the file.
    public var bytes = 0
    /// Pictures written.
    public var videoFrames = 0
    /// Packets of sound written.
    public var audioFrames = 0
    /// Frames that were lost since the disk was too slow, and those that came before the first key frame.
    public var droppedFrames = 0
    /// Frames of codecs that WebM cannot hold here.
    public var unsupportedFrames = 0
    /// Requests for a key frame that were sent to the peer.
    public var keyFrameRequests = 0
    /// From the first to the last frame.
    public var duration = Duration.zero

    /// Nothing was recorded.
    public init() {}
  }

  /// The file.
  public let path: String
  private let session: RecordingSession
  private let thread = Mutex<MediaThread?>(nil)

  /// A recorder of the tracks that a stream has now.
  ///
  /// - Parameters:
  ///   - stream: a stream of a peer, or of tracks with an `EncodedVideoSource` or `EncodedAudioSource`.
  ///   - path: the file to be made by `start`; what is there before is gone then.
  ///   - options: what can be chosen.
  /// - Throws: `MediaError` with `NotSupportedError`, when there is no track, or one has no compressed frames.
  public convenience init(stream: MediaStream, path: String, options: Options = Options()) throws {
    try self.init(tracks: stream.tracks, path: path, options: options)
  }

  /// A recorder of some tracks.
  ///
  /// - Parameters:
  ///   - tracks: 1 to 126 tracks with compressed frames: of a peer, or of an `EncodedVideoSource` or
  ///     `EncodedAudioSource`.
  ///   - path: the file to be made by `start`; what is there before is gone then.
  ///   - options: what can be chosen.
  /// - Throws: `MediaError` with `NotSupportedError`, when there is no track, or one has no compressed frames.
  public init(tracks: [MediaStreamTrack], path: String, options: Options = Options()) throws {
    guard !tracks.isEmpty, tracks.count <= 126 else {
      throw MediaError(.notSupportedError, "a recording has 1 to 126 tracks, not \(tracks.count)")
    }
    for track in tracks where track.encodedVideoProvider == nil && track.encodedAudioProvider == nil {
      throw MediaError(
        .notSupportedError,
        "\(track.label) has no compressed frames to record. Record what a peer receives, or give the track an encoder")
    }
    self.path = path
    session = RecordingSession(tracks: tracks, path: path, options: options)
  }

  deinit { thread.withLock { $0?.requestStop() } }

  /// What the recorder is doing.
  public var state: State { session.state }
  /// What was recorded so far; it is brought up to date 20 times a second.
  public var statistics: Statistics { session.statistics }

  /// Makes the file and begins to take frames.
  ///
  /// - Throws: `MediaError`: `NotFoundError`, `NotAllowedError` or `NotReadableError`, when the file cannot be made,
  ///   `InvalidStateError`, when the recorder was started before, `AbortError`, when the system has no thread left.
  public func start() throws {
    try thread.withLock { thread in
      try session.begin()
      do {
        thread = try MediaThread(name: fileName(of: path)) { [session] control in session.run(control) }
      } catch {
        session.abandon()
        throw error
      }
    }
  }

  /// Completes the file. A recorder that has finished stays so, and gives the same answer.
  ///
  /// - Returns: what was recorded.
  /// - Throws: `MediaError`: `NotReadableError`, when the file could not be written or no frame came,
  ///   `NotSupportedError`, when only frames came that WebM cannot hold, `InvalidStateError`, when the recorder was never
  ///   started.
  @discardableResult
  public func stop() async throws -> Statistics {
    let thread = thread.withLock { $0 }
    thread?.requestStop()
    try await session.waitUntilFinished()
    thread?.stop()
    return session.statistics
  }

  /// Waits until all tracks have ended and the file is complete.
  ///
  /// - Throws: `MediaError` as `stop` does.
  public func waitUntilFinished() async throws { try await session.waitUntilFinished() }
}
