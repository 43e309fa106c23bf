import RTCBase
import RTCICE
import RTCJSEP
import RTCSTUN
import RTCSecurity
import WebRTCTypes

/// One transport of a connection: ICE finds a path, DTLS agrees on keys over it, SRTP protects with them.
///
/// ```
///  datagram ──► STUN ──► ICE agent ──► path
///           ├─► DTLS ──► (only from validated addresses; kept until there is a session) ──► keys
///           └─► RTP, RTCP ──► (only from validated addresses, only with keys) ──► the engine
/// ```
struct TransportSession {
  let id: TransportID
  var ice: ICEAgent
  private(set) var dtlsState = RTCDtlsTransportState.new
  private(set) var srtp: (any SRTPContext)?
  private(set) var details: DTLSConnectionDetails?
  private(set) var role: DTLSRole?
  private(set) var counters = TransportCounters()
  /// Times that the selected pair changed (`selectedCandidatePairChanges`).
  private(set) var pathChanges = 0

  private var dtls: (any DTLSSession)?
  private var hasStartedDTLS = false
  /// The session was told something since it was last asked what it has to say.
  private var wasDTLSTold = false
  private var associationNumber: Int?
  private var early = EarlyDatagrams()
  /// Flights that wait for a path.
  private var unsentFlights: [[UInt8]] = []
  private var failure: DTLSFailure?
  /// Media is to go over the transport.
  var needsSRTP = false

  /// A handshake's worth.
  static let unsentFlightLimit = 16

  init(id: TransportID, ice: ICEAgent) {
    self.id = id
    self.ice = ice
  }

  /// What a datagram is to the engine.
  enum Verdict {
    /// Dealt with, or dropped and counted.
    case consumed
    case rtp
    case rtcp
  }

  var path: ICEPath? { ice.path }
  var isConnected: Bool { dtlsState == .connected }
  var dtlsFailure: DTLSFailure? { failure }

  var deadline: Deadline? {
    Deadline.earliest(ice.deadline, dtls?.deadline.map { Deadline($0, "dtls.retransmission") })
  }

  var states: ConnectionStates.Transport {
    ConnectionStates.Transport(
      ice: RTCIceTransportState(ice.state), dtls: dtlsState, gathering: RTCIceGathererState(ice.gatheringState))
  }

  // MARK: Datagrams

  mutating func handle(
    _ datagram: RawSpan, from remote: TransportAddress, to base: TransportAddress, now: MonotonicTime
  ) -> Verdict {
    let kind = DatagramKind(datagram)
    switch kind {
    case .stun:
      _ = ice.handle(datagram, from: remote, to: base, now: now)
      return .consumed
    case .dtls:
      guard isValidated(remote, base) else {
        counters.unvalidatedDrops &+= 1
        return .consumed
      }
      counters.received(datagram.byteCount)
      receiveDTLS(datagram, now: now)
      return .consumed
    case .rtp, .rtcp:
      // A peer whose address changed is known again by what only it can have protected.
      guard isValidated(remote, base) || srtp != nil && ice.isPeerMissing(now: now) else {
        counters.unvalidatedDrops &+= 1
        return .consumed
      }
      counters.received(datagram.byteCount)
      guard srtp != nil, isConnected else {
        counters.keylessDrops &+= 1
        return .consumed
      }
      return kind == .rtp ? .rtp : .rtcp
    case .zrtp, .turnChannel, .quic, .unknown:
      counters.unknownDrops &+= 1
      return .consumed
    }
  }

  /// Media comes over the path nearly always, so that is looked at first.
  private mutating func isValidated(_ remote: TransportAddress, _ base: TransportAddress) -> Bool {
    if let path = ice.path, path.remote == remote, path.base == base { return true }
    return ice.isValidated(remote, at: base)
  }

  private mutating func receiveDTLS(_ datagram: RawSpan, now: MonotonicTime) {
    guard let dtls, hasStartedDTLS else {
      if !early.append(datagram) { counters.unvalidatedDrops &+= 1 }
      return
    }
    wasDTLSTold = true
    dtls.receive(datagram, now: now)
  }

  // MARK: DTLS

