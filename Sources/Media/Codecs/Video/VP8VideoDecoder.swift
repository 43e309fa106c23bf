import CVPXShims
import CYUV
import RTCFrames

/// VP8 (RFC 6386) by libvpx, into pooled pictures.
///
/// After an error it waits for a key frame: what refers to a broken picture is broken too.
final class VP8VideoDecoder: VideoDecoder {
  let implementationName = "libvpx"
  private let context: UnsafeMutablePointer<vpx_codec_ctx_t>
  private let maximumPixelCount: Int
  private let pool = VideoFramePool()
  private var needsKeyFrame = true

  init(_ configuration: VideoDecoderConfiguration) throws {
    maximumPixelCount = configuration.maximumPixelCount
    context = .allocate(capacity: 1)
    context.initialize(to: vpx_codec_ctx_t())
    guard rtc_vpx_vp8_decoder_init(context) == VPX_CODEC_OK else {
      context.deallocate()
      throw MediaError(.notSupportedError, "libvpx cannot make a VP8 decoder")
    }
  }

  deinit {
    vpx_codec_destroy(context)
    context.deallocate()
  }

  func decode(_ frame: EncodedVideoFrame) throws -> VideoFrame? {
    guard let header = VP8FrameHeader(frame.bytes) else {
      needsKeyFrame = true
      throw MediaError(.encodingError, "\(frame.bytes.count) bytes do not begin as a VP8 frame does")
    }
    if header.isKeyFrame {
      // Before libvpx allocates for it: 14 bits can ask for 268 million pixels.
      guard VideoFrameLayout.isValid(width: header.width, height: header.height),
        header.width * header.height <= maximumPixelCount
      else {
        needsKeyFrame = true
        throw MediaError(
          .encodingError,
          "a picture of \(header.width)x\(header.height) is beyond the limit of \(maximumPixelCount) pixels")
      }
    } else if needsKeyFrame {
      throw MediaError(.encodingError, "a VP8 stream is decoded from a key frame on")
    }
    needsKeyFrame = true
    let status = frame.bytes.withUnsafeBufferPointer {
      vpx_codec_decode(context, $0.baseAddress, UInt32($0.count), nil, 0)
    }
    guard status == VPX_CODEC_OK else {
      throw MediaError(.encodingError, "a VP8 frame is broken: \(String(cString: vpx_codec_err_to_string(status)))")
    }
    var corrupted: Int32 = 0
    if rtc_vpx_get_frame_corrupted(context, &corrupted) == VPX_CODEC_OK, corrupted != 0 {
      throw MediaError(.encodingError, "a VP8 frame is broken or refers to a broken one")
    }
    var iterator: vpx_codec_iter_t?
    let image = vpx_codec_get_frame(context, &iterator)
    needsKeyFrame = false
    // A frame that is not shown makes none (RFC 6386 §9.1, show_frame).
    guard let image else { return nil }
    return try copy(image, of: frame)
  }

  private func copy(_ image: UnsafeMutablePointer<vpx_image_t>, of frame: EncodedVideoFrame) throws -> VideoFrame {
    let image = image.pointee
    let (width, height) = (Int(image.d_w), Int(image.d_h))
    guard image.fmt == VPX_IMG_FMT_I420, VideoFrameLayout.isValid(width: width, height: height) else {
      throw MediaError(.encodingError, "a decoded picture of \(width)x\(height) is not I420")
    }
    var buffer = pool.makeBuffer(width: width, height: height)
    let layout = buffer.layout
    buffer.withUnsafePlanes { luma, cb, cr in
      _ = I420Copy(
        image.planes.0, image.stride.0, image.planes.1, image.stride.1, image.planes.2, image.stride.2,
        luma.baseAddress, Int32(layout.lumaStride), cb.baseAddress, Int32(layout.chromaStride), cr.baseAddress,
        Int32(layout.chromaStride), Int32(width), Int32(height))
    }
    return VideoFrame(buffer, timestamp: frame.timestamp, rotation: frame.rotation, metadata: frame.metadata)
  }
}
