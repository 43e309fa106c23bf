internal import CTurboJPEG
internal import CYUV
import RTCFrames

/// Decodes the pictures of an MJPEG camera into I420, by TurboJPEG. Used on one thread.
///
/// Luma is decoded into the frame itself, and so is chroma that has a quarter of its samples; other chroma goes through
/// memory of the decoder's own, from which it is averaged into the frame.
final class JPEGDecoder {
  private let handle: tjhandle
  private var chroma: [UInt8] = []

  /// - Throws: `MediaError` with `AbortError`, when there is no memory.
  init() throws(MediaError) {
    guard let handle = tjInitDecompress() else {
      throw MediaError(.abortError, "the JPEG decoder could not be made: \(String(cString: tjGetErrorStr2(nil)))")
    }
    self.handle = handle
  }

  deinit { tjDestroy(handle) }

  /// Decodes a picture that has the size of `picture`, in the range that it has.
  ///
  /// - Returns: `false` when it is broken, cut off or has another size.
  func decode(_ bytes: UnsafeRawBufferPointer, into picture: inout VideoFrameBuffer) -> Bool {
    let layout = picture.layout
    guard let source = bytes.assumingMemoryBound(to: UInt8.self).baseAddress else { return false }
    let count = UInt(bytes.count)
    var (width, height, subsampling, colours) = (Int32(0), Int32(0), Int32(0), Int32(0))
    guard tjDecompressHeader3(handle, source, count, &width, &height, &subsampling, &colours) == 0,
      width == layout.width, height == layout.height, isPlanar(subsampling: subsampling, layout: layout)
    else { return false }
    // Of chroma planes there are two or none; their size follows from the subsampling.
    let isGrey = subsampling == Int32(TJSAMP_GRAY.rawValue)
    let isDirect = subsampling == Int32(TJSAMP_420.rawValue)
    let chromaWidth = isGrey ? 0 : Int(tjPlaneWidth(1, width, subsampling))
    let chromaHeight = isGrey ? 0 : Int(tjPlaneHeight(1, height, subsampling))
    let size = isGrey || isDirect ? 0 : chromaWidth * chromaHeight
    if chroma.count < 2 * size { chroma = [UInt8](repeating: 0, count: 2 * size) }

    return picture.withUnsafePlanes { luma, cb, cr in
      chroma.withUnsafeMutableBufferPointer { chroma in
        let scratch = (blue: chroma.baseAddress, red: chroma.baseAddress.map { $0 + size })
        var planes = [
          luma.baseAddress, isDirect ? cb.baseAddress : scratch.blue, isDirect ? cr.baseAddress : scratch.red,
        ]
        let scratchStride = Int32(chromaWidth)
        var strides = [
          Int32(layout.lumaStride), isDirect ? Int32(layout.chromaStride) : scratchStride,
          isDirect ? Int32(layout.chromaStride) : scratchStride,
        ]
        let result = tjDecompressToYUVPlanes(handle, source, count, &planes, 0, &strides, 0, TJFLAG_LIMITSCANS)
        guard result == 0 || isHarmless() else { return false }
        if isGrey {
          cb.update(repeating: 128)
          cr.update(repeating: 128)
        } else if !isDirect {
          // Only where both are halved is the average of a box quick; in one direction, bilinear is the same average.
          let isHalved = chromaWidth != layout.chromaWidth && chromaHeight != layout.chromaHeight
          for (from, target) in [(scratch.blue, cb), (scratch.red, cr)] {
            ScalePlane(
              from, scratchStride, Int32(chromaWidth), Int32(chromaHeight), target.baseAddress,
              Int32(layout.chromaStride), Int32(layout.chromaWidth), Int32(layout.chromaHeight),
              isHalved ? kFilterBox : kFilterBilinear)
          }
        }
        return true
      }
    }
  }

  /// Whether the planes that TurboJPEG writes, which it pads to whole blocks of chroma, have room in the frame.
  private func isPlanar(subsampling: Int32, layout: VideoFrameLayout) -> Bool {
    guard (0..<Int32(TJ_NUMSAMP)).contains(subsampling) else { return false }
    return tjPlaneWidth(0, Int32(layout.width), subsampling) <= layout.lumaStride
      && tjPlaneHeight(0, Int32(layout.height), subsampling) == layout.height
  }

  /// Many cameras leave bytes between the picture and its end marker. Other warnings mean that a part is missing.
  private func isHarmless() -> Bool {
    tjGetErrorCode(handle) == Int32(TJERR_WARNING.rawValue)
      && String(cString: tjGetErrorStr2(handle)).contains("extraneous bytes")
  }
}
