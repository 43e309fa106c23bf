import RTCFrames
import Synchronization

/// Mixes tracks of sound into tracks of sound (after the Web Audio API: sources, gain, panning, destinations).
///
/// Everything runs by the graph's own clock, on a thread that lives, as the graph does, while a destination has a live
/// track. A source follows that clock: whoever sends it may be a little fast or slow for hours without a gap.
/// ```swift
/// let graph = AudioGraph()
/// let mix = graph.destination()
/// try graph.source(alice).connect(to: graph.pan(-0.5)).connect(to: mix)
/// try graph.source(bob).connect(to: graph.gain(0.8)).connect(to: mix)
/// try await connection.addTrack(mix.stream.audioTracks[0], streams: [mix.stream])
/// ```
public final class AudioGraph: Sendable {
  /// Samples of each channel that are computed at a time (Web Audio, render quantum).
  package static let quantum = 128

  struct State {
    var renderer: AudioGraphRenderer
    var thread: MediaThread?
    var outputs: [AudioGraphNodeID: AudioGraphOutput] = [:]
    var openOutputs = 0
    var isClosed = false
  }

  /// Samples of each channel a second of all that the graph computes.
  public let sampleRate: Int
  /// Whether a thread computes at the pace of the clock; otherwise whoever calls `render`.
  private let isPaced: Bool
  let state: Mutex<State>

  /// A graph without nodes.
  ///
  /// - Precondition: frames may have the sample rate.
  public convenience init(sampleRate: Int = 48_000) { self.init(sampleRate: sampleRate, isPaced: true) }

  package init(sampleRate: Int, isPaced: Bool) {
    precondition(
      AudioFormat(sampleRate: sampleRate, channels: 2).isValid, "no frame has a sample rate of \(sampleRate) Hz")
    self.sampleRate = sampleRate
    self.isPaced = isPaced
    state = Mutex(State(renderer: AudioGraphRenderer(sampleRate: sampleRate)))
  }

  deinit { close() }

  /// The sound of a stream: of its first track of sound, by the order of identifiers (Web Audio,
  /// `MediaStreamAudioSourceNode`).
  ///
  /// - Parameter latency: what waits on average, so that frames that come late leave no gap.
  /// - Throws: `MediaError` with `InvalidStateError`, when the stream has no track of sound.
  public func source(
    _ stream: MediaStream, latency: Duration = .milliseconds(40)
  ) throws -> AudioGraphSourceNode {
    guard let track = stream.audioTracks.min(by: { $0.id < $1.id }) else {
      throw MediaError(.invalidStateError, "the stream \(stream.id) has no track of sound")
    }
    return source(track, latency: latency)
  }

  /// The sound of a track; silence for a track of pictures, and once the track has ended.
  ///
  /// - Parameter latency: what waits on average, so that frames that come late leave no gap.
  public func source(_ track: MediaStreamTrack, latency: Duration = .milliseconds(40)) -> AudioGraphSourceNode {
    let input = AudioGraphInput(track: track, sampleRate: sampleRate, latency: latency)
    return AudioGraphSourceNode(graph: self, id: insert(.source(input)))
  }

  /// Makes sound louder or softer; 1 leaves it as it is.
  public func gain(_ gain: Double = 1) -> AudioGraphGainNode {
    AudioGraphGainNode(graph: self, id: insert(.gain(AudioGraphRenderer.Gain(gain))))
  }

  /// Moves sound between left, -1, and right, 1 (Web Audio, `StereoPannerNode`).
  public func pan(_ pan: Double = 0) -> AudioGraphPanNode {
    AudioGraphPanNode(graph: self, id: insert(.pan(AudioGraphRenderer.clamped(pan))))
  }

  /// A new track whose sound is all that is connected to the node (Web Audio, `MediaStreamAudioDestinationNode`).
  ///
  /// - Parameter channels: 2 for left and right, 1 for mono.
  /// - Precondition: there are 1 or 2 channels.
  public func destination(channels: Int = 2, label: String = "audio graph") -> AudioGraphDestinationNode {
    precondition((1...2).contains(channels), "a destination has 1 or 2 channels, not \(channels)")
    let output = AudioGraphOutput(
      graph: self, label: label, format: AudioFormat(sampleRate: sampleRate, channels: channels))
    let id = insert(.destination)
    state.withLock { $0.outputs[id] = output }
    return AudioGraphDestinationNode(
      graph: self, id: id, stream: MediaStream(tracks: [.opened(source: .audio(output))]))
  }

  /// Ends the tracks of all destinations and lets go of all sources.
  public func close() {
    let (outputs, inputs, thread) = state.withLock { state in
      defer {
        state.isClosed = true
        state.thread = nil
        state.outputs = [:]
      }
      return (Array(state.outputs.values), state.renderer.removeAll(), state.thread)
    }
    for input in inputs { input.detach() }
    for output in outputs { output.output.end() }
    thread?.stop()
  }

  private func insert(_ kind: AudioGraphRenderer.Kind) -> AudioGraphNodeID {
    state.withLock { $0.renderer.insert(kind) }
  }

  /// A destination has its first live track, or lost its last.
  func outputDidChange(isOpen: Bool) throws {
    let old: MediaThread? = try state.withLock { state in
      state.openOutputs += isOpen ? 1 : -1
      guard isPaced, !state.isClosed else { return nil }
      if isOpen, state.openOutputs == 1 {
        state.thread = try MediaThread(name: "audio graph") { [weak self] control in Self.run(control) { self } }
      } else if state.openOutputs == 0 {
        defer { state.thread = nil }
        return state.thread
      }
      return nil
    }
    old?.stop()
  }

  /// Computes as much as the clock says. The thread does not keep the graph alive.
  private static func run(_ control: MediaThread.Control, _ graph: () -> AudioGraph?) {
    guard let sampleRate = graph()?.sampleRate else { return }
    var start = MediaTime.now
    var rendered: Int64 = 0
    var isOver = false
    while !isOver {
      let wanted = Int64((MediaTime.now - start).inSeconds * Double(sampleRate))
      if wanted - rendered > Int64(sampleRate) {
        // The machine slept: what was missed is not made up for.
        start = .now
        rendered = 0
      } else if wanted > rendered {
        guard let graph = graph() else { return }
        let count = Int(wanted - rendered) / quantum * quantum
        graph.render(count, at: start + .nanoseconds(rendered * 1_000_000_000 / Int64(sampleRate)))
        rendered += Int64(count)
      }
      isOver = !control.sleep(until: .now + .milliseconds(5))
    }
  }

  /// Computes samples of each channel, whole quanta, of which the first is heard at `time`.
  package func render(_ count: Int, at time: MediaTime) {
    var done = 0
    while done + Self.quantum <= count {
      let quantumTime = time + .nanoseconds(Int64(done) * 1_000_000_000 / Int64(sampleRate))
      let frames = state.withLock { state -> [(AudioGraphOutput, AudioFrame)] in
        let blocks = state.renderer.render(Self.quantum)
        return blocks.compactMap { id, block in
          guard let output = state.outputs[id], let frame = output.append(block, at: quantumTime) else { return nil }
          return (output, frame)
        }
      }
      for (output, frame) in frames { output.output.emit(frame) }
      done += Self.quantum
    }
  }
}
