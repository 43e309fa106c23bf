import COpenSSLShims
import RTCBase
import RTCSecurity

/// DTLS 1.2 (RFC 6347) on OpenSSL.
///
///     idle --start--> handshaking --Finished, fingerprint matched--> connected --close_notify--> closed
///                         \-- alert, mismatch, 30 s --> failed <-- fatal alert --/
///
/// OpenSSL decides by the wall clock whether a retransmission is due. `deadline` only wakes it; when a wall clock that was set
/// back makes it say "not yet", the flight's records are repeated as they are, which a peer that lost them takes (RFC 6347
/// §4.1.2.6). The handshake ends after 30 s in any case.
///
/// During the handshake an alert is in the clear, and whoever can forge the peer's address can send one. It is believed when the handshake
/// has got no further a second later: a peer that means it has stopped, and one that does not has gone on.
final class OpenSSLDTLSSession: DTLSSession {
  private enum State {
    case idle
    /// The time to give up is set with the first flight sent; a server that waits for a ClientHello waits for ever.
    case handshaking(giveUp: MonotonicTime?)
    case connected
    case closed
    case failed
  }

  static let handshakeLimit = TimeDelta.seconds(30)
  /// Silence of the handshake after which an alert in the clear is believed.
  static let alertPatience = TimeDelta.seconds(1)
  /// Records of one datagram never give more events than this.
  static let maximumQueuedEvents = 256
  /// OpenSSL accepts no smaller size, and joins the records of a flight in a buffer no larger than this.
  static let datagramSizes = 256...4_096
  /// Header, nonce and tag of a record of the widest cipher suite.
  static let recordOverhead = 64

  let role: DTLSRole
  private(set) var deadline: MonotonicTime?
  private let dtls: OpaquePointer
  private let counter: LiveObjectCounter
  private let srtpProfiles: [SRTPProfile]
  private var state = State.idle
  private var events: [DTLSEvent] = []
  private var flight = DTLSFlight()
  /// The datagram of an alert that is not believed yet.
  private var doubtfulAlert: (datagram: [UInt8], believedAt: MonotonicTime)?
  private var applicationData = ApplicationDataQueue()

  init(
    _ configuration: DTLSConfiguration, provider: OpenSSLCryptoProvider, counter: LiveObjectCounter
  ) throws(CryptoError) {
    guard let certificate = configuration.certificate as? OpenSSLCertificate else {
      throw CryptoError("a certificate made by another crypto provider cannot be used with OpenSSL")
    }
    let (hash, fingerprints) = try Self.strongest(configuration.remoteFingerprints, provider)
    role = configuration.role
    srtpProfiles = configuration.srtpProfiles
    let names = configuration.srtpProfiles.map(\.openSSLName).joined(separator: ":")
    let size = min(
      max(configuration.maximumDatagramSize, Self.datagramSizes.lowerBound), Self.datagramSizes.upperBound)
    let retransmission = min(max(configuration.initialRetransmission, .milliseconds(20)), .seconds(3))
    let made = try certificate.makeDTLS(
      rtc_dtls_options(
        is_server: configuration.role == .server, maximum_datagram_size: size,
        first_retransmission_microseconds: UInt32(retransmission.wholeMicroseconds)),
      srtpProfiles: names)
    for fingerprint in fingerprints.prefix(16) {
      guard
        rtc_dtls_expect_fingerprint(made, hash.openSSLName, fingerprint.digest, fingerprint.digest.count)
      else {
        rtc_dtls_free(made)
        throw CryptoError("a \(hash.name) fingerprint of \(fingerprint.digest.count) bytes is malformed")
      }
    }
    dtls = made
    self.counter = counter
    counter.increment()
  }

  deinit {
    rtc_dtls_free(dtls)
    counter.decrement()
  }

  /// RFC 8122 §5: of the hash functions offered, only the most preferred counts, and one of its fingerprints must match.
  private static func strongest(
    _ fingerprints: [CertificateFingerprint], _ provider: OpenSSLCryptoProvider
  ) throws(CryptoError) -> (FingerprintHash, [CertificateFingerprint]) {
    let known = fingerprints.compactMap { FingerprintHash(name: $0.algorithm) }.filter(provider.accepts)
    guard let hash = known.max() else {
      let offered = fingerprints.map(\.algorithm).joined(separator: ", ")
      throw CryptoError("no fingerprint of the peer uses an accepted hash (sha-256, sha-384, sha-512): [\(offered)]")
    }
    return (hash, fingerprints.filter { FingerprintHash(name: $0.algorithm) == hash })
  }

  func start(now: MonotonicTime) {
    guard case .idle = state else { return }
    state = .handshaking(giveUp: nil)
    if role == .client { continueHandshake(now: now) }
    updateDeadline(now: now)
  }

