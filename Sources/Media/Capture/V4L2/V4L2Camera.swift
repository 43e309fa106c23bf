internal import CV4L2Shims
internal import CYUV
import Glibc
import RTCFrames

/// An open camera that streams YUYV through mapped buffers. Used on one thread.
struct V4L2Camera: ~Copyable {
  /// What becomes of a look at the camera's queue.
  enum Outcome {
    case frame(VideoFrame, sequence: UInt32)
    /// The camera says that the picture is broken, or it is too short.
    case damaged
    /// None is there yet.
    case none
    /// The signal is lost for the time being.
    case signalLost
    /// The camera is gone, or cannot go on.
    case gone(Int32)
  }

  private static let bufferCount: UInt32 = 4

  let path: String
  let width: Int
  let height: Int
  /// Frames a second, as far as the driver says.
  let frameRate: Double?
  private let device: V4L2Device
  private let stride: Int
  private let buffers: V4L2Buffers
  private let pool = VideoFramePool()

  /// Opens a camera and begins to stream in the size nearest to the one asked for.
  init(path: String, width: Int, height: Int, frameRate: Double) throws(MediaError) {
    let device = try V4L2Device(path: path)
    try device.requireCapture()
    var granted = v4l2_pix_format()
    let result = rtc_v4l2_set_format(
      device.descriptor, rtc_v4l2_pixel_format_yuyv, UInt32(clamping: width), UInt32(clamping: height), &granted)
    guard result == 0 else { throw .capture(-result, device: path, action: "set up") }
    guard granted.pixelformat == rtc_v4l2_pixel_format_yuyv else {
      let formats = device.formats().map(\.name).joined(separator: ", ")
      throw MediaError(.notSupportedError, "\(path) has no YUYV pictures, the only ones read; it has \(formats)")
    }
    let size = (width: Int(granted.width), height: Int(granted.height))
    guard VideoFrameLayout.isValid(width: size.width, height: size.height) else {
      throw MediaError(.notSupportedError, "\(path) delivers \(size.width)x\(size.height), which no frame can have")
    }
    var rate: UInt32 = 0
    // A camera that cannot choose its rate has one all the same.
    _ = rtc_v4l2_set_rate(device.descriptor, UInt32(clamping: Int(frameRate * 1_000)), &rate)
    let buffers = try V4L2Buffers(device: device, count: Self.bufferCount)
    let started = rtc_v4l2_start(device.descriptor)
    guard started == 0 else { throw .capture(-started, device: path, action: "started") }
    self.device = device
    self.buffers = buffers
    self.path = path
    (self.width, self.height) = size
    self.frameRate = rate > 0 ? Double(rate) / 1_000 : nil
    stride = max(Int(granted.bytesperline), size.width * 2)
  }

  deinit { _ = rtc_v4l2_stop(device.descriptor) }

  /// What to wait on.
  var descriptor: Int32 { device.descriptor }

  /// Takes the oldest picture of the queue.
  func read(now: MediaTime) -> Outcome {
    var buffer = v4l2_buffer()
    let result = rtc_v4l2_dequeue_buffer(device.descriptor, &buffer)
    guard result == 0 else {
      switch -result {
      case EAGAIN: return .none
      case EIO: return .signalLost
      default: return .gone(-result)
      }
    }
    let outcome = convert(buffer, now: now)
    let queued = rtc_v4l2_queue_buffer(device.descriptor, buffer.index)
    return queued == 0 ? outcome : .gone(-queued)
  }

  private func convert(_ buffer: v4l2_buffer, now: MediaTime) -> Outcome {
    guard buffer.flags & UInt32(V4L2_BUF_FLAG_ERROR) == 0, let memory = buffers.memory(Int(buffer.index)),
      min(memory.count, Int(buffer.bytesused)) >= stride * (height - 1) + width * 2, let base = memory.baseAddress
    else { return .damaged }
    var picture = pool.makeBuffer(width: width, height: height)
    let layout = picture.layout
    picture.withUnsafePlanes { luma, cb, cr in
      _ = YUY2ToI420(
        base.assumingMemoryBound(to: UInt8.self), Int32(stride), luma.baseAddress, Int32(layout.lumaStride),
        cb.baseAddress, Int32(layout.chromaStride), cr.baseAddress, Int32(layout.chromaStride), Int32(width),
        Int32(height))
    }
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

/// The mapped buffers of a camera, all of them queued.
private final class V4L2Buffers {
  private let device: V4L2Device
  private var mapped: [UnsafeMutableRawBufferPointer] = []

  init(device: V4L2Device, count: UInt32) throws(MediaError) {
    self.device = device
    var granted: UInt32 = 0
    let requested = rtc_v4l2_request_buffers(device.descriptor, count, &granted)
    guard requested == 0, granted > 0 else {
      throw .capture(requested == 0 ? ENOMEM : -requested, device: device.path, action: "given memory")
    }
    for index in 0..<granted {
      var address: UnsafeMutableRawPointer?
      var length = 0
      var result = rtc_v4l2_map_buffer(device.descriptor, index, &address, &length)
      if result == 0 {
        mapped.append(UnsafeMutableRawBufferPointer(start: address, count: length))
        result = rtc_v4l2_queue_buffer(device.descriptor, index)
      }
      guard result == 0 else { throw .capture(-result, device: device.path, action: "given memory") }
    }
  }

  deinit {
    for memory in mapped { _ = rtc_v4l2_unmap_buffer(memory.baseAddress, memory.count) }
    var granted: UInt32 = 0
    _ = rtc_v4l2_request_buffers(device.descriptor, 0, &granted)
  }

  func memory(_ index: Int) -> UnsafeMutableRawBufferPointer? { mapped.indices.contains(index) ? mapped[index] : nil }
}
