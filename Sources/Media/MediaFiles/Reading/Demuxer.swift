internal import CFFmpeg
internal import CFFmpegShims
import Glibc
import RTCFrames

/// An open file: its best pictures, its best sound, and their packets. Used on one thread.
final class Demuxer {
  /// One of the streams of a file.
  struct Stream {
    let index: Int32
    let timeBase: AVRational
    let parameters: UnsafeMutablePointer<AVCodecParameters>
    /// Pictures a second, as far as the file tells.
    let frameRate: Double?
    let rotation: VideoRotation
  }

  let path: String
  let video: Stream?
  let audio: Stream?
  /// When the file begins, by its own clock.
  let start: MediaTime
  /// What is called its beginning. Codecs of sound have some samples before it, which nobody hears.
  let origin: MediaTime
  /// How long it lasts, as far as it tells.
  let duration: Duration?
  private let context: UnsafeMutablePointer<AVFormatContext>

  /// - Throws: `MediaError`: `NotFoundError`, `NotAllowedError` or `NotReadableError`, when the file cannot be opened,
  ///   `EncodingError`, when it is of no known format, `NotSupportedError`, when it has neither pictures nor sound.
  init(path: String) throws(MediaError) {
    rtc_ffmpeg_silence()
    var status = stat()
    guard stat(path, &status) == 0 else { throw .ffmpeg(-errno, path: path, action: "opened") }
    // Reading from anything else could hold up whoever opens the source.
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw MediaError(.notReadableError, "\(path) is no regular file; media is read from regular files only")
    }
    var opened: UnsafeMutablePointer<AVFormatContext>?
    let result = rtc_ffmpeg_open(path, &opened)
    guard result >= 0, let context = opened else { throw .ffmpeg(result, path: path, action: "opened") }
    let found = avformat_find_stream_info(context, nil)
    let video = found < 0 ? nil : Self.best(AVMEDIA_TYPE_VIDEO, of: context)
    let audio = found < 0 ? nil : Self.best(AVMEDIA_TYPE_AUDIO, of: context)
    guard video != nil || audio != nil else {
      avformat_close_input(&opened)
      if found < 0 { throw .ffmpeg(found, path: path, action: "read") }
      throw MediaError(.notSupportedError, "\(path) has neither pictures nor sound that can be read")
    }
    self.path = path
    self.context = context
    self.video = video
    self.audio = audio
    let microsecond = AVRational(num: 1, den: AV_TIME_BASE)
    let start = Self.time(context.pointee.start_time, microsecond) ?? .zero
    self.start = start
    origin = start < .zero && start > .zero - .milliseconds(100) ? .zero : start
    duration = Self.time(context.pointee.duration, microsecond).map { Duration.nanoseconds($0.nanoseconds) }
    for index in 0..<Int(context.pointee.nb_streams) {
      context.pointee.streams[index]?.pointee.discard = AVDISCARD_ALL
    }
  }

  deinit {
    var context: UnsafeMutablePointer<AVFormatContext>? = context
    avformat_close_input(&context)
  }

  private static func best(_ type: AVMediaType, of context: UnsafeMutablePointer<AVFormatContext>) -> Stream? {
    // Of those that can be decoded.
    var decoder: UnsafePointer<AVCodec>?
    let index = av_find_best_stream(context, type, -1, -1, &decoder, 0)
    guard index >= 0, let stream = context.pointee.streams[Int(index)], let parameters = stream.pointee.codecpar,
      // The picture on a record's cover does not move.
      stream.pointee.disposition & AV_DISPOSITION_ATTACHED_PIC == 0
    else { return nil }
    let rates = [stream.pointee.avg_frame_rate, stream.pointee.r_frame_rate].compactMap { rate -> Double? in
      let value = av_q2d(rate)
      return rate.den > 0 && value > 0 && value <= 1_000 ? value : nil
    }
    return Stream(
      index: index, timeBase: stream.pointee.time_base, parameters: parameters, frameRate: rates.first,
      rotation: VideoRotation(rawValue: Int(rtc_ffmpeg_rotation(stream))) ?? .none)
  }

  /// A time of a stream; `nil` when there is none.
  static func time(_ time: Int64, _ base: AVRational) -> MediaTime? {
    guard time != .min else { return nil }
    // Beyond ten years either way it is no time, and sums could overflow.
    let nanoseconds = rtc_ffmpeg_nanoseconds(time, base)
    return abs(nanoseconds.clamped) < 300_000_000_000_000_000 ? MediaTime(nanoseconds: nanoseconds) : nil
  }

  /// Packets of a stream are read from now on, or left out.
  func select(_ stream: Stream, _ isWanted: Bool) {
    context.pointee.streams[Int(stream.index)]?.pointee.discard = isWanted ? AVDISCARD_DEFAULT : AVDISCARD_ALL
  }

  /// The next packet of a wanted stream; `nil` at the end of the file, or where it is broken for good.
  func read() -> Packet? {
    guard let packet = Packet() else { return nil }
    while true {
      let result = av_read_frame(context, packet.pointer)
      if result >= 0 { return packet }
      if result != -EAGAIN { return nil }
    }
  }

  /// Goes on at the last place before `time` from which pictures can be decoded.
  ///
  /// - Returns: whether the file can do that.
  func seek(to time: MediaTime) -> Bool {
    let target = time.nanoseconds / (1_000_000_000 / Int64(AV_TIME_BASE))
    return av_seek_frame(context, -1, target, AVSEEK_FLAG_BACKWARD) >= 0
  }
}

extension Int64 {
  /// Without the one value that has no opposite.
  fileprivate var clamped: Int64 { Swift.max(self, -.max) }
}
