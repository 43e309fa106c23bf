import Glibc

/// The sound of a moment: one channel or two.
struct AudioGraphBlock: Sendable {
  var left: [Float]
  /// `nil` for mono.
  var right: [Float]?

  static func silence(_ count: Int) -> AudioGraphBlock { AudioGraphBlock(left: [Float](repeating: 0, count: count)) }

  /// Adds another block; mono sounds on both sides (Web Audio, up-mixing for speakers).
  mutating func add(_ other: AudioGraphBlock) {
    if right == nil, other.right != nil { right = left }
    for index in left.indices { left[index] += other.left[index] }
    guard var mine = right else { return }
    right = nil
    let theirs = other.right ?? other.left
    for index in mine.indices { mine[index] += theirs[index] }
    right = mine
  }
}

/// The nodes of a graph, and what they compute: a value, told what to do.
struct AudioGraphRenderer {
  struct Gain: Sendable {
    /// What it is to be.
    var value: Double
    /// What it was at the end of the last quantum.
    var current: Double

    init(_ value: Double) {
      self.value = value
      current = value
    }
  }

  enum Kind {
    case source(AudioGraphInput)
    case gain(Gain)
    case pan(Double)
    case destination
  }

  private struct Node {
    var kind: Kind
    var inputs: [AudioGraphNodeID] = []
  }

  let sampleRate: Int
  private var nodes: [AudioGraphNodeID: Node] = [:]
  private var nextNumber = 0

  init(sampleRate: Int) { self.sampleRate = sampleRate }

  mutating func insert(_ kind: Kind) -> AudioGraphNodeID {
    let id = AudioGraphNodeID(number: nextNumber)
    nextNumber += 1
    nodes[id] = Node(kind: kind)
    return id
  }

  /// - Returns: `false` when it would make a circle, or a node is gone.
  mutating func connect(_ source: AudioGraphNodeID, to target: AudioGraphNodeID) -> Bool {
    guard nodes[source] != nil, let node = nodes[target], !reaches(target, from: source) else { return false }
    if !node.inputs.contains(source) { nodes[target]?.inputs.append(source) }
    return true
  }

  mutating func disconnect(_ source: AudioGraphNodeID, from target: AudioGraphNodeID) {
    nodes[target]?.inputs.removeAll { $0 == source }
  }

  /// - Returns: the input that is needed no more.
  mutating func remove(_ id: AudioGraphNodeID) -> AudioGraphInput? {
    let removed = input(id)
    nodes[id] = nil
    for other in nodes.keys { nodes[other]?.inputs.removeAll { $0 == id } }
    return removed
  }

  mutating func removeAll() -> [AudioGraphInput] {
    defer { nodes = [:] }
    return nodes.keys.compactMap { input($0) }
  }

  func input(_ id: AudioGraphNodeID) -> AudioGraphInput? {
    if case .source(let input)? = nodes[id]?.kind { input } else { nil }
  }

  func gain(of id: AudioGraphNodeID) -> Double { if case .gain(let gain)? = nodes[id]?.kind { gain.value } else { 0 } }

  mutating func setGain(_ value: Double, of id: AudioGraphNodeID) {
    guard case .gain(var gain)? = nodes[id]?.kind, value.isFinite else { return }
    gain.value = value
    nodes[id]?.kind = .gain(gain)
  }

  func pan(of id: AudioGraphNodeID) -> Double { if case .pan(let pan)? = nodes[id]?.kind { pan } else { 0 } }

  mutating func setPan(_ pan: Double, of id: AudioGraphNodeID) {
    if case .pan? = nodes[id]?.kind { nodes[id]?.kind = .pan(Self.clamped(pan)) }
  }

  static func clamped(_ pan: Double) -> Double { pan.isFinite ? max(-1, min(1, pan)) : 0 }

  /// Whether the sound of `id` comes, by any way, from `source`.
  private func reaches(_ source: AudioGraphNodeID, from id: AudioGraphNodeID) -> Bool {
    id == source || (nodes[id]?.inputs ?? []).contains { reaches(source, from: $0) }
  }

  /// The next samples of all destinations.
  mutating func render(_ count: Int) -> [AudioGraphNodeID: AudioGraphBlock] {
    var blocks: [AudioGraphNodeID: AudioGraphBlock] = [:]
    var results: [AudioGraphNodeID: AudioGraphBlock] = [:]
    for (id, node) in nodes {
      // Sources are taken from even when nobody hears them, so that what they hold does not grow old.
      switch node.kind {
      case .source: _ = pull(id, count, &blocks)
      case .destination: results[id] = pull(id, count, &blocks)
      default: break
      }
    }
    return results
  }

  private mutating func pull(
    _ id: AudioGraphNodeID, _ count: Int, _ blocks: inout [AudioGraphNodeID: AudioGraphBlock]
  ) -> AudioGraphBlock {
    if let block = blocks[id] { return block }
    guard let node = nodes[id] else { return .silence(count) }
    var block = AudioGraphBlock.silence(count)
    for input in node.inputs { block.add(pull(input, count, &blocks)) }
    switch node.kind {
    case .source(let input): block = input.take(count)
    case .gain(let gain):
      Self.apply(gain, to: &block)
      nodes[id]?.kind = .gain(Gain(gain.value))
    case .pan(let pan): block = Self.pan(block, pan)
    case .destination: break
    }
    blocks[id] = block
    return block
  }

  private static func apply(_ gain: Gain, to block: inout AudioGraphBlock) {
    let count = block.left.count
    let (start, step) = (Float(gain.current), Float((gain.value - gain.current) / Double(max(1, count))))
    for index in 0..<count { block.left[index] *= start + step * Float(index + 1) }
    if block.right != nil {
      for index in 0..<count { block.right?[index] *= start + step * Float(index + 1) }
    }
  }

  /// With equal power on the way (Web Audio, StereoPannerNode algorithm).
  private static func pan(_ block: AudioGraphBlock, _ pan: Double) -> AudioGraphBlock {
    guard let right = block.right else {
      let angle = (pan + 1) / 2 * Double.pi / 2
      let (leftGain, rightGain) = (Float(cos(angle)), Float(sin(angle)))
      return AudioGraphBlock(left: block.left.map { $0 * leftGain }, right: block.left.map { $0 * rightGain })
    }
    let angle = (pan <= 0 ? pan + 1 : pan) * Double.pi / 2
    let (leftGain, rightGain) = (Float(cos(angle)), Float(sin(angle)))
    if pan <= 0 {
      return AudioGraphBlock(
        left: zip(block.left, right).map { $0 + $1 * leftGain }, right: right.map { $0 * rightGain })
    }
    return AudioGraphBlock(
      left: block.left.map { $0 * leftGain }, right: zip(block.left, right).map { $1 + $0 * rightGain })
  }
}