  /// Begins, or begins again, the association that the descriptions ask for.
  mutating func configureDTLS(
    _ transport: NegotiatedTransport, certificate: any LocalCertificate, profiles: [SRTPProfile],
    maximumDatagramSize: Int, crypto: any CryptoProvider, now: MonotonicTime
  ) {
    guard let role = transport.dtlsRole, !transport.remoteFingerprints.isEmpty else { return }
    guard associationNumber != transport.associationNumber, dtlsState != .closed else { return }
    associationNumber = transport.associationNumber
    self.role = role
    srtp = nil
    details = nil
    failure = nil
    hasStartedDTLS = false
    unsentFlights.removeAll()
    do {
      dtls = try crypto.makeDTLSSession(
        DTLSConfiguration(
          role: role, certificate: certificate, remoteFingerprints: transport.remoteFingerprints,
          srtpProfiles: profiles, maximumDatagramSize: maximumDatagramSize))
      dtlsState = .new
    } catch {
      fail(.internalFailure(error.description))
    }
    startDTLS(now: now)
  }

  /// A server listens at once; a client speaks when there is a path.
  mutating func startDTLS(now: MonotonicTime) {
    guard let dtls, !hasStartedDTLS, dtlsState == .new, role == .server || ice.path != nil else { return }
    hasStartedDTLS = true
    wasDTLSTold = true
    dtls.start(now: now)
    if role == .client { dtlsState = .connecting }
    for datagram in early.takeAll() { datagram.withRawSpan { dtls.receive($0, now: now) } }
  }

  /// Takes what the session has to say; `true` when the state changed.
  mutating func pumpDTLS(crypto: any CryptoProvider, now: MonotonicTime) -> Bool {
    guard wasDTLSTold, let dtls else { return false }
    wasDTLSTold = false
    let before = dtlsState
    while let datagram = dtls.nextDatagram() {
      if dtlsState == .new { dtlsState = .connecting }
      if unsentFlights.count >= Self.unsentFlightLimit { unsentFlights.removeFirst() }
      unsentFlights.append(datagram)
    }
    while let event = dtls.nextEvent() { handle(event, crypto: crypto) }
    return dtlsState != before
  }

  private mutating func handle(_ event: DTLSEvent, crypto: any CryptoProvider) {
    switch event {
    case .connected(let details):
      // Peers with data channels alone may do without SRTP (RFC 8831 §5).
      guard details.keyingMaterial != nil || !needsSRTP else {
        fail(.internalFailure("the peer agreed to no SRTP profile"))
        return
      }
      do {
        if let keys = details.keyingMaterial { srtp = try crypto.makeSRTPContext(keys) }
        self.details = details
        self.details?.keyingMaterial = nil
        dtlsState = .connected
      } catch {
        fail(.internalFailure(error.description))
      }
    case .closed:
      srtp = nil
      dtlsState = .closed
    case .failed(let failure):
      fail(failure)
    }
  }

  private mutating func fail(_ failure: DTLSFailure) {
    self.failure = failure
    srtp = nil
    dtlsState = .failed
  }

  // MARK: Application data

  /// Moves the next decrypted record into `packet`; `false` when there is none.
  mutating func nextApplicationData(into packet: PacketBuffer) -> Bool {
    dtls?.nextApplicationData(into: packet) ?? false
  }

  /// Makes a datagram of `bytes`; `false` when DTLS cannot send them.
  mutating func protect(_ bytes: RawSpan, into datagram: PacketBuffer) -> Bool {
    dtls?.protect(bytes, into: datagram) ?? false
  }

  mutating func countUnexpectedData() { counters.unknownDrops &+= 1 }

  // MARK: Flights

  /// The next DTLS datagram, once there is a path for it.
  mutating func popFlight() -> [UInt8]? {
    guard ice.path != nil, !unsentFlights.isEmpty else { return nil }
    return unsentFlights.removeFirst()
  }

  // MARK: Time and end

  mutating func handleTimeout(now: MonotonicTime) {
    if let deadline = ice.deadline, deadline.time <= now { ice.handleTimeout(now: now) }
    if let dtls, let deadline = dtls.deadline, deadline <= now {
      wasDTLSTold = true
      dtls.handleTimeout(now: now)
    }
  }

  mutating func pathChanged(now: MonotonicTime) {
    pathChanges += 1
    startDTLS(now: now)
  }

  mutating func sent(_ byteCount: Int, now: MonotonicTime) { counters.sent(byteCount) }

  /// Says goodbye; what that sends is still to be drained.
  mutating func close(now: MonotonicTime) {
    dtls?.close(now: now)
    if let dtls {
      while let datagram = dtls.nextDatagram() { unsentFlights.append(datagram) }
    }
    if dtlsState != .failed { dtlsState = .closed }
  }

  /// Frees keys and stops ICE.
  mutating func tearDown() {
    ice.close()
    dtls = nil
    srtp = nil
    unsentFlights.removeAll()
  }
}
