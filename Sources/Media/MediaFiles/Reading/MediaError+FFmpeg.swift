internal import CFFmpegShims
import Glibc
import RTCFrames

extension MediaError {
  /// What FFmpeg said of a file, with the W3C name nearest to it.
  static func ffmpeg(_ code: Int32, path: String, action: String) -> MediaError {
    let name: Name =
      switch code {
      case -ENOENT, -ENOTDIR: .notFoundError
      case -EACCES, -EPERM: .notAllowedError
      case -ENOMEM: .abortError
      case rtc_ffmpeg_invalid_data, rtc_ffmpeg_end_of_file: .encodingError
      case rtc_ffmpeg_no_decoder, rtc_ffmpeg_no_stream: .notSupportedError
      default: .notReadableError
      }
    return MediaError(name, "\(path) could not be \(action): \(reason(code))")
  }

  private static func reason(_ code: Int32) -> String {
    var text = [CChar](repeating: 0, count: 128)
    _ = av_strerror(code, &text, text.count)
    return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}
