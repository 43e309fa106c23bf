import RTCBase

/// Walks through a compound, or reduced-size (RFC 5506), RTCP packet.
///
/// A packet that is malformed is counted and passed over; a length that lies ends the walk.
package struct RTCPReader: Sendable {
  private var offset = 0
  /// Packets that could not be read so far.
  package private(set) var malformedCount = 0

  package init() {}

  /// The next packet of `bytes`, which is the same whole, decrypted compound packet at every call.
  package mutating func next(in bytes: RawSpan) -> RTCPPacket? {
    nil
  }
}
