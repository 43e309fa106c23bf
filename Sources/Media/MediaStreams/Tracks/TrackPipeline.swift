import RTCFrames
import Synchronization

/// The way of a track's frames from its source to its consumers, for one kind of frame.
///
/// Everything here runs on the thread that made the frame; each consumer has a mailbox of its own.
final class TrackPipeline<Frame: MeasuredFrame>: SourceObserver {
  struct State: Sendable {
    var isEnabled = true
    var isEnded = false
    /// What a disabled or muted track shows, kept while the frames keep their form.
    var blank: Frame?
    /// Of what form blanks are while no frame comes, and which time they continue.
    var last: (frame: Frame, arrival: MediaTime)?
    /// Blanks while the source is muted.
    var blanking: Task<Void, Never>?
    var counts = TrackFrameCounts()
    /// Makes the track's frames of those of the source; `nil` when they are the same.
    var adapter: (any FrameAdapter<Frame>)?
  }

  /// Between two blanks of a muted source (webrtc-pc §5.2, `RTCRtpSender.track`).
  private static var blankInterval: Duration { .seconds(1) }

  let consumers = FrameBroadcast<Frame>()
  private let state = Mutex(State())
  /// Turns a frame into black or silence of the same form, given the last result to reuse.
  private let makeBlank: @Sendable (Frame, Frame?) -> Frame
  /// Whether consumers get blanks while the source is muted.
  private let blanksWhileMuted: Bool
  /// Told of what the source does; set once by the track.
  private let onSourceEvent: @Sendable (SourceEvent) -> Void

  init(
    blanksWhileMuted: Bool, makeBlank: @escaping @Sendable (Frame, Frame?) -> Frame,
    onSourceEvent: @escaping @Sendable (SourceEvent) -> Void
  ) {
    self.blanksWhileMuted = blanksWhileMuted
    self.makeBlank = makeBlank
    self.onSourceEvent = onSourceEvent
  }

  var counts: TrackFrameCounts { state.withLock { $0.counts } }

  func resetLatency() { state.withLock { $0.counts.latency = TrackFrameCounts.Latency() } }

  func setEnabled(_ isEnabled: Bool) { state.withLock { $0.isEnabled = isEnabled } }

  func setAdapter(_ adapter: (any FrameAdapter<Frame>)?) { state.withLock { $0.adapter = adapter } }

  deinit { state.withLock { $0.blanking }?.cancel() }

  func end() {
    state.withLock { state in
      state.isEnded = true
      state.last = nil
      state.blanking?.cancel()
    }
    consumers.finish()
  }

  func receive(_ frame: Frame) {
    // Adapted outside the lock: it takes its time.
    let adapter = state.withLock { $0.isEnded ? nil : $0.adapter }
    let adapted = adapter?.adapt(frame) ?? .frame(frame)
    let delivered: Frame? = state.withLock { state in
      guard !state.isEnded else { return nil }
      if state.isEnabled { state.counts.note(frame, adapted) }
      guard case .frame(let frame) = adapted else { return nil }
      if blanksWhileMuted { state.last = (frame, .now) }
      if state.isEnabled { return frame }
      let blank = makeBlank(frame, state.blank)
      state.blank = blank
      return blank
    }
    if let delivered { consumers.send(delivered) }
  }

  func sourceMuted(_ isMuted: Bool) {
    onSourceEvent(.muted(isMuted))
    guard blanksWhileMuted else { return }
    state.withLock { state in
      state.blanking?.cancel()
      guard isMuted, !state.isEnded else { return state.blanking = nil }
      state.blanking = Task { [weak self] in
        while !Task.isCancelled, self?.sendBlank() == true { try? await Task.sleep(for: Self.blankInterval) }
      }
    }
  }

  /// - Returns: whether there is something to make a blank of.
  private func sendBlank() -> Bool {
    let blank: Frame? = state.withLock { state in
      guard state.blanking != nil, let last = state.last else { return nil }
      var blank = makeBlank(last.frame, state.blank)
      state.blank = blank
      blank.timestamp = last.frame.timestamp + (.now - last.arrival)
      return blank
    }
    if let blank { consumers.send(blank) }
    return blank != nil
  }

  func sourceEnded() { onSourceEvent(.ended) }
  func sourceConfigurationChanged() { onSourceEvent(.configurationChanged) }
  func whenReady(_ body: @escaping @Sendable () -> Void) { consumers.whenReady(body) }
}

/// What a source tells its tracks beside frames.
enum SourceEvent: Sendable {
  case muted(Bool)
  case ended
  case configurationChanged
}
