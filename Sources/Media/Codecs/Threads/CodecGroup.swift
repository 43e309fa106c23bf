import RTCFrames

/// The codecs of one connection. Those of one group share what is theirs of the codec threads, whose time is divided fairly
/// between groups: a connection with sixty tracks gets as much as one with two. They also share what they may have of memory.
package final class CodecGroup: Sendable {
  /// Bytes of compressed pictures that wait before all decoders of a connection at most: as much as waits in its jitter
  /// buffers.
  package static let waitingByteLimit = 64 << 20
  /// Pixels of the pictures of all decoders of a connection at most: 30 tracks of 1920x1080, 69 of 1280x720. A decoder keeps
  /// several pictures of its size.
  package static let pixelLimit = 64_000_000

  let waitingBytes = SharedBudget(limit: waitingByteLimit)
  let pixels: SharedBudget

  package init(pixelLimit: Int = pixelLimit) { pixels = SharedBudget(limit: pixelLimit) }
}
