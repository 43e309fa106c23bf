internal import CV4L2Shims
import Glibc
import RTCFrames

/// The mapped buffers of a camera, all of them queued at first.
final class V4L2Buffers {
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

  /// The picture in a buffer that was taken from the queue.
  func picture(_ buffer: v4l2_buffer) -> UnsafeRawBufferPointer? {
    let index = Int(buffer.index)
    guard mapped.indices.contains(index) else { return nil }
    return UnsafeRawBufferPointer(rebasing: mapped[index].prefix(Int(buffer.bytesused)))
  }
}
