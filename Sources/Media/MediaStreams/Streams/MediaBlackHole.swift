import RTCFrames
import Synchronization

/// Takes what tracks deliver and forgets it: for what is to run without anybody looking, such as the decoder of a remote
/// track whose statistics are wanted.
/// ```swift
/// let hole = MediaBlackHole(stream)
/// ```
public final class MediaBlackHole: Sendable {
  private let video = ForgetfulConsumer<VideoFrame>()
  private let audio = ForgetfulConsumer<AudioFrame>()
  private let tracks: Mutex<[MediaStreamTrack]>

  /// Takes from all tracks that the stream has now.
  public convenience init(_ stream: MediaStream) { self.init(stream.tracks) }

  /// Takes from tracks of any kind, until it is stopped or let go.
  public init(_ tracks: [MediaStreamTrack]) {
    self.tracks = Mutex(tracks)
    for track in tracks {
      switch track.kind {
      case .video: track.attachVideo(video)
      case .audio: track.attachAudio(audio)
      }
    }
  }

  deinit { stop() }

  /// Pictures taken so far.
  public var videoFrames: Int { video.count }
  /// Frames of sound taken so far.
  public var audioFrames: Int { audio.count }

  /// Takes no more.
  public func stop() {
    let tracks = tracks.withLock { tracks in
      defer { tracks = [] }
      return tracks
    }
    for track in tracks {
      track.detachVideo(video)
      track.detachAudio(audio)
    }
  }
}

/// Counts frames.
private final class ForgetfulConsumer<Frame: Sendable>: FrameConsumer {
  private let taken = Atomic(0)

  var count: Int { taken.load(ordering: .relaxed) }
  func receive(_ frame: Frame) { taken.add(1, ordering: .relaxed) }
  /// One of the tracks is over; others may go on.
  func finish() {}
}
