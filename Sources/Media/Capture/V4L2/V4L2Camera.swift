internal import CV4L2Shims
import Glibc
import RTCFrames

/// An open camera that streams through mapped buffers. Used on one thread.
struct V4L2Camera: ~Copyable {
  /// What becomes of a look at the camera's queue.
  enum Outcome {
    case frame(VideoFrame, sequence: UInt32)
    /// The camera says that the picture is broken, or it is too short.
    case damaged
    /// None is there yet.
    case none
    /// The signal is lost, or the driver has stopped the stream.
    case signalLost
    /// The camera is gone, or cannot go on.
    case gone(Int32)
  }

  private static let bufferCount: UInt32 = 4

  private let device: V4L2Device
  private let pool = VideoFramePool()
  private var mode: CameraMode
  private var converter: PictureConverter
  /// None while the stream has stopped.
  private var buffers: V4L2Buffers?
  /// Pictures a second, as far as the driver says.
  private(set) var frameRate: Double?

  /// Opens a camera and begins to stream in the mode best for the size and rate.
  init(path: String, width: Int, height: Int, frameRate: Double) throws(MediaError) {
    let device = try V4L2Device(path: path)
    try device.requireCapture()
    try self.init(device: device, mode: device.bestMode(width: width, height: height, frameRate: frameRate))
  }

  /// Begins to stream in a mode, or what the device has instead.
  init(device: V4L2Device, mode: CameraMode) throws(MediaError) {
    let granted = try device.set(mode)
    let converter = try PictureConverter(format: granted.format)
    let buffers = try Self.stream(device)
    self.device = device
    self.mode = mode
    self.converter = converter
    self.buffers = buffers
    self.frameRate = granted.frameRate
  }

  deinit { _ = rtc_v4l2_stop(device.descriptor) }

  /// What to wait on.
  var descriptor: Int32 { device.descriptor }
  /// What the driver delivers.
  var format: PictureFormat { converter.format }

  /// Streams from now on in the mode that is best for the size and rate.
  ///
  /// - Throws: `MediaError`. The camera is then back in its old mode, as far as it can be.
  mutating func change(width: Int, height: Int, frameRate: Double) throws(MediaError) {
    let (old, new) = (mode, device.bestMode(width: width, height: height, frameRate: frameRate))
    guard new != old else { return }
    mode = new
    do throws(MediaError) { try restart() } catch {
      mode = old
      try? restart()
      throw error
    }
  }

  /// Stops the stream, if there is one, and begins it anew: it wakes cameras that have stopped of themselves.
  ///
  /// - Throws: `MediaError`. The stream has then stopped.
  mutating func restart() throws(MediaError) {
    _ = rtc_v4l2_stop(device.descriptor)
    buffers = nil
    let granted = try device.set(mode)
    converter = try PictureConverter(format: granted.format)
    frameRate = granted.frameRate
    buffers = try Self.stream(device)
  }

  /// Takes the oldest picture of the queue.
  func read(now: MediaTime) -> Outcome {
    var buffer = v4l2_buffer()
    let result = rtc_v4l2_dequeue_buffer(device.descriptor, &buffer)
    guard result == 0 else {
      switch -result {
      case EAGAIN: return .none
      case EIO, EINVAL, EPIPE: return .signalLost
      default: return .gone(-result)
      }
    }
    let outcome = convert(buffer, now: now)
    let queued = rtc_v4l2_queue_buffer(device.descriptor, buffer.index)
    return queued == 0 ? outcome : .gone(-queued)
  }

  private static func stream(_ device: V4L2Device) throws(MediaError) -> V4L2Buffers {
    let buffers = try V4L2Buffers(device: device, count: bufferCount)
    let started = rtc_v4l2_start(device.descriptor)
    guard started == 0 else { throw .capture(-started, device: device.path, action: "started") }
    return buffers
  }

  private func convert(_ buffer: v4l2_buffer, now: MediaTime) -> Outcome {
    guard buffer.flags & UInt32(V4L2_BUF_FLAG_ERROR) == 0, let bytes = buffers?.picture(buffer) else { return .damaged }
    var picture = pool.makeBuffer(width: format.width, height: format.height)
    guard converter.convert(bytes, into: &picture) else { return .damaged }
    let time = captureTime(of: buffer, now: now)
    let frame = VideoFrame(picture, timestamp: time, metadata: FrameMetadata(captureTime: time))
    return .frame(frame, sequence: buffer.sequence)
  }

  /// The driver's time where it is on our clock; never in the future, where drivers that predict it may put it.
  private func captureTime(of buffer: v4l2_buffer, now: MediaTime) -> MediaTime {
    guard buffer.flags & UInt32(V4L2_BUF_FLAG_TIMESTAMP_MASK) == UInt32(V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC) else {
      return now
    }
    let time = MediaTime(
      nanoseconds: Int64(buffer.timestamp.tv_sec) &* 1_000_000_000 &+ Int64(buffer.timestamp.tv_usec) &* 1_000)
    return time > now || now - time > .seconds(1) ? now : time
  }
}
