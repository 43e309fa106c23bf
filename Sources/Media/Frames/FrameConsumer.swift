/// Takes frames on the thread that made them. It must only store or count, and never wait: whoever works on frames does
/// so behind a mailbox of its own, so that a slow consumer delays nobody.
package protocol FrameConsumer<Frame>: AnyObject, Sendable {
  associatedtype Frame: Sendable
  /// A frame; after `finish` it is to be ignored.
  func receive(_ frame: Frame)
  /// No frame comes any more.
  func finish()
  /// Calls `body` once, as soon as the next frame would cost no other: at once, unless it is known to be behind.
  func whenReady(_ body: @escaping @Sendable () -> Void)
}

extension FrameConsumer {
  package func whenReady(_ body: @escaping @Sendable () -> Void) { body() }
}
