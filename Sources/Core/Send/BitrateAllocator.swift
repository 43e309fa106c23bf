import RTCBase

/// Splits the target among the streams of a transport: audio first, then video by weight, each within its limits.
///
/// What it gives is for the encoders: the share of headers, authentication tags and recent retransmissions is taken off before.
/// Targets are passed on with hysteresis, since an encoder pays for every change.
package struct BitrateAllocator: Sendable {
  package struct Request: Hashable, Sendable {
    package var stream: SendStreamID
    package var kind: SendStreamConfiguration.Kind
    package var minimum: Bitrate
    package var maximum: Bitrate
    package var weight: Double
    package var isActive: Bool

    package init(
      stream: SendStreamID, kind: SendStreamConfiguration.Kind, minimum: Bitrate, maximum: Bitrate,
      weight: Double = 1, isActive: Bool = true
    ) {
      self.stream = stream
      self.kind = kind
      self.maximum = max(maximum, .zero)
      self.minimum = min(max(minimum, .zero), self.maximum)
      self.weight = weight.isFinite && weight > 0 ? min(weight, 100) : 1
      self.isActive = isActive
    }
  }

  private static let rise = 1.03
  private static let fall = 0.985
  /// Audio packets a second, for their share of headers.
  private static let audioPacketRate: Int64 = 50

  /// Bytes of header and tag on every packet.
  package var packetOverhead = 60

  private var given: [(stream: SendStreamID, bitrate: Bitrate)] = []

  package init() {}

  /// The most that `requests` can use on the wire.
  package func demand(_ requests: [Request]) -> Bitrate {
    var total = Bitrate.zero
    for request in requests where request.isActive { total = total + onWire(request.maximum, request.kind) }
    return total
  }

  /// The encoder targets that change, and by how much matters.
  package mutating func allocate(
    _ target: Bitrate, retransmissions: Bitrate = .zero, among requests: [Request]
  ) -> [(stream: SendStreamID, bitrate: Bitrate)] {
    // Retransmissions never take more than half: encoders must go on.
    let repair = min(max(retransmissions, .zero), target * 0.5)
    var left = max(target - repair, .zero)
    var shares = requests.map { $0.isActive ? $0.minimum : .zero }
    for (index, request) in requests.enumerated() { left = left - onWire(shares[index], request.kind) }
    fill(&shares, requests, .audio, &left)
    fill(&shares, requests, .video, &left)

    var changes: [(stream: SendStreamID, bitrate: Bitrate)] = []
    var next: [(stream: SendStreamID, bitrate: Bitrate)] = []
    for (index, request) in requests.enumerated() {
      let share = shares[index]
      guard let before = given.first(where: { $0.stream == request.stream })?.bitrate else {
        changes.append((request.stream, share))
        next.append((request.stream, share))
        continue
      }
      let matters =
        share > before * Self.rise || share < before * Self.fall || (share == request.maximum && share != before)
        || (share == .zero) != (before == .zero)
      if matters { changes.append((request.stream, share)) }
      next.append((request.stream, matters ? share : before))
    }
    given = next
    return changes
  }

  /// What the encoder of a stream was last told.
  package func target(of stream: SendStreamID) -> Bitrate? { given.first { $0.stream == stream }?.bitrate }

  /// Pours what is left into the streams of a kind by weight, until they are full or nothing is left.
  private func fill(
    _ shares: inout [Bitrate], _ requests: [Request], _ kind: SendStreamConfiguration.Kind, _ left: inout Bitrate
  ) {
    var open = requests.indices.filter { requests[$0].kind == kind && requests[$0].isActive }
    while left > .zero, !open.isEmpty {
      let weights = open.reduce(0) { $0 + requests[$1].weight }
      let pot = left
      var stillOpen: [Int] = []
      for index in open {
        let portion = offWire(pot * (requests[index].weight / weights), kind)
        let room = requests[index].maximum - shares[index]
        let poured = min(portion, room)
        shares[index] = shares[index] + poured
        left = left - onWire(poured, kind, isMore: true)
        if poured < room { stillOpen.append(index) }
      }
      // Everybody took a full portion: nothing is left over to pour again.
      if stillOpen.count == open.count { break }
      open = stillOpen
    }
  }

  /// What an encoder's bitrate takes on the wire. Audio pays for its packets once, however much `isMore` it gets; video by the byte.
  private func onWire(_ bitrate: Bitrate, _ kind: SendStreamConfiguration.Kind, isMore: Bool = false) -> Bitrate {
    guard bitrate > .zero else { return .zero }
    switch kind {
    case .audio:
      return isMore ? bitrate : bitrate + .bitsPerSecond(Self.audioPacketRate * 8 * Int64(packetOverhead))
    case .video: return bitrate * (1 + Double(packetOverhead) / 1_100)
    }
  }

  private func offWire(_ bitrate: Bitrate, _ kind: SendStreamConfiguration.Kind) -> Bitrate {
    kind == .audio ? bitrate : bitrate * (1 / (1 + Double(packetOverhead) / 1_100))
  }
}
