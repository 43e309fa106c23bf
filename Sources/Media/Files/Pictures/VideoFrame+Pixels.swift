internal import CYUV
import RTCFrames
internal import RTCProcessing

extension VideoFrame {
  /// The picture in another size.
  ///
  /// Peers send pictures of any shape: kept over 320 columns, that of 2x8190 pixels would have a million rows. A size that
  /// no frame may have is therefore taken for the nearest one that frames may, so that none of what follows from a
  /// picture's shape is an error.
  ///
  /// - Parameters:
  ///   - width: pixels in a row, within `1...VideoFrameLayout.maximumDimension`.
  ///   - height: rows, within the same; the picture keeps its shape, as far as there are rows for it, if it is `nil`.
  public func scaled(width: Int, height: Int? = nil) -> VideoFrame {
    func possible(_ length: Int) -> Int { min(max(length, 1), VideoFrameLayout.maximumDimension) }
    let width = possible(width)
    let height = height ?? Int((Double(self.height * width) / Double(self.width)).rounded())
    return VideoScaler().scale(self, width: width, height: possible(height))
  }

  /// The upright picture in the colours of a screen: red, green, blue and 255 of each pixel, row by row.
  public func rgba() -> [UInt8] {
    let frame = upright
    let layout = frame.layout
    var pixels = [UInt8](repeating: 0, count: layout.width * layout.height * 4)
    frame.withUnsafePlanes { luma, cb, cr in
      // "ABGR" is what libyuv calls red first in memory.
      _ = I420ToABGR(
        luma, Int32(layout.lumaStride), cb, Int32(layout.chromaStride), cr, Int32(layout.chromaStride), &pixels,
        Int32(layout.width * 4), Int32(layout.width), Int32(layout.height))
    }
    return pixels
  }

  /// Red, green and blue of each pixel, as the picture lies.
  func rgb() -> [UInt8] {
    let layout = layout
    var pixels = [UInt8](repeating: 0, count: layout.width * layout.height * 3)
    withUnsafePlanes { luma, cb, cr in
      // "RAW" is what libyuv calls red first in memory.
      _ = I420ToRAW(
        luma, Int32(layout.lumaStride), cb, Int32(layout.chromaStride), cr, Int32(layout.chromaStride), &pixels,
        Int32(layout.width * 3), Int32(layout.width), Int32(layout.height))
    }
    return pixels
  }

  /// The picture as it is to be shown.
  var upright: VideoFrame {
    if rotation == .none { return self }
    let keepsSize = rotation == .clockwise180
    var buffer = VideoFrameBuffer(width: keepsSize ? width : height, height: keepsSize ? height : width)
    let (source, target) = (layout, buffer.layout)
    let mode = RotationMode(UInt32(rotation.rawValue))
    withUnsafePlanes { luma, cb, cr in
      buffer.withUnsafePlanes { targetLuma, targetCb, targetCr in
        _ = I420Rotate(
          luma, Int32(source.lumaStride), cb, Int32(source.chromaStride), cr, Int32(source.chromaStride),
          targetLuma.baseAddress, Int32(target.lumaStride), targetCb.baseAddress, Int32(target.chromaStride),
          targetCr.baseAddress, Int32(target.chromaStride), Int32(source.width), Int32(source.height), mode)
      }
    }
    return VideoFrame(buffer, timestamp: timestamp)
  }
}
