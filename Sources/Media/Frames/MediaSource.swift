/// Makes frames: a camera, a microphone, a file, a generator, a remote peer.
///
/// A source is shared by all tracks made of it. Its first track starts it and the last one that stops closes it; it may
/// be started again afterwards. While it runs it emits frames into its `output` from a thread of its own.
public protocol MediaSource<Frame>: AnyObject, Sendable {
  /// What it makes.
  associatedtype Frame: Sendable

  /// Where frames and state go, and where tracks attach. One for the life of the source.
  var output: SourceOutput<Frame> { get }
  /// What a track of this source is called: the name of the device or file.
  var label: String { get }
  /// What the source delivers now.
  var settings: MediaTrackSettings { get }
  /// The ways in which the source runs by itself, over which constraints are solved. Empty when it has one way only:
  /// its `settings`. Known without opening the source.
  var modes: [MediaSourceMode] { get }
  /// What the source can deliver by itself.
  var capabilities: MediaTrackCapabilities { get }

  /// Opens what the source reads from and begins to emit. Called for the first track only.
  ///
  /// - Throws: `MediaError`, when the source cannot be opened; it stays closed.
  func start() throws
  /// Closes everything that `start` opened, and returns when the source's thread has ended. It wakes the thread rather
  /// than wait for its next frame. Called when the last track stops, also after the source has ended by itself (then
  /// possibly on its own thread).
  func stop()
  /// Changes what is delivered; the next frames have the new settings. A source that is not running takes them when it
  /// is started.
  ///
  /// Tracks ask for values of one of the `modes`; members that are `nil` stay as they are. What came of it is in
  /// `settings` afterwards: a driver may round.
  ///
  /// - Throws: `MediaError`, when the source cannot do it; the old settings stay.
  func reconfigure(to settings: MediaTrackSettings) async throws
}

extension MediaSource {
  /// Nothing known.
  public var settings: MediaTrackSettings { MediaTrackSettings() }
  /// One way only.
  public var modes: [MediaSourceMode] { [] }
  /// What the modes say.
  public var capabilities: MediaTrackCapabilities { MediaTrackCapabilities(modes: modes) }

  /// A source that has one way to run keeps it.
  public func reconfigure(to settings: MediaTrackSettings) async throws {}
}

/// A source of pictures.
public protocol VideoSource: MediaSource where Frame == VideoFrame {}

/// A source of sound.
public protocol AudioSource: MediaSource where Frame == AudioFrame {}
