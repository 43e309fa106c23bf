/// Packets that reached a transport with keys and went no further.
package struct MediaCounters: Hashable, Sendable {
  /// Received before; seen without decryption.
  package internal(set) var duplicates: UInt64 = 0
  /// Failed authentication or replay protection.
  package internal(set) var rejected: UInt64 = 0
  /// Not RTP or RTCP as the specifications have it.
  package internal(set) var malformed: UInt64 = 0
  /// Times that a stream lost what it held longest, since all streams together held too much.
  package internal(set) var overflows: UInt64 = 0
  /// Of no section that receives.
  package internal(set) var unrouted: UInt64 = 0
}
