/// The value of the FINGERPRINT attribute (RFC 8489 §14.7).
package enum STUNFingerprint {
  /// The CRC-32 of everything before the attribute, whose header length already counts the attribute, XOR "STUN".
  package static func value(of message: RawSpan) -> UInt32 { CRC32.checksum(message) ^ 0x5354_554E }
}
