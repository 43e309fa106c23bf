/// The bytes of a picture, shared by all copies of its frame. They never change; with the last copy they go back to
/// their pool.
final class VideoFrameStorage: Sendable {
  let layout: VideoFrameLayout
  let bytes: [UInt8]
  private let pool: VideoFramePool?

  init(layout: VideoFrameLayout, bytes: [UInt8], pool: VideoFramePool?) {
    self.layout = layout
    self.bytes = bytes
    self.pool = pool
  }

  deinit { pool?.give(bytes) }
}
