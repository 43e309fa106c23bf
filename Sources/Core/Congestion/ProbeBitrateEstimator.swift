import RTCBase

/// Measures what arrived of a probe cluster.
package struct ProbeBitrateEstimator: Sendable {
  fileprivate struct Cluster: Sendable {
    var id: ProbeCluster.ID
    var expectedPackets: Int
    var expectedBytes: Int
    var packets = 0
    var bytes = 0
    var firstSend = MonotonicTime.distantFuture
    var lastSend = MonotonicTime.distantPast
    var lastSendSize = 0
    var firstArrival = TimeDelta.infinity
    var firstArrivalSize = 0
    var lastArrival = TimeDelta(nanoseconds: .min)
    var isMeasured = false
  }

  private static let maximumClusters = 8
  private var clusters: [Cluster] = []

  package init() {}

  package mutating func expect(_ cluster: ProbeCluster) {
    if clusters.count == Self.maximumClusters { clusters.removeFirst() }
    clusters.append(
      Cluster(id: cluster.id, expectedPackets: cluster.minimumPackets, expectedBytes: cluster.minimumBytes))
  }

  /// The bitrate that the path carried, when this packet makes enough of its cluster known.
  package mutating func add(_ packet: SentPacket, arrival: TimeDelta) -> Bitrate? {
    guard let id = packet.probe, let index = clusters.firstIndex(where: { $0.id == id }) else { return nil }
    clusters[index].add(packet, arrival: arrival)
    guard !clusters[index].isMeasured, let bitrate = clusters[index].bitrate else { return nil }
    clusters[index].isMeasured = true
    return bitrate
  }
}

extension ProbeBitrateEstimator.Cluster {
  mutating func add(_ packet: SentPacket, arrival: TimeDelta) {
    packets += 1
    bytes += packet.size
    firstSend = min(firstSend, packet.sendTime)
    if packet.sendTime >= lastSend {
      lastSend = packet.sendTime
      lastSendSize = packet.size
    }
    if arrival < firstArrival {
      firstArrival = arrival
      firstArrivalSize = packet.size
    }
    lastArrival = max(lastArrival, arrival)
  }

  /// Once four fifths of the packets and bytes arrived; `nil` when they cannot be true.
  var bitrate: Bitrate? {
    guard packets * 10 >= expectedPackets * 8, bytes * 10 >= expectedBytes * 8 else { return nil }
    let sendTime = lastSend - firstSend
    let arrivalTime = lastArrival - firstArrival
    guard sendTime > .zero, arrivalTime > .zero, sendTime < .seconds(1), arrivalTime < .seconds(1) else { return nil }
    let sent = Bitrate(byteCount: bytes - lastSendSize, over: sendTime)
    let received = Bitrate(byteCount: bytes - firstArrivalSize, over: arrivalTime)
    // Faster in than out: the packets were held and released together somewhere.
    guard received < sent * 2 else { return nil }
    // Slower in than out: the path was saturated, and this is its capacity, which nothing should fill to the brim.
    if received < sent * 0.9 { return received * 0.95 }
    return min(sent, received)
  }
}
