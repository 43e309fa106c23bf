/// HMAC-SHA1 under one key, whose set-up is done once (STUN MESSAGE-INTEGRITY, RFC 8489 §14.5).
package protocol MessageAuthenticator: AnyObject {
  /// The 20 bytes of the digest over `first` followed by `second`.
  func authenticate(_ first: RawSpan, _ second: RawSpan) -> [UInt8]
}
