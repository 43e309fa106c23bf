import CLibSRTP
import RTCBase
import RTCSecurity

/// SRTP and SRTCP on libsrtp2: one session per direction.
///
/// A packet with a sequence number already sent is refused (`replayed`): its header extensions may have changed, and GCM must never
/// use one nonce for two packets (RFC 7714 §8.1). To send a packet again without RTX, keep its protected copy.
final class LibSRTPContext: SRTPContext {
  /// Packets a reordered one may lag behind (RFC 3711 §3.3.2 asks for 64 at least).
  static let replayWindow: UInt = 1_024
  /// Streams per direction: a peer that makes up SSRCs does not grow our memory.
  static let maximumStreams = 1_024

  let profile: SRTPProfile
  private let outbound: srtp_t
  private let inbound: srtp_t
  private let remoteKeyAndSalt: [UInt8]
  private let counter: LiveObjectCounter
  private var outboundStreams = StreamSet(limit: maximumStreams)
  private var inboundStreams = StreamSet(limit: maximumStreams)

  /// libsrtp's one-time set-up; the language runs it once, whichever thread comes first.
  private static let initialization: (status: srtp_err_status_t, anchor: UInt) = {
    let status = srtp_init()
    guard status == srtp_err_status_ok else { return (status, 0) }
    // Where libsrtp is built on NSS, its first cipher starts NSS and its last one shuts it down, 1 ms each time around.
    // One session that is never freed makes all others 15 times cheaper.
    let profile = SRTPProfile.aeadAES128GCM
    let key = [UInt8](repeating: 0, count: profile.keyLength + profile.saltLength)
    let anchor = try? makeSession(profile, srtp_ssrc_t(type: ssrc_any_outbound, value: 0), key)
    return (status, UInt(bitPattern: anchor))
  }()

  init(_ keys: SRTPKeyingMaterial, counter: LiveObjectCounter) throws(CryptoError) {
    let status = Self.initialization.status
    guard status == srtp_err_status_ok else {
      throw CryptoError("libsrtp2 cannot be initialised: error \(status.rawValue)")
    }
    let expected = keys.profile.keyLength + keys.profile.saltLength
    guard keys.localKeyAndSalt.count == expected, keys.remoteKeyAndSalt.count == expected else {
      throw CryptoError("\(keys.profile.name) takes \(expected) bytes of key and salt per direction")
    }
    profile = keys.profile
    remoteKeyAndSalt = keys.remoteKeyAndSalt
    let any = { (type: srtp_ssrc_type_t) in srtp_ssrc_t(type: type, value: 0) }
    outbound = try Self.makeSession(keys.profile, any(ssrc_any_outbound), keys.localKeyAndSalt)
    do {
      inbound = try Self.makeSession(keys.profile, any(ssrc_any_inbound), keys.remoteKeyAndSalt)
    } catch {
      srtp_dealloc(outbound)
      throw error
    }
    self.counter = counter
    counter.increment()
  }

  deinit {
    srtp_dealloc(outbound)
    srtp_dealloc(inbound)
    counter.decrement()
  }

  private static func withPolicy<Result>(
    _ profile: SRTPProfile, _ ssrc: srtp_ssrc_t, _ keyAndSalt: [UInt8], _ body: (inout srtp_policy_t) -> Result
  ) -> Result {
    var policy = srtp_policy_t()
    policy.ssrc = ssrc
    srtp_crypto_policy_set_from_profile_for_rtp(&policy.rtp, profile.libSRTPProfile)
    srtp_crypto_policy_set_from_profile_for_rtcp(&policy.rtcp, profile.libSRTPProfile)
    policy.window_size = replayWindow
    policy.allow_repeat_tx = 0
    var key = keyAndSalt
    // libsrtp derives the session keys at once and keeps no pointer to the master key.
    return key.withUnsafeMutableBufferPointer { key in
      policy.key = key.baseAddress
      return body(&policy)
    }
  }

  private static func makeSession(
    _ profile: SRTPProfile, _ ssrc: srtp_ssrc_t, _ keyAndSalt: [UInt8]
  ) throws(CryptoError) -> srtp_t {
    var session: srtp_t?
    let status = withPolicy(profile, ssrc, keyAndSalt) { srtp_create(&session, &$0) }
    guard status == srtp_err_status_ok, let session else {
      throw CryptoError("libsrtp2 cannot make a session for \(profile.name): error \(status.rawValue)")
    }
    return session
  }

  // MARK: - Packets

  func protectRTP(_ packet: PacketBuffer) throws(SRTPError) {
    guard packet.count >= 12 else { throw .malformed }
    guard packet.remainingCapacity >= profile.rtpOverhead else { throw .limitReached }
    let ssrc = packet.bytes.uint32(at: 8)
    guard outboundStreams.hasRoom(for: ssrc) else { throw .limitReached }
    try transform(packet) { srtp_protect(outbound, $0, $1) }
    outboundStreams.insert(ssrc)
  }

