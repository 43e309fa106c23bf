import RTCFrames

/// Something that `getDisplayMedia` can capture: on a machine without a screen a frame buffer, a file, or what a program
/// draws.
public struct DisplaySurface: Sendable {
  /// What a display shows (screen-capture, `DisplayCaptureSurfaceType`).
  public enum Kind: String, Hashable, Codable, Sendable {
    /// All of a screen.
    case monitor
    /// One window.
    case window
    /// A page of a browser.
    case browser
  }

  /// Whether the pointer is in the pictures (screen-capture, `CursorCaptureConstraint`).
  public enum Cursor: String, Hashable, Codable, Sendable {
    /// It is not.
    case never
    /// It is.
    case always
    /// It is while it moves.
    case motion
  }

  struct Properties: Sendable {
    var kind: Kind
    var isLogical: Bool
    var cursor: Cursor
  }

  /// What the display is called.
  public var label: String
  let properties: Properties
  let source: TrackSource

  /// A display whose pictures come from a source.
  ///
  /// - Parameters:
  ///   - source: shared by all tracks.
  ///   - label: the name of the source, if it is `nil`.
  ///   - kind: what the display shows.
  ///   - isLogical: whether it exists only as pictures.
  ///   - cursor: whether the pointer is in them.
  public init(
    _ source: some VideoSource, label: String? = nil, kind: Kind = .monitor, isLogical: Bool = false,
    cursor: Cursor = .never
  ) {
    self.label = label ?? source.label
    self.source = .video(source)
    properties = Properties(kind: kind, isLogical: isLogical, cursor: cursor)
  }
}
