internal import CFFmpeg

/// A piece of a stream as it lies in the file.
final class Packet {
  let pointer: UnsafeMutablePointer<AVPacket>

  /// `nil` when there is no memory.
  init?() {
    guard let pointer = av_packet_alloc() else { return nil }
    self.pointer = pointer
  }

  deinit {
    var pointer: UnsafeMutablePointer<AVPacket>? = pointer
    av_packet_free(&pointer)
  }

  var stream: Int32 { pointer.pointee.stream_index }
  var byteCount: Int { max(0, Int(pointer.pointee.size)) }
  /// Whether a decoder can begin here.
  var isKey: Bool { pointer.pointee.flags & AV_PKT_FLAG_KEY != 0 }
}