  func protectRTCP(_ packet: PacketBuffer) throws(SRTPError) {
    guard packet.count >= 8 else { throw .malformed }
    guard packet.remainingCapacity >= profile.rtcpOverhead else { throw .limitReached }
    let ssrc = packet.bytes.uint32(at: 4)
    guard outboundStreams.hasRoom(for: ssrc) else { throw .limitReached }
    try transform(packet) { srtp_protect_rtcp(outbound, $0, $1) }
    outboundStreams.insert(ssrc)
  }

  func unprotectRTP(_ packet: PacketBuffer) throws(SRTPError) {
    guard packet.count >= 12 + profile.rtpOverhead else { throw .malformed }
    let ssrc = packet.bytes.uint32(at: 8)
    if inboundStreams.contains(ssrc) { return try transform(packet) { srtp_unprotect(inbound, $0, $1) } }
    try unprotectFirstRTP(packet, ssrc)
    inboundStreams.insert(ssrc)
  }

  func unprotectRTCP(_ packet: PacketBuffer) throws(SRTPError) {
    guard packet.count >= 8 + profile.rtcpOverhead else { throw .malformed }
    let ssrc = packet.bytes.uint32(at: 4)
    guard inboundStreams.hasRoom(for: ssrc) else { throw .limitReached }
    try transform(packet) { srtp_unprotect_rtcp(inbound, $0, $1) }
    inboundStreams.insert(ssrc)
  }

  func removeStream(_ ssrc: SSRC) {
    // libsrtp wants this one in network order.
    srtp_remove_stream(outbound, ssrc.rawValue.bigEndian)
    srtp_remove_stream(inbound, ssrc.rawValue.bigEndian)
    outboundStreams.remove(ssrc.rawValue)
    inboundStreams.remove(ssrc.rawValue)
  }

  /// The first packet that arrives of a stream need not be the first that was sent: when the sequence number wrapped
  /// before, the sender is already at rollover counter 1 (RFC 3711 §3.3.1).
  private func unprotectFirstRTP(_ packet: PacketBuffer, _ ssrc: UInt32) throws(SRTPError) {
    guard inboundStreams.hasRoom(for: ssrc) else { throw .limitReached }
    // A failed attempt may leave the packet changed.
    let copy = packet.bytes.copied()
    do {
      try transform(packet) { srtp_unprotect(inbound, $0, $1) }
    } catch {
      guard error == .authenticationFailed else { throw error }
      packet.removeAll()
      copy.withRawSpan { _ = packet.append($0) }
      let specific = srtp_ssrc_t(type: ssrc_specific, value: ssrc)
      guard
        Self.withPolicy(profile, specific, remoteKeyAndSalt, { srtp_add_stream(inbound, &$0) }) == srtp_err_status_ok,
        srtp_set_stream_roc(inbound, ssrc, 1) == srtp_err_status_ok
      else { throw .internalFailure }
      do {
        try transform(packet) { srtp_unprotect(inbound, $0, $1) }
      } catch {
        srtp_remove_stream(inbound, ssrc.bigEndian)
        throw error
      }
    }
  }

  private func transform(
    _ packet: PacketBuffer, _ operation: (UnsafeMutableRawPointer, UnsafeMutablePointer<CInt>) -> srtp_err_status_t
  ) throws(SRTPError) {
    try packet.withStorage { (storage, count) throws(SRTPError) -> Int in
      guard let start = storage.baseAddress else { throw .internalFailure }
      var length = CInt(truncatingIfNeeded: count)
      let status = operation(start, &length)
      if let error = SRTPError(status) { throw error }
      return Int(length)
    }
  }
}

extension SRTPError {
  fileprivate init?(_ status: srtp_err_status_t) {
    switch status {
    case srtp_err_status_ok: return nil
    case srtp_err_status_auth_fail, srtp_err_status_cipher_fail: self = .authenticationFailed
    case srtp_err_status_replay_fail, srtp_err_status_replay_old, srtp_err_status_pkt_idx_old: self = .replayed
    case srtp_err_status_key_expired: self = .limitReached
    case srtp_err_status_bad_param, srtp_err_status_parse_err, srtp_err_status_cant_check, srtp_err_status_no_ctx:
      self = .malformed
    default: self = .internalFailure
    }
  }
}

extension SRTPProfile {
  fileprivate var libSRTPProfile: srtp_profile_t {
    switch self {
    case .aes128CMSHA1_80: srtp_profile_aes128_cm_sha1_80
    case .aeadAES128GCM: srtp_profile_aead_aes_128_gcm
    case .aeadAES256GCM: srtp_profile_aead_aes_256_gcm
    }
  }
}
