import CTurboJPEG
import RTCFrames
import Testing

@testable import RTCCapture

@Suite("Conversion of pictures")
struct ConversionTests {
  /// A picture of one colour in each of its quarters, as the driver's bytes.
  private func picture(_ format: PictureFormat) -> [UInt8] {
    var bytes = [UInt8](repeating: 0xEE, count: format.byteCount)
    let (width, height, stride) = (format.width, format.height, format.stride)
    for y in 0..<height {
      for x in 0..<width {
        let (luma, cb, cr) = Self.colour(x: x, y: y, width: width, height: height)
        let chromaRow = stride * height + y / 2 * stride
        switch format.pixelFormat {
        case .yuyv:
          bytes[y * stride + x * 2] = luma
          bytes[y * stride + x / 2 * 4 + 1] = cb
          bytes[y * stride + x / 2 * 4 + 3] = cr
        case .nv12:
          bytes[y * stride + x] = luma
          bytes[chromaRow + x / 2 * 2] = cb
          bytes[chromaRow + x / 2 * 2 + 1] = cr
        case .yu12:
          bytes[y * stride + x] = luma
          let chroma = stride * height + y / 2 * format.chromaStride + x / 2
          bytes[chroma] = cb
          bytes[chroma + format.chromaStride * ((height + 1) / 2)] = cr
        default: bytes[y * stride + x] = luma
        }
      }
    }
    return bytes
  }

  private static func colour(x: Int, y: Int, width: Int, height: Int) -> (UInt8, UInt8, UInt8) {
    switch (x < width / 2, y < height / 2) {
    case (true, true): (100, 110, 150)
    case (false, true): (50, 128, 128)
    case (true, false): (160, 140, 110)
    case (false, false): (120, 100, 160)
    }
  }

  private func isRight(_ frame: VideoFrame, isGrey: Bool, tolerance: Int = 0) -> Bool {
    [(1, 1), (frame.width - 2, 1), (1, frame.height - 2), (frame.width - 2, frame.height - 2)].allSatisfy { x, y in
      let (luma, cb, cr) = Self.colour(x: x, y: y, width: frame.width, height: frame.height)
      let pixel = frame.pixel(x: x, y: y)
      let chroma = isGrey ? (cb: UInt8(128), cr: UInt8(128)) : (cb: cb, cr: cr)
      return abs(Int(pixel.luma) - Int(luma)) <= tolerance && abs(Int(pixel.cb) - Int(chroma.cb)) <= tolerance
        && abs(Int(pixel.cr) - Int(chroma.cr)) <= tolerance
    }
  }

  private func convert(_ bytes: [UInt8], _ format: PictureFormat) throws -> VideoFrame? {
    let converter = try PictureConverter(format: format)
    var buffer = VideoFrameBuffer(width: format.width, height: format.height)
    let isWhole = bytes.withUnsafeBytes { converter.convert($0, into: &buffer) }
    return isWhole ? VideoFrame(buffer, timestamp: .zero) : nil
  }

  @Test(
    "GN-07: plain formats are converted exactly, with rows that have padding too",
    arguments: [V4L2PixelFormat.yuyv, .nv12, .yu12, .grey], [(64, 32, 0), (100, 50, 52), (36, 20, 4)])
  func plain(pixelFormat: V4L2PixelFormat, size: (width: Int, height: Int, padding: Int)) throws {
    let tight = PictureFormat(pixelFormat: pixelFormat, width: size.width, height: size.height)
    let format = PictureFormat(
      pixelFormat: pixelFormat, width: size.width, height: size.height, stride: tight.stride + size.padding,
      isFullRange: false)
    let bytes = picture(format)
    let frame = try #require(try convert(bytes, format))
    #expect(isRight(frame, isGrey: pixelFormat == .grey))
    // A byte less is none.
    #expect(try convert(bytes.dropLast(), format) == nil)
    #expect(try convert([], format) == nil)
  }

  @Test("full range is squeezed into that of frames")
  func range() throws {
    var format = PictureFormat(pixelFormat: .yu12, width: 256, height: 2, isFullRange: true)
    let bytes = (0..<512).map { UInt8(truncatingIfNeeded: $0) } + (0..<256).map { UInt8(truncatingIfNeeded: $0) }
    let frame = try #require(try convert(bytes, format))
    for x in 0..<256 {
      let pixel = frame.pixel(x: x, y: 0)
      let luma: Double = 16 + Double(x) * 219 / 255
      let cb: Double = 128 + Double(x / 2 - 128) * 224 / 255
      #expect(Double(pixel.luma) == luma.rounded())
      #expect(abs(Double(pixel.cb) - cb) <= 0.51)
    }
    format.isFullRange = false
    #expect(try convert(bytes, format)?.pixel(x: 255, y: 1).luma == 255)
  }

