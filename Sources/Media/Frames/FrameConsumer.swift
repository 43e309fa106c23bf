/// Takes frames on the thread that made them. It must only store or count, and never wait: whoever works on frames does
/// so behind a mailbox of its own, so that a slow consumer delays nobody.
package protocol FrameConsumer<Frame>: AnyObject, Sendable {
  associatedtype Frame: Sendable
  /// A frame; after `finish` it is to be ignored.
  func receive(_ frame: Frame)
  /// No frame comes any more.
  func finish()
}
