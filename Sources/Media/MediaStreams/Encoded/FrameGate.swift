import RTCFrames
import Synchronization

/// Passes compressed frames on to a track's consumers while the track is enabled: they cannot be made black.
final class FrameGate<Frame: Sendable>: FrameConsumer {
  let consumers = FrameBroadcast<Frame>()
  private let isOpen = Mutex(true)

  func setOpen(_ isOpen: Bool) { self.isOpen.withLock { $0 = isOpen } }
  func receive(_ frame: Frame) { if isOpen.withLock({ $0 }) { consumers.send(frame) } }
  func finish() { consumers.finish() }
}
