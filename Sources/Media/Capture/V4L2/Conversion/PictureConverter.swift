internal import CYUV
import RTCFrames

/// Turns pictures of a driver's format into I420 of limited range: one pass from the driver's memory into the frame's.
struct PictureConverter: ~Copyable {
  let format: PictureFormat
  private let decoder: JPEGDecoder?

  /// - Throws: `MediaError` with `AbortError`, when the JPEG decoder has no memory.
  init(format: PictureFormat) throws(MediaError) {
    self.format = format
    decoder = format.pixelFormat.isCompressed ? try JPEGDecoder() : nil
  }

  /// Fills a picture that has the size of the format.
  ///
  /// - Returns: `false` when the bytes are no whole picture; what is then in `picture` is to be thrown away.
  func convert(_ bytes: UnsafeRawBufferPointer, into picture: inout VideoFrameBuffer) -> Bool {
    guard let source = bytes.assumingMemoryBound(to: UInt8.self).baseAddress, bytes.count >= format.byteCount,
      picture.layout.width == format.width, picture.layout.height == format.height
    else { return false }
    if let decoder {
      guard decoder.decode(bytes, into: &picture) else { return false }
    } else {
      convert(source, into: &picture)
    }
    if format.isFullRange { picture.limitRange() }
    return true
  }

  private func convert(_ source: UnsafePointer<UInt8>, into picture: inout VideoFrameBuffer) {
    let layout = picture.layout
    let (width, height, stride) = (Int32(format.width), Int32(format.height), Int32(format.stride))
    let (lumaStride, chromaStride) = (Int32(layout.lumaStride), Int32(layout.chromaStride))
    let chroma = source + format.stride * format.height
    picture.withUnsafePlanes { luma, cb, cr in
      switch format.pixelFormat {
      case .yuyv:
        _ = YUY2ToI420(
          source, stride, luma.baseAddress, lumaStride, cb.baseAddress, chromaStride, cr.baseAddress, chromaStride,
          width, height)
      case .nv12:
        _ = NV12ToI420(
          source, stride, chroma, stride, luma.baseAddress, lumaStride, cb.baseAddress, chromaStride, cr.baseAddress,
          chromaStride, width, height)
      case .yu12:
        let red = chroma + format.chromaStride * layout.chromaHeight
        _ = I420Copy(
          source, stride, chroma, Int32(format.chromaStride), red, Int32(format.chromaStride), luma.baseAddress,
          lumaStride, cb.baseAddress, chromaStride, cr.baseAddress, chromaStride, width, height)
      case .grey:
        _ = I400ToI420(
          source, stride, luma.baseAddress, lumaStride, cb.baseAddress, chromaStride, cr.baseAddress, chromaStride,
          width, height)
      case .mjpeg, .jpeg:
        preconditionFailure("a compressed picture has its decoder")
      }
    }
  }
}

extension VideoFrameBuffer {
  /// Squeezes values of 0...255 into the limited range that frames have (BT.601, 16...235 and 16...240), in place.
  mutating func limitRange() {
    withUnsafePlanes { luma, cb, cr in
      // Divided by 255 without a division, so that it runs on vectors: exact to the rounding.
      for index in luma.indices {
        let value = UInt16(truncatingIfNeeded: luma[index]) &* 219 &+ 128
        luma[index] = UInt8(truncatingIfNeeded: (value &+ (value &>> 8)) &>> 8) &+ 16
      }
      for plane in [cb, cr] {
        for index in plane.indices {
          // 128 stays 128.
          let value = UInt16(truncatingIfNeeded: plane[index]) &* 224 &+ 3_968 &+ 128
          plane[index] = UInt8(truncatingIfNeeded: (value &+ (value &>> 8)) &>> 8)
        }
      }
    }
  }
}
