import RTCBase

/// Protects and unprotects the packets of one connection, both directions (RFC 3711, RFC 7714). Streams come into being with their first packet.
package protocol SRTPContext: AnyObject {
  var profile: SRTPProfile { get }

  /// Encrypts in place; the packet grows by `profile.rtpOverhead` at most.
  func protectRTP(_ packet: PacketBuffer) throws(SRTPError)
  /// Authenticates and decrypts in place; on an error the packet's contents are undefined and it must be dropped.
  func unprotectRTP(_ packet: PacketBuffer) throws(SRTPError)
  func protectRTCP(_ packet: PacketBuffer) throws(SRTPError)
  func unprotectRTCP(_ packet: PacketBuffer) throws(SRTPError)
  /// Forgets the state of a stream that ended.
  func removeStream(_ ssrc: SSRC)
}

/// Why a packet was not protected or unprotected.
package enum SRTPError: Error, Hashable, Sendable {
  case authenticationFailed
  /// Seen before, or older than the replay window.
  case replayed
  case malformed
  /// No room for the trailer, or the index is used up.
  case limitReached
  case internalFailure
}
