/// Tells the nodes of a graph apart.
public struct AudioGraphNodeID: Hashable, Sendable {
  let number: Int
}

/// A node of an audio graph (Web Audio, `AudioNode`): a name for it; the graph keeps it.
public protocol AudioGraphNode: Sendable {
  /// The graph that it belongs to.
  var graph: AudioGraph { get }
  /// Which of its nodes it is.
  var id: AudioGraphNodeID { get }
}

/// A node that others can be connected to.
public protocol AudioGraphInputNode: AudioGraphNode {}

/// A node that can be connected to others.
public protocol AudioGraphOutputNode: AudioGraphNode {}

extension AudioGraphOutputNode {
  /// Sends the node's sound to another one too, which adds up all that it gets.
  ///
  /// - Returns: the other node, so that a chain can be written in one line.
  /// - Throws: `MediaError` with `InvalidStateError`, when the nodes belong to different graphs or to one that is closed,
  ///   `NotSupportedError`, when the sound would come back to where it came from.
  @discardableResult
  public func connect<Node: AudioGraphInputNode>(to node: Node) throws -> Node {
    try graph.connect(id, to: node.id, of: node.graph)
    return node
  }

  /// Sends the node's sound to another one no more.
  public func disconnect(from node: some AudioGraphInputNode) { graph.disconnect(id, from: node.id) }
}

/// The sound of a track.
public struct AudioGraphSourceNode: AudioGraphOutputNode {
  /// The graph that it belongs to.
  public let graph: AudioGraph
  /// Which of its nodes it is.
  public let id: AudioGraphNodeID

  /// What became of the track's sound: samples of each channel that were missing when they were due, and samples that
  /// were too many.
  public var statistics: (missingSamples: Int, droppedSamples: Int) { graph.statistics(of: id) }

  /// Takes the source out of the graph and lets go of its track.
  public func remove() { graph.remove(id) }
}

/// Makes sound louder or softer.
public struct AudioGraphGainNode: AudioGraphInputNode, AudioGraphOutputNode {
  /// The graph that it belongs to.
  public let graph: AudioGraph
  /// Which of its nodes it is.
  public let id: AudioGraphNodeID

  /// What each sample is multiplied by. A change is spread over the next 128 samples, so that it does not click.
  public var gain: Double {
    get { graph.gain(of: id) }
    nonmutating set { graph.setGain(newValue, of: id) }
  }
}

/// Moves sound between left and right.
public struct AudioGraphPanNode: AudioGraphInputNode, AudioGraphOutputNode {
  /// The graph that it belongs to.
  public let graph: AudioGraph
  /// Which of its nodes it is.
  public let id: AudioGraphNodeID

  /// From -1, left, to 1, right.
  public var pan: Double {
    get { graph.pan(of: id) }
    nonmutating set { graph.setPan(newValue, of: id) }
  }
}

/// A new track whose sound is all that is connected to the node.
public struct AudioGraphDestinationNode: AudioGraphInputNode {
  /// The graph that it belongs to.
  public let graph: AudioGraph
  /// Which of its nodes it is.
  public let id: AudioGraphNodeID
  /// A stream with the one track.
  public let stream: MediaStream
}

extension AudioGraph {
  func connect(_ source: AudioGraphNodeID, to target: AudioGraphNodeID, of graph: AudioGraph) throws {
    guard graph === self else {
      throw MediaError(.invalidStateError, "nodes of different graphs cannot be connected")
    }
    try state.withLock { state in
      guard !state.isClosed else { throw MediaError(.invalidStateError, "the audio graph has been closed") }
      guard state.renderer.connect(source, to: target) else {
        throw MediaError(
          .notSupportedError, "these nodes cannot be connected: sound would come back to where it came from")
      }
    }
  }

  func disconnect(_ source: AudioGraphNodeID, from target: AudioGraphNodeID) {
    state.withLock { $0.renderer.disconnect(source, from: target) }
  }

  func remove(_ id: AudioGraphNodeID) { state.withLock { $0.renderer.remove(id) }?.detach() }
  func gain(of id: AudioGraphNodeID) -> Double { state.withLock { $0.renderer.gain(of: id) } }
  func setGain(_ gain: Double, of id: AudioGraphNodeID) { state.withLock { $0.renderer.setGain(gain, of: id) } }
  func pan(of id: AudioGraphNodeID) -> Double { state.withLock { $0.renderer.pan(of: id) } }
  func setPan(_ pan: Double, of id: AudioGraphNodeID) { state.withLock { $0.renderer.setPan(pan, of: id) } }

  func statistics(of id: AudioGraphNodeID) -> (missingSamples: Int, droppedSamples: Int) {
    state.withLock { $0.renderer.input(id) }?.statistics ?? (0, 0)
  }
}