  func receive(_ datagram: RawSpan, now: MonotonicTime) {
    guard Self.looksLikeDTLS(datagram) else { return }
    switch state {
    case .handshaking(let giveUp):
      if Self.isAlertInTheClear(datagram) {
        // To a server that has not been spoken to it says nothing.
        if doubtfulAlert == nil, giveUp != nil {
          doubtfulAlert = (datagram.withUnsafeBytes { Array($0) }, now + Self.alertPatience)
        }
        return updateDeadline(now: now)
      }
      doubtfulAlert?.believedAt = now + Self.alertPatience
    case .connected: break
    case .idle, .closed, .failed: return
    }
    take(datagram, now: now)
  }

  private func take(_ datagram: RawSpan, now: MonotonicTime) {
    datagram.withUnsafeBytes { bytes in
      rtc_dtls_set_input(dtls, bytes.baseAddress, bytes.count)
      var mayHoldRecords = false
      if case .handshaking = state {
        continueHandshake(now: now)
        mayHoldRecords = true
      }
      // Also after the handshake's last datagram, which may carry data; and only SSL_read answers a repeated Finished.
      if case .connected = state { readRecords(untilDry: mayHoldRecords) }
      rtc_dtls_set_input(dtls, nil, 0)
    }
    if rtc_dtls_next_datagram_size(dtls) > 0 { flight.end() }
    updateDeadline(now: now)
  }

  func handleTimeout(now: MonotonicTime) {
    guard case .handshaking(let giveUp) = state, let deadline, now >= deadline else { return }
    if let doubtfulAlert, now >= doubtfulAlert.believedAt {
      self.doubtfulAlert = nil
      return doubtfulAlert.datagram.withRawSpan { take($0, now: now) }
    }
    if let giveUp, now >= giveUp {
      fail(.timeout)
    } else if !rtc_dtls_handle_timeout(dtls) {
      fail(failureReason())
    } else if rtc_dtls_next_datagram_size(dtls) > 0 {
      flight.end()
    } else {
      flight.repeatWhole()
    }
    updateDeadline(now: now)
  }

  private(set) var maximumApplicationDataSize = 0

  func protect(_ bytes: RawSpan, into datagram: PacketBuffer) -> Bool {
    guard case .connected = state, bytes.byteCount > 0, bytes.byteCount <= maximumApplicationDataSize,
      rtc_dtls_next_datagram_size(dtls) == 0
    else { return false }
    let isWritten = bytes.withUnsafeBytes { bytes in
      bytes.baseAddress.map { rtc_dtls_write(dtls, $0, bytes.count) } ?? false
    }
    let size = rtc_dtls_next_datagram_size(dtls)
    guard isWritten, size > 0, size <= PacketBuffer.capacity else { return false }
    datagram.withStorage { storage, _ in
      guard let start = storage.baseAddress else { return 0 }
      rtc_dtls_take_datagram(dtls, start)
      return size
    }
    return true
  }

  func close(now: MonotonicTime) {
    if case .connected = state { rtc_dtls_close(dtls) }
    switch state {
    case .failed: break
    default: state = .closed
    }
    updateDeadline(now: now)
  }

