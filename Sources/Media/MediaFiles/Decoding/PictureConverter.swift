internal import CFFmpeg
internal import CFFmpegShims
import RTCFrames

/// Pictures of any format as I420.
final class PictureConverter: FrameConverter {
  private let rotation: VideoRotation
  private let usualDuration: Duration
  private let pool = VideoFramePool()
  private var scaler: OpaquePointer?
  private var end: MediaTime = .zero

  init(rotation: VideoRotation, frameRate: Double?) {
    self.rotation = rotation
    usualDuration = .nanoseconds(Int64(1e9 / (frameRate ?? 25)))
  }

  deinit { sws_freeContext(scaler) }

  func convert(_ frame: UnsafeMutablePointer<AVFrame>, start: MediaTime?, duration: Duration?) -> [TimedFrame] {
    let (width, height) = (Int(frame.pointee.width), Int(frame.pointee.height))
    guard VideoFrameLayout.isValid(width: width, height: height) else { return [] }
    var buffer = pool.makeBuffer(width: width, height: height)
    let layout = buffer.layout
    let result = buffer.withUnsafePlanes { luma, cb, cr in
      rtc_ffmpeg_convert_picture(
        &scaler, frame, luma.baseAddress, Int32(layout.lumaStride), cb.baseAddress, cr.baseAddress,
        Int32(layout.chromaStride))
    }
    guard result >= 0 else { return [] }
    let start = start ?? end
    end = start + (duration ?? usualDuration)
    let picture = VideoFrame(buffer, timestamp: start, rotation: rotation)
    return [TimedFrame(start: start, end: end, content: .picture(picture))]
  }

  func finish() -> [TimedFrame] { [] }
  func reset() {}
}
