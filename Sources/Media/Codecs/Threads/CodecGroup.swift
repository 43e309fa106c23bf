import RTCFrames

/// The codecs of one connection. Those of one group share what is theirs of the codec threads, whose time is divided fairly
/// between groups: a connection with sixty tracks gets as much as one with two.
package final class CodecGroup: Sendable {
  /// Bytes of compressed pictures that wait before all decoders of a connection at most: as much as waits in its jitter
  /// buffers.
  package static let waitingByteLimit = 64 << 20

  let waitingBytes = SharedBudget(limit: waitingByteLimit)

  package init() {}
}