  /// The picture as a JPEG.
  private func jpeg(width: Int, height: Int, subsampling: TJSAMP) throws -> [UInt8] {
    var rgb: [UInt8] = []
    for y in 0..<height {
      for x in 0..<width {
        let (luma, cb, cr) = Self.colour(x: x, y: y, width: width, height: height)
        let (grey, blue, red) = (1.164 * (Double(luma) - 16), Double(cb) - 128, Double(cr) - 128)
        for value in [grey + 1.596 * red, grey - 0.392 * blue - 0.813 * red, grey + 2.017 * blue] {
          rgb.append(UInt8(max(0, min(255, value.rounded()))))
        }
      }
    }
    let encoder = try #require(tjInitCompress())
    defer { tjDestroy(encoder) }
    var output: UnsafeMutablePointer<UInt8>?
    var count: UInt = 0
    let result = tjCompress2(
      encoder, rgb, Int32(width), 0, Int32(height), Int32(TJPF_RGB.rawValue), &output, &count,
      Int32(bitPattern: subsampling.rawValue), 98, 0)
    try #require(result == 0)
    defer { tjFree(output) }
    return Array(UnsafeBufferPointer(start: output, count: Int(count)))
  }

  @Test(
    "GN-07: JPEGs of every subsampling are decoded",
    arguments: [TJSAMP_420, TJSAMP_422, TJSAMP_444, TJSAMP_440, TJSAMP_411, TJSAMP_GRAY].map(\.rawValue),
    [(64, 32), (100, 50)])
  func jpegs(subsampling: UInt32, size: (width: Int, height: Int)) throws {
    let format = PictureFormat(pixelFormat: .mjpeg, width: size.width, height: size.height)
    let bytes = try jpeg(width: size.width, height: size.height, subsampling: TJSAMP(subsampling))
    let frame = try #require(try convert(bytes, format))
    for (x, y) in [(4, 4), (size.width - 5, 4), (4, size.height - 5), (size.width - 5, size.height - 5)] {
      let (luma, cb, cr) = Self.colour(x: x, y: y, width: size.width, height: size.height)
      let pixel = frame.pixel(x: x, y: y)
      #expect(abs(Int(pixel.luma) - Int(luma)) <= 3)
      let chroma = subsampling == TJSAMP_GRAY.rawValue ? (cb: UInt8(128), cr: UInt8(128)) : (cb: cb, cr: cr)
      #expect(abs(Int(pixel.cb) - Int(chroma.cb)) <= 4)
      #expect(abs(Int(pixel.cr) - Int(chroma.cr)) <= 4)
    }
  }

  @Test("a JPEG that is cut off, of another size or none at all is refused, one with bytes to spare is not")
  func brokenJPEGs() throws {
    let format = PictureFormat(pixelFormat: .mjpeg, width: 64, height: 32)
    let bytes = try jpeg(width: 64, height: 32, subsampling: TJSAMP_422)
    #expect(try convert(bytes, format) != nil)
    #expect(try convert(bytes + [0, 0, 0, 0, 0], format) != nil)
    #expect(try convert(Array(bytes.dropLast(2)) + [0, 0, 0xFF, 0xD9], format) != nil)
    for count in stride(from: 0, to: bytes.count - 8, by: 7) {
      #expect(try convert(Array(bytes.prefix(count)), format) == nil)
    }
    #expect(try convert(try jpeg(width: 66, height: 32, subsampling: TJSAMP_422), format) == nil)
    #expect(try convert([UInt8](repeating: 0xFF, count: 4_000), format) == nil)
  }

  @Test("bytes that are changed never harm")
  func mutatedJPEGs() throws {
    let format = PictureFormat(pixelFormat: .mjpeg, width: 64, height: 32)
    let converter = try PictureConverter(format: format)
    let original = try jpeg(width: 64, height: 32, subsampling: TJSAMP_420)
    var state: UInt64 = 42
    func random(below bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(truncatingIfNeeded: state >> 33) % bound
    }
    for _ in 0..<2_000 {
      var bytes = original
      for _ in 0...random(below: 4) { bytes[random(below: bytes.count)] = UInt8(random(below: 256)) }
      var buffer = VideoFrameBuffer(width: 64, height: 32)
      _ = bytes.withUnsafeBytes { converter.convert($0, into: &buffer) }
    }
  }
}
