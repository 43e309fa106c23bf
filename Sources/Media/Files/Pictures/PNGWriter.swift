internal import CPNG
import RTCFrames

/// Writes still pictures as PNG, upright and in the colours of a screen: 8 bits each of red, green and blue.
/// ```swift
/// try PNGWriter.write(try await track.grabFrame(), to: "remote.png")
/// ```
public enum PNGWriter {
  /// Writes a picture to a file; what was there before is gone.
  ///
  /// - Throws: `MediaError`: `NotFoundError`, `NotAllowedError` or `NotReadableError`, when the file cannot be written,
  ///   and what `encode` throws.
  public static func write(_ frame: VideoFrame, to path: String) throws(MediaError) {
    let bytes = try encode(frame)
    var output = try FileOutput(path: path)
    try output.write(bytes)
  }

  /// The bytes of a PNG file.
  ///
  /// - Throws: `MediaError` with `EncodingError`, when libpng fails, for want of memory.
  public static func encode(_ frame: VideoFrame) throws(MediaError) -> [UInt8] {
    let upright = frame.upright
    var image = png_image()
    image.version = png_uint_32(PNG_IMAGE_VERSION)
    image.width = png_uint_32(upright.width)
    image.height = png_uint_32(upright.height)
    image.format = png_uint_32(PNG_FORMAT_FLAG_COLOR)
    defer { png_image_free(&image) }
    let pixels = upright.rgb()
    // Never more than this: rows stored without compression, with what every row and chunk adds.
    var count = png_alloc_size_t(pixels.count + pixels.count / 100 + upright.height * 8 + 65_536)
    var bytes = [UInt8](repeating: 0, count: Int(count))
    let isWritten = png_image_write_to_memory(&image, &bytes, &count, 0, pixels, 0, nil)
    guard isWritten != 0, Int(count) <= bytes.count else {
      let message = withUnsafeBytes(of: image.message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      throw MediaError(.encodingError, "a picture of \(frame.width)x\(frame.height) cannot become PNG: \(message)")
    }
    bytes.removeLast(bytes.count - Int(count))
    return bytes
  }
}
