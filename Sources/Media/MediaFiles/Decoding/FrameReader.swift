import RTCFrames

/// The frames of a file in the order in which they are due. Used on one thread.
final class FrameReader {
  /// Files may have the sound of some seconds behind their pictures; more than this is not waited for.
  private static let byteLimit = 32_000_000
  private static let packetLimit = 8_192

  private let path: String
  private var demuxer: Demuxer
  private var video: StreamReader?
  private var audio: StreamReader?
  private var isAtEnd = false
  /// When the last frame so far ends.
  private(set) var end: MediaTime

  /// - Throws: `MediaError`, when the file cannot be read any more.
  init(path: String) throws(MediaError) {
    self.path = path
    demuxer = try Demuxer(path: path)
    end = demuxer.start
    try open()
  }

  /// What is called the beginning of the file.
  var origin: MediaTime { demuxer.origin }
  /// How long the file lasts, as far as it tells.
  var duration: Duration? { demuxer.duration }
  var videoStream: Demuxer.Stream? { demuxer.video }
  var audioStream: Demuxer.Stream? { demuxer.audio }

  private func open() throws(MediaError) {
    let (wantsVideo, wantsAudio) = (video?.isSelected == true, audio?.isSelected == true)
    video = nil
    audio = nil
    if let stream = demuxer.video {
      video = try StreamReader(
        stream, path: path, converter: PictureConverter(rotation: stream.rotation, frameRate: stream.frameRate))
    }
    if let stream = demuxer.audio {
      audio = try StreamReader(stream, path: path, converter: SoundConverter(format: MediaFile.format(of: stream)))
    }
    isAtEnd = false
    select(video: wantsVideo, audio: wantsAudio)
  }

  private var selected: [StreamReader] { [video, audio].compactMap { $0 }.filter(\.isSelected) }

  /// Who is wanted. A stream that joins does so at the place that the other has reached.
  func select(video isVideoWanted: Bool, audio isAudioWanted: Bool) {
    for (reader, isWanted) in [(video, isVideoWanted), (audio, isAudioWanted)] {
      guard let reader, reader.isSelected != isWanted else { continue }
      demuxer.select(reader.stream, isWanted)
      reader.select(isWanted)
    }
  }

  /// The frame that is due next, which stays the next; `nil` at the end of the file, or when `isStopped`.
  func next(isStopped: () -> Bool) -> TimedFrame? {
    for reader in selected {
      while reader.next == nil, !reader.isOver, !isStopped() {
        if reader.decode() { continue }
        if isAtEnd {
          reader.drain()
        } else if selected.reduce(0, { $0 + $1.byteCount }) > Self.byteLimit
          || selected.reduce(0, { $0 + $1.packetCount }) > Self.packetLimit
        {
          // The others go on without it.
          break
        } else {
          readPacket()
        }
      }
    }
    return earliest?.next
  }

  /// Takes the frame that `next` gave.
  func removeNext() {
    guard let reader = earliest, let frame = reader.next else { return }
    end = max(end, frame.end)
    reader.removeFirst()
  }

  private var earliest: StreamReader? {
    selected.filter { $0.next != nil }.min { ($0.next?.due ?? .zero) < ($1.next?.due ?? .zero) }
  }

  private func readPacket() {
    guard let packet = demuxer.read() else {
      isAtEnd = true
      return
    }
    selected.first { $0.stream.index == packet.stream }?.append(packet)
  }

  /// Begins anew.
  ///
  /// - Throws: `MediaError`, when the file cannot be read any more.
  func rewind() throws(MediaError) { try seek(to: demuxer.start, earliest: nil) }

  /// Goes on at a place.
  ///
  /// - Parameter time: by the clock of the file; what ends before is left out.
  /// - Throws: `MediaError`, when the file cannot be read any more.
  func seek(to time: MediaTime) throws(MediaError) { try seek(to: time, earliest: time) }

  private func seek(to time: MediaTime, earliest: MediaTime?) throws(MediaError) {
    if demuxer.seek(to: time) {
      isAtEnd = false
    } else {
      // Some formats can only be read from the beginning.
      demuxer = try Demuxer(path: path)
      try open()
    }
    end = time
    for reader in selected { reader.reset(earliest: earliest) }
  }
}
