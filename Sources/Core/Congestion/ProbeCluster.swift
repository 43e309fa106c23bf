import RTCBase

/// A short group of packets sent faster than the estimate, to see whether the path carries the rate.
package struct ProbeCluster: Hashable, Sendable {
  package struct ID: RawRepresentable, Hashable, Sendable {
    package var rawValue: Int32
    package init(rawValue: Int32) { self.rawValue = rawValue }
  }

  package var id: ID
  package var rate: Bitrate
  /// The cluster is complete when it has both this many packets and this many bytes.
  package var minimumPackets: Int
  package var minimumBytes: Int

  /// Fifteen milliseconds of the rate and at least five packets: long enough to measure, too short to fill a queue.
  package init(
    id: ID, rate: Bitrate, duration: TimeDelta = .milliseconds(15), minimumPackets: Int = 5
  ) {
    self.id = id
    self.rate = rate
    self.minimumPackets = minimumPackets
    minimumBytes = rate.byteCount(in: duration)
  }
}
