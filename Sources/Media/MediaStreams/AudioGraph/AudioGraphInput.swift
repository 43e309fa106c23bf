import RTCFrames
internal import RTCProcessing
import Synchronization

/// The sound of a track on its way into a graph. Frames come on the thread of the track's source.
final class AudioGraphInput: FrameConsumer {
  private struct State {
    var buffer: PlaybackBuffer?
    var isFinished = false
  }

  private let track: MediaStreamTrack
  private let sampleRate: Int
  private let latency: Duration
  private let state = Mutex(State())

  init(track: MediaStreamTrack, sampleRate: Int, latency: Duration) {
    self.track = track
    self.sampleRate = sampleRate
    self.latency = latency
    track.attachAudio(self)
  }

  var statistics: (missingSamples: Int, droppedSamples: Int) {
    state.withLock { ($0.buffer?.missingSamples ?? 0, $0.buffer?.droppedSamples ?? 0) }
  }

  func detach() { track.detachAudio(self) }

  func receive(_ frame: AudioFrame) {
    state.withLock { state in
      guard !state.isFinished else { return }
      // Stereo as soon as there is some: it is mixed down where it goes.
      let channels = min(2, frame.format.channels)
      if state.buffer.map({ $0.format.channels < channels }) ?? true {
        state.buffer = PlaybackBuffer(
          format: AudioFormat(sampleRate: sampleRate, channels: channels), target: latency)
      }
      state.buffer?.append(frame)
    }
  }

  func finish() {
    state.withLock { state in
      state.isFinished = true
      state.buffer = nil
    }
  }

  /// The next samples, with silence for what is missing.
  func take(_ count: Int) -> AudioGraphBlock {
    let (samples, channels) = state.withLock { state in
      (state.buffer?.take(count) ?? [], state.buffer?.format.channels ?? 1)
    }
    guard samples.count == count * channels else { return .silence(count) }
    guard channels == 2 else { return AudioGraphBlock(left: samples.map { Float($0) }) }
    return AudioGraphBlock(
      left: (0..<count).map { Float(samples[2 * $0]) }, right: (0..<count).map { Float(samples[2 * $0 + 1]) })
  }
}
