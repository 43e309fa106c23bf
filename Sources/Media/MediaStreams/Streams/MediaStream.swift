import RTCFrames
import Synchronization

/// A group of tracks that belong together (mediacapture-main §4.2, `MediaStream`). Tracks of one stream are meant to be
/// kept in step.
public final class MediaStream: Sendable {
  /// Whether a stream is made here or by a peer.
  public typealias Origin = MediaStreamTrack.Origin

  /// What the stack changes in a stream; what the program changes itself is no event.
  public enum Event: Sendable {
    /// The peer, or a player of files, added a track.
    case trackAdded(MediaStreamTrack)
    /// The peer, or a player of files, removed a track.
    case trackRemoved(MediaStreamTrack)
  }

  /// An identifier of at most 36 characters. That of a remote stream is the one the peer announced.
  public let id: String
  /// Whether the stream is made here or by a peer.
  public let origin: Origin

  private let members: Mutex<[MediaStreamTrack]>
  private let broadcaster = EventBroadcaster<Event>()

  /// An empty stream.
  public convenience init() { self.init(tracks: []) }

  /// A new stream that shares the tracks of another.
  public convenience init(of stream: MediaStream) { self.init(tracks: stream.tracks) }

  /// A stream of these tracks, each taken once.
  public convenience init(tracks: [MediaStreamTrack]) {
    self.init(id: RandomIdentifier.make(), origin: .local, tracks: tracks)
  }

  private init(id: String, origin: Origin, tracks: [MediaStreamTrack]) {
    self.id = id
    self.origin = origin
    var unique: [MediaStreamTrack] = []
    for track in tracks where !unique.contains(where: { $0 === track }) { unique.append(track) }
    members = Mutex(unique)
  }

  /// A stream that a peer announced.
  package static func remote(id: String) -> MediaStream { MediaStream(id: id, origin: .remote, tracks: []) }

  /// The tracks now, in the order in which they were added.
  public var tracks: [MediaStreamTrack] { members.withLock { $0 } }
  /// The tracks of sound now.
  public var audioTracks: [MediaStreamTrack] { tracks.filter { $0.kind == .audio } }
  /// The tracks of pictures now.
  public var videoTracks: [MediaStreamTrack] { tracks.filter { $0.kind == .video } }
  /// The track with this identifier.
  public func track(id: String) -> MediaStreamTrack? { tracks.first { $0.id == id } }
  /// Whether at least one track is live.
  public var isActive: Bool { tracks.contains { $0.readyState == .live } }

  /// What others than the program change in the stream. The first subscriber gets everything since the stream was made.
  public var events: EventSequence<Event> { broadcaster.sequence }

  /// Adds a track, unless it is there already.
  public func addTrack(_ track: MediaStreamTrack) { _ = insert(track) }

  /// Removes a track, if it is there.
  public func removeTrack(_ track: MediaStreamTrack) { _ = remove(track) }

  /// A new stream with a clone of every track.
  public func clone() -> MediaStream { MediaStream(tracks: tracks.map { $0.clone() }) }

  /// Adds a track for the peer or player, with an event.
  package func addRemoteTrack(_ track: MediaStreamTrack) { if insert(track) { broadcaster.send(.trackAdded(track)) } }

  /// Removes a track for the peer or player, with an event.
  package func removeRemoteTrack(_ track: MediaStreamTrack) {
    if remove(track) { broadcaster.send(.trackRemoved(track)) }
  }

  private func insert(_ track: MediaStreamTrack) -> Bool {
    members.withLock { members in
      guard !members.contains(where: { $0 === track }) else { return false }
      members.append(track)
      return true
    }
  }

  private func remove(_ track: MediaStreamTrack) -> Bool {
    members.withLock { members in
      guard let index = members.firstIndex(where: { $0 === track }) else { return false }
      members.remove(at: index)
      return true
    }
  }
}
