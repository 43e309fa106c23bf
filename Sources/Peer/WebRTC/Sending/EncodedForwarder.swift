internal import RTCFrames
import Synchronization

/// Passes encoded frames of one codec on as they come, from the first on that decoding can begin with.
final class EncodedForwarder<Frame: Sendable>: FrameConsumer {
  let mimeType: String
  private let mimeTypeOf: @Sendable (Frame) -> String
  private let isStart: @Sendable (Frame) -> Bool
  private let deliver: @Sendable (Frame) -> Void
  private let hasStarted = Atomic(false)

  init(
    mimeType: String, mimeTypeOf: @escaping @Sendable (Frame) -> String, isStart: @escaping @Sendable (Frame) -> Bool,
    _ deliver: @escaping @Sendable (Frame) -> Void
  ) {
    self.mimeType = mimeType
    self.mimeTypeOf = mimeTypeOf
    self.isStart = isStart
    self.deliver = deliver
  }

  /// Frames of another source follow.
  func restart() { hasStarted.store(false, ordering: .releasing) }

  func receive(_ frame: Frame) {
    // What was not negotiated cannot be sent.
    guard mimeTypeOf(frame).lowercased() == mimeType.lowercased() else { return }
    if !hasStarted.load(ordering: .acquiring) {
      guard isStart(frame) else { return }
      hasStarted.store(true, ordering: .releasing)
    }
    deliver(frame)
  }

  func finish() {}
}
