internal import CTurboJPEG
import RTCFrames

/// Writes still pictures as JPEG, upright and in the colours of a screen.
/// ```swift
/// try JPEGWriter.write(try await track.grabFrame(), to: "photo.jpg")
/// ```
public enum JPEGWriter {
  /// Writes a picture to a file; what was there before is gone.
  ///
  /// - Parameter quality: from 1, small, to 100, good.
  /// - Throws: `MediaError`: `NotFoundError`, `NotAllowedError` or `NotReadableError`, when the file cannot be written,
  ///   and what `encode` throws.
  public static func write(_ frame: VideoFrame, to path: String, quality: Int = 90) throws(MediaError) {
    let bytes = try encode(frame, quality: quality)
    var output = try FileOutput(path: path)
    try output.write(bytes)
  }

  /// The bytes of a JPEG file.
  ///
  /// - Parameter quality: from 1, small, to 100, good.
  /// - Throws: `MediaError` with `EncodingError`, when TurboJPEG fails, for want of memory.
  public static func encode(_ frame: VideoFrame, quality: Int = 90) throws(MediaError) -> [UInt8] {
    let upright = frame.upright
    let pixels = upright.rgb()
    guard let handle = tjInitCompress() else {
      throw MediaError(.encodingError, "no JPEG compressor could be made: \(String(cString: tjGetErrorStr()))")
    }
    defer { tjDestroy(handle) }
    // JPEG has the full range of values and frames have not, so it is made of what a screen shows.
    var buffer: UnsafeMutablePointer<UInt8>?
    var size: UInt = 0
    let result = tjCompress2(
      handle, pixels, Int32(upright.width), Int32(upright.width * 3), Int32(upright.height), Int32(TJPF_RGB.rawValue),
      &buffer, &size, Int32(TJSAMP_420.rawValue), Int32(min(max(quality, 1), 100)), 0)
    defer { tjFree(buffer) }
    guard result == 0, let buffer else {
      throw MediaError(
        .encodingError,
        "a picture of \(frame.width)x\(frame.height) cannot become JPEG: \(String(cString: tjGetErrorStr2(handle)))")
    }
    return Array(UnsafeBufferPointer(start: buffer, count: Int(size)))
  }
}
