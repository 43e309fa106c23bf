internal import CYUV
import RTCFrames

/// Changes the size of pictures, by libyuv, into storage of its own pool.
package final class VideoScaler: Sendable {
  /// A part of a picture, in pixels.
  package struct Region: Hashable, Sendable {
    package var x: Int
    package var y: Int
    package var width: Int
    package var height: Int

    package init(x: Int, y: Int, width: Int, height: Int) {
      self.x = x
      self.y = y
      self.width = width
      self.height = height
    }
  }

  private let pool: VideoFramePool

  package init(pool: VideoFramePool = VideoFramePool(limit: 4)) { self.pool = pool }

  /// The picture, or a region of it, in another size. A picture that has the size is returned as it is.
  ///
  /// - Parameter region: what to keep; its corner is moved to even pixels, where chroma has samples. `nil` for all.
  /// - Precondition: the size is one that frames may have, and the region lies within the picture.
  package func scale(_ frame: VideoFrame, width: Int, height: Int, region: Region? = nil) -> VideoFrame {
    let region = region ?? Region(x: 0, y: 0, width: frame.width, height: frame.height)
    precondition(
      region.x >= 0 && region.y >= 0 && region.width > 0 && region.height > 0
        && region.x + region.width <= frame.width && region.y + region.height <= frame.height,
      "the region \(region) lies outside a picture of \(frame.width)x\(frame.height)")
    if region.width == frame.width, region.height == frame.height, width == frame.width, height == frame.height {
      return frame
    }
    let (x, y) = (region.x & ~1, region.y & ~1)
    var target = pool.makeBuffer(width: width, height: height)
    let (source, layout) = (frame.layout, target.layout)
    target.withUnsafePlanes { luma, cb, cr in
      frame.withUnsafePlanes { sourceLuma, sourceCb, sourceCr in
        let chroma = y / 2 * source.chromaStride + x / 2
        // The box filter averages all pixels when shrinking; growing, libyuv takes it as bilinear.
        _ = I420Scale(
          sourceLuma + (y * source.lumaStride + x), Int32(source.lumaStride), sourceCb + chroma,
          Int32(source.chromaStride), sourceCr + chroma, Int32(source.chromaStride), Int32(region.width),
          Int32(region.height), luma.baseAddress, Int32(layout.lumaStride), cb.baseAddress,
          Int32(layout.chromaStride), cr.baseAddress, Int32(layout.chromaStride), Int32(width), Int32(height),
          kFilterBox)
      }
    }
    return VideoFrame(target, timestamp: frame.timestamp, rotation: frame.rotation, metadata: frame.metadata)
  }
}
