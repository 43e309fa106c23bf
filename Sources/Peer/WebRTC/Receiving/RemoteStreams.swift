/// The streams that the peer has named (webrtc-pc §5.3, "set the associated remote streams").
///
/// A stream is one object for as long as it has tracks or the program keeps it: which of the two cannot be told apart, so that names of
/// streams long gone need not be kept.
struct RemoteStreams {
  private struct Entry {
    /// Held while the peer has tracks in it.
    var held: MediaStream?
    weak var stream: MediaStream?
  }

  private var entries: [String: Entry] = [:]
  /// Streams that lost their last track since names were last forgotten.
  private var emptied = 0

  /// The stream of this name, made when it is first named (MS-10).
  mutating func stream(_ id: String) -> MediaStream {
    let stream = entries[id]?.stream ?? MediaStream.remote(id: id)
    entries[id] = Entry(held: stream, stream: stream)
    return stream
  }

  mutating func remove(_ track: MediaStreamTrack, from id: String) {
    guard let stream = entries[id]?.stream else { return }
    stream.removeRemoteTrack(track)
    guard stream.tracks.isEmpty else { return }
    entries[id]?.held = nil
    emptied += 1
    // A description may take thousands of streams away: each looking at all the others would take seconds.
    guard emptied * 2 > entries.count else { return }
    emptied = 0
    entries = entries.filter { $0.value.held != nil || $0.value.stream != nil }
  }
}