  func nextDatagram() -> [UInt8]? {
    if let repeated = flight.nextRepeated() { return repeated }
    let size = rtc_dtls_next_datagram_size(dtls)
    guard size > 0 else { return nil }
    let datagram = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      guard let start = buffer.baseAddress else { return }
      rtc_dtls_take_datagram(dtls, start)
      count = size
    }
    if case .handshaking = state { flight.append(datagram) }
    return datagram
  }

  func nextEvent() -> DTLSEvent? { events.isEmpty ? nil : events.removeFirst() }

  func nextApplicationData(into packet: PacketBuffer) -> Bool { applicationData.popFirst(into: packet) }

  /// Whether the handshake bound its keys to its transcript (RFC 7627).
  var hasExtendedMasterSecret: Bool { rtc_dtls_has_extended_master_secret(dtls) }

  // MARK: - Steps

  /// A record's type and version are right and its length fits (RFC 6347 §4.1); OpenSSL judges the rest.
  private static func looksLikeDTLS(_ datagram: RawSpan) -> Bool {
    guard datagram.byteCount >= 13 else { return false }
    let length = Int(datagram.uint16(at: 11))
    return (20...25).contains(datagram.uint8(at: 0)) && datagram.uint8(at: 1) == 0xFE
      && 13 + length <= datagram.byteCount
  }

  /// Of epoch 0, which nothing protects (RFC 6347 §4.1).
  private static func isAlertInTheClear(_ datagram: RawSpan) -> Bool {
    datagram.uint8(at: 0) == 21 && datagram.uint16(at: 3) == 0
  }

  private func continueHandshake(now: MonotonicTime) {
    switch rtc_dtls_handshake(dtls) {
    case RTC_DTLS_DONE: finishHandshake()
    case RTC_DTLS_WAITING: break
    case RTC_DTLS_CLOSED:
      state = .closed
      post(.closed)
    default: fail(failureReason())
    }
  }

  private func finishHandshake() {
    guard rtc_dtls_peer_verified(dtls) else { return fail(.fingerprintMismatch) }
    var certificate = [UInt8](repeating: 0, count: rtc_dtls_peer_certificate(dtls, nil))
    _ = rtc_dtls_peer_certificate(dtls, &certificate)
    var keyingMaterial: SRTPKeyingMaterial?
    if let profile = SRTPProfile(rawValue: rtc_dtls_srtp_profile(dtls)), srtpProfiles.contains(profile) {
      guard let exported = exportKeys(profile) else { return fail(.internalFailure("no SRTP keys were exported")) }
      keyingMaterial = exported
    }
    state = .connected
    flight = DTLSFlight()
    doubtfulAlert = nil
    maximumApplicationDataSize = min(rtc_dtls_maximum_write(dtls), PacketBuffer.capacity - Self.recordOverhead)
    let version = String(rtc_dtls_version(dtls), radix: 16, uppercase: true)
    post(
      .connected(
        DTLSConnectionDetails(
          keyingMaterial: keyingMaterial, peerCertificate: certificate, version: version,
          cipherSuite: rtc_dtls_cipher_suite(dtls).map { String(cString: $0) } ?? "",
          group: rtc_dtls_group(dtls).map { String(cString: $0) } ?? "")))
  }

  /// RFC 5764 §4.2: client key, server key, client salt, server salt.
  private func exportKeys(_ profile: SRTPProfile) -> SRTPKeyingMaterial? {
    let (key, salt) = (profile.keyLength, profile.saltLength)
    var material = [UInt8](repeating: 0, count: 2 * (key + salt))
    guard rtc_dtls_export(dtls, "EXTRACTOR-dtls_srtp", &material, material.count) else { return nil }
    let client = Array(material[0..<key] + material[2 * key..<2 * key + salt])
    let server = Array(material[key..<2 * key] + material[2 * key + salt..<2 * (key + salt)])
    return role == .client
      ? SRTPKeyingMaterial(profile: profile, localKeyAndSalt: client, remoteKeyAndSalt: server)
      : SRTPKeyingMaterial(profile: profile, localKeyAndSalt: server, remoteKeyAndSalt: client)
  }

  /// - Parameter untilDry: asks until there is nothing more, as OpenSSL does not tell of data that came before the handshake was done.
  private func readRecords(untilDry: Bool) {
    while case .connected = state {
      var result = RTC_DTLS_WAITING
      let hasRoom = applicationData.append { buffer in
        var count = 0
        result = buffer.baseAddress.map { rtc_dtls_read(dtls, $0, buffer.count, &count) } ?? RTC_DTLS_WAITING
        return count
      }
      guard hasRoom else { return }
      switch result {
      case RTC_DTLS_DONE: if !untilDry, !rtc_dtls_has_more(dtls) { return }
      case RTC_DTLS_WAITING: return
      case RTC_DTLS_CLOSED:
        // RFC 5246 §7.2.1: close_notify is answered in kind.
        rtc_dtls_close(dtls)
        state = .closed
        post(.closed)
      default: fail(failureReason())
      }
    }
  }

  private func failureReason() -> DTLSFailure {
    let failure = rtc_dtls_last_failure(dtls)
    if failure.fingerprint_mismatch { return .fingerprintMismatch }
    if failure.timed_out { return .timeout }
    if failure.received_alert >= 0 { return .receivedAlert(UInt8(truncatingIfNeeded: failure.received_alert)) }
    if failure.sent_alert >= 0 { return .sentAlert(UInt8(truncatingIfNeeded: failure.sent_alert)) }
    return .internalFailure(lastOpenSSLError())
  }

  private func fail(_ reason: DTLSFailure) {
    state = .failed
    post(.failed(reason))
  }

  private func post(_ event: DTLSEvent) {
    if events.count < Self.maximumQueuedEvents { events.append(event) }
  }

  private func updateDeadline(now: MonotonicTime) {
    deadline = nil
    guard case .handshaking(var giveUp) = state else { return }
    var left: Int64 = 0
    let isWaiting = rtc_dtls_time_left(dtls, &left)
    if isWaiting, giveUp == nil {
      giveUp = now + Self.handshakeLimit
      state = .handshaking(giveUp: giveUp)
    }
    guard let giveUp else { return }
    deadline = giveUp
    if isWaiting {
      // Never longer than the interval, whatever became of the wall clock. What is due within 15 ms OpenSSL takes as due.
      let interval = flight.interval(Int64(rtc_dtls_retransmission_interval(dtls)))
      deadline = min(giveUp, now + .microseconds(min(max(left, 1_000), interval)))
    }
    if let doubtfulAlert { deadline = min(deadline ?? doubtfulAlert.believedAt, doubtfulAlert.believedAt) }
  }
}

extension SRTPProfile {
  /// OpenSSL's name for `SSL_set_tlsext_use_srtp`.
  fileprivate var openSSLName: String {
    switch self {
    case .aes128CMSHA1_80: "SRTP_AES128_CM_SHA1_80"
    case .aeadAES128GCM: "SRTP_AEAD_AES_128_GCM"
    case .aeadAES256GCM: "SRTP_AEAD_AES_256_GCM"
    }
  }
}
