internal import RTCCodecs
internal import RTCFrames
import Synchronization

/// What a sender's track delivers, counted on the source's thread (webrtc-stats §8.8, `RTCMediaSourceStats`).
final class MediaSourceMeter: Sendable {
  private enum Consumer: Sendable {
    case video(VideoSourceMeter)
    case audio(AudioSourceMeter)
  }

  private struct State: Sendable {
    var track: MediaStreamTrack?
    var consumer: Consumer?
    /// Another track is another media source, and so is the same track again.
    var number = 0
  }

  private let state = Mutex(State())

  /// Follows another track, or none.
  func observe(_ track: MediaStreamTrack?) {
    let consumer: Consumer? = track.map { $0.kind == .video ? .video(VideoSourceMeter()) : .audio(AudioSourceMeter()) }
    let old = state.withLock { state in
      defer { state = State(track: track, consumer: consumer, number: state.number + 1) }
      return state
    }
    switch old.consumer {
    case .video(let meter): old.track?.detachVideo(meter)
    case .audio(let meter): old.track?.detachAudio(meter)
    case nil: break
    }
    switch consumer {
    case .video(let meter): track?.attachVideo(meter)
    case .audio(let meter): track?.attachAudio(meter)
    case nil: break
    }
  }

  /// `nil` without a track.
  ///
  /// - Parameter sender: makes the identifier unique in the connection.
  func statistics(sender: Int, timestamp: Double) -> RTCStats? {
    let state = state.withLock { $0 }
    guard let track = state.track else { return nil }
    switch state.consumer {
    case .video(let meter):
      var stats = RTCVideoSourceStats(
        id: "SV\(sender)_\(state.number)", timestamp: timestamp, trackIdentifier: track.id)
      let settings = track.settings
      let counted = meter.counted
      stats.width = (counted.width ?? settings.width).map { UInt32(clamping: $0) }
      stats.height = (counted.height ?? settings.height).map { UInt32(clamping: $0) }
      stats.frames = UInt32(clamping: counted.rate.count)
      stats.framesPerSecond = counted.rate.framesPerSecond()
      return .videoSource(stats)
    case .audio(let meter):
      var stats = RTCAudioSourceStats(
        id: "SA\(sender)_\(state.number)", timestamp: timestamp, trackIdentifier: track.id)
      let counted = meter.counted
      stats.audioLevel = counted.level
      stats.totalAudioEnergy = counted.energy
      stats.totalSamplesDuration = counted.duration.inSeconds
      return .audioSource(stats)
    case nil: return nil
    }
  }
}

private final class VideoSourceMeter: FrameConsumer {
  struct Counted: Sendable {
    var rate = FrameRateMeter()
    var width: Int?
    var height: Int?
  }

  private let state = Mutex(Counted())
  var counted: Counted { state.withLock { $0 } }

  func receive(_ frame: VideoFrame) {
    state.withLock { state in
      state.rate.note()
      state.width = frame.width
      state.height = frame.height
    }
  }

  func finish() {}
}

private final class AudioSourceMeter: FrameConsumer {
  struct Counted: Sendable {
    /// 0 to 1, of the last sound.
    var level = 0.0
    /// The squared level summed over time in seconds (webrtc-stats, `totalAudioEnergy`).
    var energy = 0.0
    var duration = Duration.zero
  }

  private let state = Mutex(Counted())
  var counted: Counted { state.withLock { $0 } }

  func receive(_ frame: AudioFrame) {
    var sum: Int64 = 0
    for sample in frame.samples { sum &+= Int64(sample) &* Int64(sample) }
    let square = Double(sum) / Double(max(1, frame.samples.count)) / (32_767 * 32_767)
    let duration = frame.duration
    state.withLock { state in
      state.level = min(1, square.squareRoot())
      state.energy += square * duration.inSeconds
      state.duration += duration
    }
  }

  func finish() {}
}
