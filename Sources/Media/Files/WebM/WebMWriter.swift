import RTCFrames

/// Writes VP8 and Opus as they are into a WebM file (RFC 9559) that can be played at any moment, also when the process
/// is killed.
///
/// The file is written as a live stream is: a segment of unknown size, followed by clusters of at most half a second, each
/// handed to the system in one piece. Nothing in them refers to what comes later. `finish` adds what makes the file easy
/// to seek in: its duration and an index of the clusters.
///
/// ```
/// EBML | Segment (unknown size) | room for the index | Info | Tracks | Cluster | Cluster | ... | Cues
/// ```
package struct WebMWriter: ~Copyable, Sendable {
  /// How long a cluster may be: with `lateness` it is what a process that is killed has not written yet.
  private static let clusterLength: Int64 = 500
  /// How long a cluster waits for frames that are late, since tracks do not arrive in step.
  private static let lateness: Int64 = 250
  /// What waits for its cluster at most.
  private static let pendingByteLimit = 8 << 20
  private static let pendingCountLimit = 2_000
  /// Entries of the index at most; when it is full every second one is left out.
  private static let cueLimit = 4_096

  private struct Cue {
    var milliseconds: Int64
    var position: Int
    var track: Int
  }

  package let path: String
  package let tracks: [WebMTrack]
  /// Frames written to the file.
  package private(set) var writtenFrames = 0
  /// Milliseconds from the beginning to the last frame written.
  package private(set) var duration: Int64 = 0
  private let header: WebMHeader
  private var output: FileOutput
  private var pending: [WebMFrame] = []
  private var pendingByteCount = 0
  private var newest: Int64 = 0
  private var cues: [Cue] = []
  /// The least distance of two entries of the index, in milliseconds.
  private var cueDistance: Int64 = 0

  /// Makes the file and writes its header.
  ///
  /// - Precondition: between 1 and 126 tracks.
  /// - Throws: `MediaError`, when the file cannot be made.
  package init(path: String, tracks: [WebMTrack]) throws(MediaError) {
    try self.init(output: FileOutput(path: path), tracks: tracks)
  }

  /// Writes the header to a file that was just made.
  init(output: consuming FileOutput, tracks: [WebMTrack]) throws(MediaError) {
    precondition((1...126).contains(tracks.count), "a file has 1 to 126 tracks here, not \(tracks.count)")
    let header = WebMHeader(tracks: tracks)
    try output.write(header.bytes)
    path = output.path
    self.tracks = tracks
    self.header = header
    self.output = output
  }

  /// Bytes in the file.
  package var byteCount: Int { output.count }

  /// Takes a frame, and writes the clusters that it completes.
  ///
  /// Frames of a track come in order. One that is earlier than what was written is put right after it.
  ///
  /// - Precondition: the track exists.
  /// - Throws: `MediaError`, when the file cannot be written.
  package mutating func write(_ frame: WebMFrame) throws(MediaError) {
    precondition(tracks.indices.contains(frame.track), "there is no track \(frame.track)")
    var frame = frame
    frame.milliseconds = max(frame.milliseconds, duration)
    newest = max(newest, frame.milliseconds)
    pendingByteCount += frame.bytes.count
    // Nearly in order already: the place is near the end.
    let place = pending.lastIndex { $0.milliseconds <= frame.milliseconds }.map { $0 + 1 } ?? 0
    pending.insert(frame, at: place)
    if pendingByteCount > Self.pendingByteLimit || pending.count > Self.pendingCountLimit {
      try flush()
    } else {
      try writeClusters { [newest] in newest - $0 >= Self.lateness }
    }
  }

  /// Writes all that waits, without waiting for late frames.
  package mutating func flush() throws(MediaError) { try writeClusters { _ in true } }

  /// Whether frames wait for their cluster.
  package var hasPendingFrames: Bool { !pending.isEmpty }

  /// Writes all that waits and, where the output is seekable, the duration and the index.
  package consuming func finish() throws(MediaError) {
    try flush()
    guard output.isSeekable else { return }
    let cuesPosition = output.count
    if !cues.isEmpty { try output.write(cueElement()) }
    // Each of these leaves a file that plays, should it be the last.
    if !cues.isEmpty { try output.overwrite(header.seekHead(cuesPosition: cuesPosition), at: header.segmentStart) }
    try output.overwrite(WebMHeader.durationElement(milliseconds: duration), at: header.durationPosition)
    let size = UInt64(output.count - header.segmentStart) | 1 << 56
    let sizeBytes = (0..<8).map { UInt8(truncatingIfNeeded: size >> UInt64(8 * (7 - $0))) }
    try output.overwrite(sizeBytes, at: header.segmentSizePosition)
  }

  /// Writes clusters for as long as `isDue` says so of the time at which the next one ends.
  private mutating func writeClusters(isDue: (Int64) -> Bool) throws(MediaError) {
    while let first = pending.first {
      // A key frame begins a cluster, so that the index can lead to it.
      let end = min(
        first.milliseconds + Self.clusterLength,
        pending.dropFirst().first { isRestartPoint($0) && $0.milliseconds > first.milliseconds }?.milliseconds ?? .max)
      guard isDue(end) else { return }
      let count = pending.firstIndex { $0.milliseconds >= end } ?? pending.count
      try writeCluster(Array(pending.prefix(count)))
      pending.removeFirst(count)
    }
  }

  private mutating func writeCluster(_ frames: [WebMFrame]) throws(MediaError) {
    guard let start = frames.first?.milliseconds else { return }
    var contents = EBMLWriter()
    contents.unsigned(.timestamp, UInt64(clamping: start))
    for frame in frames {
      contents.simpleBlock(
        track: frame.track + 1, relativeTimestamp: Int(frame.milliseconds - start), isKeyFrame: frame.isKeyFrame,
        payload: frame.bytes)
      pendingByteCount -= frame.bytes.count
      duration = max(duration, frame.milliseconds)
    }
    var cluster = EBMLWriter()
    cluster.binary(.cluster, contents.bytes)
    noteCue(of: frames, position: output.count - header.segmentStart)
    try output.write(cluster.bytes)
    writtenFrames += frames.count
  }

  private func isRestartPoint(_ frame: WebMFrame) -> Bool { frame.isKeyFrame && tracks[frame.track].isVideo }

  /// An entry for a cluster that decoding can begin with.
  private mutating func noteCue(of frames: [WebMFrame], position: Int) {
    let hasVideo = tracks.contains(where: \.isVideo)
    guard let frame = hasVideo ? frames.first(where: { isRestartPoint($0) }) : frames.first else { return }
    if let last = cues.last, frame.milliseconds - last.milliseconds < cueDistance { return }
    if cues.count >= Self.cueLimit {
      cues = cues.enumerated().filter { $0.offset.isMultiple(of: 2) }.map(\.element)
      cueDistance = max(Self.clusterLength, 2 * cueDistance)
    }
    cues.append(Cue(milliseconds: frame.milliseconds, position: position, track: frame.track + 1))
  }

  private func cueElement() -> [UInt8] {
    var writer = EBMLWriter()
    writer.master(.cues) { list in
      for cue in cues {
        list.master(.cuePoint) { point in
          point.unsigned(.cueTime, UInt64(clamping: cue.milliseconds))
          point.master(.cueTrackPositions) { positions in
            positions.unsigned(.cueTrack, UInt64(cue.track))
            positions.unsigned(.cueClusterPosition, UInt64(cue.position))
          }
        }
      }
    }
    return writer.bytes
  }
}
