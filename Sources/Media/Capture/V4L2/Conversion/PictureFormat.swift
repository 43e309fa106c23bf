internal import CV4L2Shims

/// What a driver has agreed to deliver.
struct PictureFormat: Hashable, Sendable {
  var pixelFormat: V4L2PixelFormat
  var width: Int
  var height: Int
  /// Bytes from one row to the next; of chroma in planes half of it. Without meaning for compressed pictures.
  var stride: Int
  /// Whether black is 0 and white 255, rather than 16 and 235.
  var isFullRange: Bool

  init(pixelFormat: V4L2PixelFormat, width: Int, height: Int, stride: Int? = nil, isFullRange: Bool? = nil) {
    self.pixelFormat = pixelFormat
    self.width = width
    self.height = height
    self.stride = max(stride ?? 0, Self.rowBytes(pixelFormat, width: width))
    self.isFullRange = isFullRange ?? (pixelFormat.isCompressed || pixelFormat == .grey)
  }

  /// The format that a driver has told; `nil` where it is none that is read.
  init?(_ granted: v4l2_pix_format) {
    guard let pixelFormat = V4L2PixelFormat(code: granted.pixelformat) else { return nil }
    // JPEG files are of full range (JFIF 1.02), and so is the brightness that sensors without colour measure; drivers
    // seldom say so.
    let isFullRange: Bool? =
      switch granted.quantization {
      case UInt32(V4L2_QUANTIZATION_FULL_RANGE.rawValue): true
      case UInt32(V4L2_QUANTIZATION_LIM_RANGE.rawValue): false
      default: granted.colorspace == UInt32(V4L2_COLORSPACE_JPEG.rawValue) ? true : nil
      }
    self.init(
      pixelFormat: pixelFormat, width: Int(granted.width), height: Int(granted.height),
      stride: Int(granted.bytesperline), isFullRange: isFullRange)
  }

  /// Bytes that a whole picture has; the last row may lack its padding.
  var byteCount: Int {
    let luma = stride * (height - 1) + Self.rowBytes(pixelFormat, width: width)
    let chromaRows = (height + 1) / 2
    return switch pixelFormat {
    case .yuyv, .grey: luma
    case .nv12: stride * (height + chromaRows - 1) + (width + 1) / 2 * 2
    case .yu12: stride * height + chromaStride * (2 * chromaRows - 1) + (width + 1) / 2
    // What is shorter than the markers around a picture is none.
    case .mjpeg, .jpeg: 4
    }
  }

  /// Bytes from one row of chroma to the next, where chroma has planes of its own.
  var chromaStride: Int { (stride + 1) / 2 }

  private static func rowBytes(_ format: V4L2PixelFormat, width: Int) -> Int {
    switch format {
    case .yuyv: (width + 1) / 2 * 4
    case .nv12, .yu12, .grey: width
    case .mjpeg, .jpeg: 0
    }
  }
}
