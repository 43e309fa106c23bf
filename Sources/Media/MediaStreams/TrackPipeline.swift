import RTCFrames
import Synchronization

/// The way of a track's frames from its source to its consumers, for one kind of frame.
///
/// Everything here runs on the thread that made the frame; each consumer has a mailbox of its own.
final class TrackPipeline<Frame: Sendable>: SourceObserver {
  struct State: Sendable {
    var isEnabled = true
    var isEnded = false
    /// What a disabled track shows, kept while the frames keep their form.
    var blank: Frame?
    var statistics = TrackFrameCounts()
  }

  let consumers = FrameBroadcast<Frame>()
  private let state = Mutex(State())
  /// Turns a frame into black or silence of the same form, given the last result to reuse.
  private let makeBlank: @Sendable (Frame, Frame?) -> Frame
  /// Told of what the source does; set once by the track.
  private let onSourceEvent: @Sendable (SourceEvent) -> Void

  init(
    makeBlank: @escaping @Sendable (Frame, Frame?) -> Frame, onSourceEvent: @escaping @Sendable (SourceEvent) -> Void
  ) {
    self.makeBlank = makeBlank
    self.onSourceEvent = onSourceEvent
  }

  var counts: TrackFrameCounts { state.withLock { $0.statistics } }

  func setEnabled(_ isEnabled: Bool) { state.withLock { $0.isEnabled = isEnabled } }

  func end() {
    state.withLock { $0.isEnded = true }
    consumers.finish()
  }

  func receive(_ frame: Frame) {
    let delivered: Frame? = state.withLock { state in
      guard !state.isEnded else { return nil }
      state.statistics.total += 1
      if state.isEnabled {
        state.statistics.delivered += 1
        return frame
      }
      let blank = makeBlank(frame, state.blank)
      state.blank = blank
      return blank
    }
    if let delivered { consumers.send(delivered) }
  }

  func sourceMuted(_ isMuted: Bool) { onSourceEvent(.muted(isMuted)) }
  func sourceEnded() { onSourceEvent(.ended) }
  func sourceConfigurationChanged() { onSourceEvent(.configurationChanged) }
}

/// What a source tells its tracks beside frames.
enum SourceEvent: Sendable {
  case muted(Bool)
  case ended
  case configurationChanged
}

/// Frames that a track has seen.
struct TrackFrameCounts: Sendable {
  /// Delivered while the track was enabled.
  var delivered = 0
  /// All that came from the source.
  var total = 0
}
