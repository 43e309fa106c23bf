import RTCFrames
import Synchronization

/// The source of a destination's track: it makes frames of 10 ms of what the graph computes.
final class AudioGraphOutput: AudioSource {
  private struct Pending {
    var samples: [Int16] = []
    /// When the first of them is heard.
    var time = MediaTime.zero
  }

  let output = SourceOutput<AudioFrame>()
  let label: String
  let format: AudioFormat
  private let pending = Mutex(Pending())
  private let owner: Mutex<Owner>

  /// The graph, which lives at least as long as a track of its destination.
  private struct Owner {
    weak var graph: AudioGraph?
    var held: AudioGraph?
  }

  init(graph: AudioGraph, label: String, format: AudioFormat) {
    owner = Mutex(Owner(graph: graph))
    self.label = label
    self.format = format
  }

  var settings: MediaTrackSettings {
    MediaTrackSettings(sampleRate: format.sampleRate, channelCount: format.channels)
  }

  func start() throws {
    let graph = owner.withLock { owner in
      owner.held = owner.graph
      return owner.held
    }
    try graph?.outputDidChange(isOpen: true)
  }

  func stop() {
    let graph = owner.withLock { owner in
      defer { owner.held = nil }
      return owner.held
    }
    try? graph?.outputDidChange(isOpen: false)
  }

  /// Adds a block that is heard at `time`.
  ///
  /// - Returns: a frame, when it is complete.
  func append(_ block: AudioGraphBlock, at time: MediaTime) -> AudioFrame? {
    pending.withLock { pending in
      if pending.samples.isEmpty { pending.time = time }
      Self.append(block, channels: format.channels, to: &pending.samples)
      let count = format.sampleRate / 100 * format.channels
      guard pending.samples.count >= count else { return nil }
      let frame = AudioFrame(
        format: format, samples: Array(pending.samples.prefix(count)), timestamp: pending.time,
        metadata: FrameMetadata(captureTime: pending.time))
      pending.samples.removeFirst(count)
      pending.time = pending.time + frame.duration
      return frame
    }
  }

  private static func append(_ block: AudioGraphBlock, channels: Int, to samples: inout [Int16]) {
    func sample(_ value: Float) -> Int16 { Int16(max(-32_768, min(32_767, value.rounded()))) }
    let right = block.right ?? block.left
    for index in block.left.indices {
      if channels == 2 {
        samples.append(sample(block.left[index]))
        samples.append(sample(right[index]))
      } else {
        // Down-mixing for speakers: the mean.
        samples.append(sample((block.left[index] + right[index]) / 2))
      }
    }
  }
}
