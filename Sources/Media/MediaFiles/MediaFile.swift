public import MediaStreams
public import RTCFrames

/// A file that FFmpeg reads, played in real time: MP4, WebM, Matroska, AVI, IVF, Ogg, MP3, Y4M, WAV and many others.
///
/// Pictures and sound are two sources that keep in step: one thread reads, decodes and paces both, while either has a
/// track. Pictures become I420, sound 48 kHz, mono or stereo, in frames of 20 ms. Packets that are broken are left out;
/// where the file as a whole is, its tracks end. Nothing but the file itself is opened, whatever it refers to.
/// ```swift
/// let file = try MediaFile(path: "film.mp4")
/// let stream = try file.captureStream()
/// ```
public final class MediaFile: Sendable {
  /// The file.
  public let path: String
  /// The name of the file without its folder.
  public let label: String
  /// Whether the file begins anew at its end; otherwise the tracks end.
  public let isLooping: Bool
  /// How long the file lasts; `nil` when it does not tell.
  public let duration: Duration?
  /// Its pictures, if it has any.
  public let video: Video?
  /// Its sound, if it has any.
  public let audio: Audio?
  private let playback: FilePlayback

  /// A file, whose header is read now and which is played while it has tracks.
  ///
  /// - Parameters:
  ///   - path: a regular file.
  ///   - isLooping: whether it begins anew at its end; otherwise the tracks end.
  /// - Throws: `MediaError`: `NotFoundError`, `NotAllowedError` or `NotReadableError`, when the file cannot be opened,
  ///   `EncodingError`, when it is of no known format, `NotSupportedError`, when it has neither pictures nor sound, or
  ///   there is no decoder.
  public init(path: String, isLooping: Bool = true) throws {
    // With its decoders, so that what cannot be decoded is told now.
    let reader = try FrameReader(path: path)
    let label = path.split(separator: "/").last.map(String.init) ?? path
    self.path = path
    self.label = label
    self.isLooping = isLooping
    duration = reader.duration
    let format = reader.audioStream.map(Self.format(of:))
    let playback = FilePlayback(
      path: path, label: label, isLooping: isLooping, audioFormat: format ?? .mono48k,
      pictureSettings: reader.videoStream?.settings ?? MediaTrackSettings())
    self.playback = playback
    video = reader.videoStream == nil ? nil : Video(playback)
    audio = format == nil ? nil : Audio(playback)
  }

  /// Sound is converted to what calls need.
  static func format(of stream: Demuxer.Stream) -> AudioFormat {
    stream.parameters.pointee.ch_layout.nb_channels == 1 ? .mono48k : .stereo48k
  }

  /// Where it is being played, from the beginning of the file.
  public var position: Duration { playback.position }

  /// Goes on from another place: at the first picture that is still to be seen then.
  ///
  /// - Parameter position: from the beginning of the file; beyond its end it is over.
  public func seek(to position: Duration) { playback.seek(to: position) }

  /// Whether it stands still.
  public var isPaused: Bool { playback.isPaused }

  /// Stands still; tracks are muted.
  public func pause() { playback.setPaused(true) }

  /// Goes on after `pause()`.
  public func resume() { playback.setPaused(false) }

  /// Ends all tracks.
  func end() { playback.end() }

  /// A stream with a track of the pictures and one of the sound, as far as there are any.
  ///
  /// - Throws: `MediaError`, when the file cannot be read any more.
  public func captureStream() throws -> MediaStream {
    let stream = MediaStream()
    do {
      if let audio { stream.addTrack(try MediaStreamTrack(source: audio)) }
      if let video { stream.addTrack(try MediaStreamTrack(source: video)) }
    } catch {
      for track in stream.tracks { track.stop() }
      throw error
    }
    return stream
  }
}

extension MediaFile {
  /// The pictures of a file.
  public final class Video: VideoSource {
    private let playback: FilePlayback

    init(_ playback: FilePlayback) { self.playback = playback }

    /// The size of the pictures now, and the rate that the file says.
    public var settings: MediaTrackSettings { playback.pictureSettings }
    /// Where pictures go. Tracks attach here; a program uses the track.
    public var output: SourceOutput<VideoFrame> { playback.pictures }
    /// The name of the file without its folder.
    public var label: String { playback.label }
    /// Begins to play, at the place that the sound has reached. A track does it; a program makes a track.
    ///
    /// - Throws: `MediaError`, when the file cannot be read any more.
    public func start() throws { try playback.start(\.video) }
    /// Ends; the file is closed when the sound has no track either. A track does it.
    public func stop() { playback.stop(\.video) }
  }

  /// The sound of a file.
  public final class Audio: AudioSource {
    private let playback: FilePlayback

    init(_ playback: FilePlayback) { self.playback = playback }

    /// Rate and channels of what is played.
    public var settings: MediaTrackSettings {
      MediaTrackSettings(
        sampleRate: playback.audioFormat.sampleRate, channelCount: playback.audioFormat.channels)
    }
    /// Where sound goes. Tracks attach here; a program uses the track.
    public var output: SourceOutput<AudioFrame> { playback.sound }
    /// The name of the file without its folder.
    public var label: String { playback.label }
    /// Begins to play, at the place that the pictures have reached. A track does it; a program makes a track.
    ///
    /// - Throws: `MediaError`, when the file cannot be read any more.
    public func start() throws { try playback.start(\.audio) }
    /// Ends; the file is closed when the pictures have no track either. A track does it.
    public func stop() { playback.stop(\.audio) }
  }
}

extension Demuxer.Stream {
  /// What the file says of its pictures.
  fileprivate var settings: MediaTrackSettings {
    MediaTrackSettings(
      width: Int(parameters.pointee.width), height: Int(parameters.pointee.height), frameRate: frameRate)
  }
}
