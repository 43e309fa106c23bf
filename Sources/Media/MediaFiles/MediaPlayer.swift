public import MediaStreams
import RTCFrames
import Synchronization

/// Plays one file after another into one stream, as a media element does whose stream is captured (mediacapture-fromelement
/// §2, `captureStream`).
///
/// With each file the tracks change, with events of the stream; those of the file before have ended.
/// ```swift
/// let player = MediaPlayer()
/// try player.load("first.webm")
/// for track in player.stream.tracks { try await connection.addTrack(track, streams: [player.stream]) }
/// ```
public final class MediaPlayer: Sendable {
  private struct State: Sendable {
    var file: MediaFile?
    var tracks: [MediaStreamTrack] = []
  }

  /// What is played: a track of pictures and one of sound, as far as the file has them.
  public let stream = MediaStream()
  private let state = Mutex(State())

  /// A player without a file.
  public init() {}

  deinit { close() }

  /// What is being played.
  public var file: MediaFile? { state.withLock { $0.file } }

  /// Plays a file in the place of the present one.
  ///
  /// - Parameter isLooping: whether it begins anew at its end; otherwise its tracks end there.
  /// - Throws: `MediaError`, as `MediaFile.init` does; the present file goes on.
  public func load(_ path: String, isLooping: Bool = false) throws {
    let file = try MediaFile(path: path, isLooping: isLooping)
    try state.withLock { state in
      let tracks = try file.captureStream().tracks
      replace(&state, file, tracks)
    }
  }

  /// Ends what is played. Another file may follow.
  public func close() { state.withLock { replace(&$0, nil, []) } }

  private func replace(_ state: inout State, _ file: MediaFile?, _ tracks: [MediaStreamTrack]) {
    let (oldFile, old) = (state.file, state.tracks)
    state.file = file
    state.tracks = tracks
    for track in old { stream.removeRemoteTrack(track) }
    oldFile?.end()
    for track in tracks { stream.addRemoteTrack(track) }
  }
}
