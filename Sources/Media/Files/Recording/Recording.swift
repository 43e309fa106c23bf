import RTCFrames

/// Turns the frames of tracks into a file: waits for the first key frame, then writes.
struct Recording: ~Copyable {
  /// A frame that waits for the header of the file.
  private struct Waiting {
    var feed: Int
    var time: MediaTime
    var frame: RecordingFeed.Frame
  }

  /// Between requests for a key frame that does not come.
  private static let keyFrameRetry = Duration.seconds(1)
  /// Pictures that stop for so long may go on with what nobody can decode.
  private static let pictureGap = Duration.seconds(2)
  /// A file without frames for so long is brought up to date.
  private static let idleTime = Duration.seconds(1)
  /// Frames that wait for the header at most.
  private static let waitingLimit = 4_000
  /// Bytes of them: beyond, the file begins without the tracks that have nothing yet.
  private static let waitingByteLimit = 16 << 20

  private(set) var statistics = StreamRecorder.Statistics()
  private let path: String
  private let feeds: [RecordingFeed]
  private let options: StreamRecorder.Options
  private var timeline: RecordingTimeline
  /// The file before its header is written.
  private var output: FileOutput?
  private var writer: WebMWriter?
  /// The track in the file of each feed; `nil` before the header, and for what the file cannot hold.
  private var tracks: [Int?]
  private var waiting: [Waiting] = []
  private var waitingByteCount = 0
  private var firstArrival: MediaTime?
  private var lastArrival: MediaTime
  private var lastPicture: [MediaTime?]
  private var lastKeyFrameRequest: MediaTime?
  /// The codec of each feed that the file cannot hold.
  private var unsupported: [String?]

  init(output: consuming FileOutput, feeds: [RecordingFeed], options: StreamRecorder.Options) {
    path = output.path
    self.output = consume output
    self.feeds = feeds
    self.options = options
    timeline = RecordingTimeline(trackCount: feeds.count)
    tracks = Array(repeating: nil, count: feeds.count)
    lastPicture = Array(repeating: nil, count: feeds.count)
    unsupported = Array(repeating: nil, count: feeds.count)
    lastArrival = .now
  }

  /// Takes what has arrived.
  mutating func take(now: MediaTime) throws(MediaError) {
    for (index, feed) in feeds.enumerated() {
      while let frame = feed.poll() {
        guard WebMTrack.isSupported(mimeType: frame.mimeType) else {
          statistics.unsupportedFrames += 1
          unsupported[index] = frame.mimeType
          continue
        }
        let arrival = frame.receiveTime ?? now
        let time = timeline.time(ofTrack: index, timestamp: frame.timestamp, arrival: arrival)
        lastArrival = now
        if feed.kind == .video { notePicture(index, time: time, isKeyFrame: frame.isKeyFrame, now: now) }
        if writer == nil {
          if firstArrival == nil { firstArrival = now }
          if waiting.count < Self.waitingLimit {
            waiting.append(Waiting(feed: index, time: time, frame: frame))
            waitingByteCount += frame.bytes.count
          }
          if waitingByteCount > Self.waitingByteLimit { try begin() }
        } else {
          try write(frame, feed: index, time: time)
        }
      }
    }
    if writer == nil { try beginIfReady(now: now) }
    if writer?.hasPendingFrames == true, now - lastArrival >= Self.idleTime { try writer?.flush() }
    requestMissingKeyFrames(now: now)
    statistics.bytes = writer?.byteCount ?? 0
    statistics.duration = .milliseconds(writer?.duration ?? 0)
    statistics.droppedFrames = feeds.reduce(0) { $0 + $1.droppedCount }
  }

  /// Completes the file.
  ///
  /// - Throws: `MediaError`, when it cannot be written, or nothing came that it can hold.
  mutating func finish() throws(MediaError) {
    if writer == nil { try begin() }
    guard var last = writer.take() else {
      if let unsupportedMimeType = unsupported.compactMap({ $0 }).first {
        throw MediaError(
          .notSupportedError, "\(path) has no contents: WebM holds VP8 and Opus here, and \(unsupportedMimeType) came")
      }
      throw MediaError(.notReadableError, "\(path) has no contents: no frame came to be recorded")
    }
    try last.flush()
    statistics.bytes = last.byteCount
    statistics.duration = .milliseconds(last.duration)
    try last.finish()
  }

  /// Begins when every track of pictures has a key frame, or has had its time.
  private mutating func beginIfReady(now: MediaTime) throws(MediaError) {
    guard let firstArrival else { return }
    let isComplete = feeds.indices.allSatisfy { index in
      unsupported[index] != nil || waiting.contains { $0.feed == index }
    }
    if isComplete || now - firstArrival >= options.pictureTimeout { try begin() }
  }

  /// Writes the header, with all tracks that may still come, and what has waited.
  private mutating func begin() throws(MediaError) {
    guard !waiting.isEmpty, let file = output.take() else { return }
    var described: [WebMTrack] = []
    for (index, feed) in feeds.enumerated() {
      let first = waiting.first { $0.feed == index }?.frame
      if first == nil, unsupported[index] != nil { continue }
      tracks[index] = described.count
      switch feed.kind {
      case .audio:
        // A stream may change between mono and stereo; a decoder of two channels makes both.
        described.append(.opus(channels: 2))
      case .video:
        let size = first.map { ($0.width, $0.height) } ?? feed.announcedSize
        described.append(.vp8(width: size.0, height: size.1))
      }
    }
    writer = try WebMWriter(output: file, tracks: described)
    // Sound from before the first picture is left out, so that both begin together.
    let firstPicture = waiting.filter { feeds[$0.feed].kind == .video }.map(\.time).min()
    let start = firstPicture ?? waiting.map(\.time).min() ?? .now
    timeline.begin(at: start)
    let frames = waiting
    waiting = []
    for entry in frames where entry.time >= start { try write(entry.frame, feed: entry.feed, time: entry.time) }
  }

  private mutating func write(_ frame: RecordingFeed.Frame, feed: Int, time: MediaTime) throws(MediaError) {
    guard let track = tracks[feed] else { return }
    let milliseconds = timeline.milliseconds(ofTrack: feed, at: time)
    try writer?.write(
      WebMFrame(track: track, milliseconds: milliseconds, isKeyFrame: frame.isKeyFrame, bytes: frame.bytes))
    switch feeds[feed].kind {
    case .video: statistics.videoFrames += 1
    case .audio: statistics.audioFrames += 1
    }
  }

  private mutating func notePicture(_ feed: Int, time: MediaTime, isKeyFrame: Bool, now: MediaTime) {
    if let last = lastPicture[feed], time - last > Self.pictureGap, !isKeyFrame { requestKeyFrame(feed, now: now) }
    lastPicture[feed] = time
  }

  /// The first key frame may be lost or late.
  private mutating func requestMissingKeyFrames(now: MediaTime) {
    for (index, feed) in feeds.enumerated() where feed.kind == .video && lastPicture[index] == nil {
      requestKeyFrame(index, now: now)
    }
  }

  private mutating func requestKeyFrame(_ feed: Int, now: MediaTime) {
    if let last = lastKeyFrameRequest, now - last < Self.keyFrameRetry { return }
    lastKeyFrameRequest = now
    statistics.keyFrameRequests += 1
    feeds[feed].requestKeyFrame()
  }
}
