import RTCBase
import RTCSecurity

/// The stand-in's DTLS: the flights of a DTLS 1.2 handshake with certificates on both sides.
///
///     client                                        server
///     ClientHello (two datagrams)          ------->
///                                          <-------  ServerHello, Certificate, ServerKeyExchange,
///                                                    CertificateRequest, ServerHelloDone
///     Certificate, ClientKeyExchange,
///     CertificateVerify, [ChangeCipherSpec],
///     Finished                             ------->
///                                          <-------  [ChangeCipherSpec], Finished
///
/// A flight is repeated, with the interval doubled, until the next one of the peer is complete; the last one when the peer repeats its own.
final class DeterministicDTLSSession: DTLSSession {
  private enum State {
    case idle
    case handshaking
    case connected
    case closed
    case failed
  }

  private enum Item {
    case message(StandInMessage, sequence: UInt16, epoch: UInt16)
    case changeCipherSpec
  }

  static let handshakeLimit = TimeDelta.seconds(30)
  static let longestRetransmission = TimeDelta.microseconds(3_200_000)
  static let maximumQueuedEvents = 256
  static let maximumQueuedDatagrams = 64
  private static let closeNotify: [UInt8] = [1, 0]

  let role: DTLSRole
  private(set) var deadline: MonotonicTime?
  private let configuration: DTLSConfiguration
  private let clientHelloSize: Int
  private let protectsApplicationData: Bool
  private let maximumDatagramSize: Int
  private let random: RandomSource
  private let ownRandom: [UInt8]
  private var state = State.idle
  private var reassembler = StandInReassembler()
  private var flight: [Item] = []
  private var nextMessageSequence: UInt16 = 0
  private var recordNumbers: [UInt64] = [0, 0]
  private var replayWindows = [ReplayWindow(), ReplayWindow()]
  private var interval: TimeDelta
  private var giveUp: MonotonicTime?
  private var peerRandom: [UInt8] = []
  private var peerCertificate: [UInt8]?
  private var profile: SRTPProfile?
  private var key: UInt64?
  private var events: [DTLSEvent] = []
  private var applicationData = ApplicationDataQueue()
  private var datagrams: [[UInt8]] = []

  init(
    _ configuration: DTLSConfiguration, clientHelloSize: Int, protectsApplicationData: Bool = true, random: RandomSource
  ) {
    self.configuration = configuration
    self.clientHelloSize = clientHelloSize
    self.protectsApplicationData = protectsApplicationData
    self.random = random
    role = configuration.role
    maximumDatagramSize = max(configuration.maximumDatagramSize, 64)
    interval = configuration.initialRetransmission
    ownRandom = random.bytes(32)
  }

  // MARK: - DTLSSession

  func start(now: MonotonicTime) {
    guard state == .idle else { return }
    state = .handshaking
    guard role == .client else { return }
    var writer = ByteWriter(limit: 65_535)
    writer.write(ownRandom)
    writer.write(UInt8(truncatingIfNeeded: configuration.srtpProfiles.count))
    for profile in configuration.srtpProfiles { writer.write(profile.rawValue) }
    writer.writeZeros(max(0, clientHelloSize - writer.count))
    sendFlight([message(.clientHello, writer.bytes)], awaitsAnswer: true, now: now)
  }

  func receive(_ datagram: RawSpan, now: MonotonicTime) {
    guard state == .handshaking || state == .connected else { return }
    var reader = ByteReader(datagram)
    var isRepeatingFinished = false
    while let record = StandInRecord.parse(&reader) {
      guard state == .handshaking || state == .connected, record.epoch < 2 else { return }
      if record.content == .applicationData, !protectsApplicationData {
        if state == .connected { post(applicationData: record.payload) }
        continue
      }
      var payload = record.payload
      if record.epoch == 1 {
        guard let key, let plain = StandInRecord.unprotect(record, key: key) else { continue }
        payload = plain
      }
      guard replayWindows[Int(record.epoch)].accept(Int64(record.number)) else { continue }
      switch record.content {
      case .changeCipherSpec: break
      case .alert: receiveAlert(payload, epoch: record.epoch)
      case .applicationData:
        if state == .connected, record.epoch == 1 { post(applicationData: payload) }
      case .handshake:
        guard let fragment = StandInMessage.Fragment(payload) else { continue }
        if state == .connected {
          isRepeatingFinished = isRepeatingFinished || (fragment.kind == .finished && record.epoch == 1)
        } else {
          _ = reassembler.add(fragment)
          while state == .handshaking, let message = reassembler.nextMessage() { handle(message, now: now) }
        }
      }
    }
    if isRepeatingFinished { transmitFlight() }
  }

  func handleTimeout(now: MonotonicTime) {
    guard state == .handshaking, let deadline, now >= deadline else { return }
    if let giveUp, now >= giveUp { return fail(.timeout) }
    interval = min(interval * 2, Self.longestRetransmission)
    transmitFlight()
    armTimer(now: now)
  }

  var maximumApplicationDataSize: Int {
    state == .connected ? maximumDatagramSize - StandInRecord.headerSize - StandInRecord.protectionSize : 0
  }

  func protect(_ bytes: RawSpan, into datagram: PacketBuffer) -> Bool {
    guard bytes.byteCount > 0, bytes.byteCount <= maximumApplicationDataSize, datagrams.isEmpty else { return false }
    return record(.applicationData, epoch: 1, payload: bytes.copied()).withRawSpan { datagram.assign($0) }
  }

  func close(now: MonotonicTime) {
    if state == .connected { post(datagram: record(.alert, epoch: 1, payload: Self.closeNotify)) }
    if state != .failed { state = .closed }
    deadline = nil
  }

  func nextDatagram() -> [UInt8]? { datagrams.isEmpty ? nil : datagrams.removeFirst() }

  func nextEvent() -> DTLSEvent? { events.isEmpty ? nil : events.removeFirst() }

  func nextApplicationData(into packet: PacketBuffer) -> Bool { applicationData.popFirst(into: packet) }

  // MARK: - The handshake

  private func handle(_ message: StandInMessage, now: MonotonicTime) {
    var reader = ByteReader(message.body.span.bytes)
    switch (role, message.kind) {
    case (.server, .clientHello):
      guard let random = reader.readBytes(32), let count = reader.readUInt8() else { return refuse(50) }
      peerRandom = random
      let offered = (0..<count).compactMap { _ in reader.readUInt16().flatMap(SRTPProfile.init) }
      profile = configuration.srtpProfiles.first(where: offered.contains)
      sendServerFlight(now: now)
    case (.client, .serverHello):
      guard let random = reader.readBytes(32), let number = reader.readUInt16() else { return refuse(50) }
      peerRandom = random
      profile = SRTPProfile(rawValue: number)
    case (_, .certificate):
      guard isExpected(message.body) else { return refuse(42, as: .fingerprintMismatch) }
      peerCertificate = message.body
    case (.client, .serverHelloDone):
      guard let peerCertificate, !peerRandom.isEmpty else { return refuse(10) }
      key = sharedKey(client: ownRandom, server: peerRandom, serverCertificate: peerCertificate)
      sendClientFlight(now: now)
    case (.server, .clientKeyExchange):
      key = sharedKey(client: peerRandom, server: ownRandom, serverCertificate: configuration.certificate.der)
    case (_, .finished): finish(message.body, now: now)
    case (.client, .serverKeyExchange), (.client, .certificateRequest), (.server, .certificateVerify): break
    default: refuse(10)
    }
  }

  private func sendServerFlight(now: MonotonicTime) {
    var hello = ByteWriter(limit: 256)
    hello.write(ownRandom)
    hello.write(profile?.rawValue ?? 0)
    hello.writeZeros(56)
    sendFlight(
      [
        message(.serverHello, hello.bytes), message(.certificate, configuration.certificate.der),
        message(.serverKeyExchange, random.bytes(140)), message(.certificateRequest, random.bytes(52)),
        message(.serverHelloDone, []),
      ], awaitsAnswer: true, now: now)
  }

  private func sendClientFlight(now: MonotonicTime) {
    sendFlight(
      [
        message(.certificate, configuration.certificate.der), message(.clientKeyExchange, random.bytes(33)),
        message(.certificateVerify, random.bytes(76)), .changeCipherSpec,
        message(.finished, verifyData(.client), epoch: 1),
      ], awaitsAnswer: true, now: now)
  }

  private func finish(_ body: [UInt8], now: MonotonicTime) {
    let peer: DTLSRole = role == .client ? .server : .client
    guard let key, let peerCertificate, body == verifyData(peer) else { return refuse(51) }
    if role == .server {
      sendFlight(
        [.changeCipherSpec, message(.finished, verifyData(.server), epoch: 1)], awaitsAnswer: false, now: now)
    }
    state = .connected
    deadline = nil
    let material = profile.map { profile in
      let count = profile.keyLength + profile.saltLength
      let client = RandomSource.seeded(key ^ 1).bytes(count)
      let server = RandomSource.seeded(key ^ 2).bytes(count)
      return role == .client
        ? SRTPKeyingMaterial(profile: profile, localKeyAndSalt: client, remoteKeyAndSalt: server)
        : SRTPKeyingMaterial(profile: profile, localKeyAndSalt: server, remoteKeyAndSalt: client)
    }
    post(
      .connected(
        DTLSConnectionDetails(
          keyingMaterial: material, peerCertificate: peerCertificate, version: "FEFD",
          cipherSuite: "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", group: "X25519")))
  }

  private func sharedKey(client: [UInt8], server: [UInt8], serverCertificate: [UInt8]) -> UInt64 {
    var hash = StandInHash(seed: 0)
    for part in [client, server, serverCertificate] { hash.combine(part) }
    return hash.word
  }

  private func verifyData(_ sender: DTLSRole) -> [UInt8] {
    RandomSource.seeded((key ?? 0) ^ (sender == .client ? 3 : 4)).bytes(12)
  }

  private func isExpected(_ certificate: [UInt8]) -> Bool {
    configuration.remoteFingerprints.contains {
      DeterministicDigest.digest($0.algorithm, of: certificate) == $0.digest
    }
  }

  // MARK: - Alerts

  private func receiveAlert(_ payload: [UInt8], epoch: UInt16) {
    // Nobody but the peer ends an association that is established.
    guard payload.count == 2, epoch == 1 || state == .handshaking else { return }
    if payload == Self.closeNotify {
      if state == .connected { post(datagram: record(.alert, epoch: 1, payload: Self.closeNotify)) }
      state = .closed
      deadline = nil
      post(.closed)
    } else if payload[0] == 2 {
      fail(.receivedAlert(payload[1]))
    }
  }

  private func refuse(_ alert: UInt8, as reason: DTLSFailure? = nil) {
    post(datagram: record(.alert, epoch: 0, payload: [2, alert]))
    fail(reason ?? .sentAlert(alert))
  }

  private func fail(_ reason: DTLSFailure) {
    state = .failed
    deadline = nil
    post(.failed(reason))
  }

  // MARK: - Flights

  private func message(_ kind: StandInMessage.Kind, _ body: [UInt8], epoch: UInt16 = 0) -> Item {
    defer { nextMessageSequence += 1 }
    return .message(StandInMessage(kind: kind, body: body), sequence: nextMessageSequence, epoch: epoch)
  }

  private func sendFlight(_ items: [Item], awaitsAnswer: Bool, now: MonotonicTime) {
    flight = items
    interval = configuration.initialRetransmission
    transmitFlight()
    if giveUp == nil { giveUp = now + Self.handshakeLimit }
    if awaitsAnswer { armTimer(now: now) }
  }

  private func armTimer(now: MonotonicTime) {
    deadline = min(giveUp ?? .distantFuture, now + interval)
  }

  /// Packs records into as few datagrams as they fit, cutting messages where a datagram ends.
  private func transmitFlight() {
    var datagram: [UInt8] = []
    func put(_ record: [UInt8]) {
      if datagram.count + record.count > maximumDatagramSize {
        post(datagram: datagram)
        datagram = []
      }
      datagram += record
    }
    for item in flight {
      switch item {
      case .changeCipherSpec: put(record(.changeCipherSpec, epoch: 0, payload: [1]))
      case .message(let message, let sequence, let epoch):
        let overhead = StandInRecord.headerSize + (epoch == 0 ? 0 : StandInRecord.protectionSize)
        var offset = 0
        repeat {
          // A piece of a few bytes is not worth the rest of a datagram.
          let rest = maximumDatagramSize - datagram.count - overhead - StandInRecord.fragmentHeaderSize
          let room =
            rest >= min(16, message.body.count - offset)
            ? rest : maximumDatagramSize - overhead - StandInRecord.fragmentHeaderSize
          let payload = message.fragment(
            at: offset, sequence: sequence, limit: room + StandInRecord.fragmentHeaderSize)
          put(record(.handshake, epoch: epoch, payload: payload))
          offset += payload.count - StandInRecord.fragmentHeaderSize
        } while offset < message.body.count
      }
    }
    if !datagram.isEmpty { post(datagram: datagram) }
  }

  private func record(_ content: StandInRecord.Content, epoch: UInt16, payload: [UInt8]) -> [UInt8] {
    let number = recordNumbers[Int(epoch)]
    recordNumbers[Int(epoch)] += 1
    let isPlain = epoch == 0 || content == .applicationData && !protectsApplicationData
    let payload =
      isPlain
      ? payload
      : StandInRecord.protect(content, epoch: epoch, number: number, payload: payload, key: key ?? 0)
    return StandInRecord.write(content, epoch: epoch, number: number, payload: payload)
  }

  private func post(datagram: [UInt8]) {
    if datagrams.count < Self.maximumQueuedDatagrams { datagrams.append(datagram) }
  }

  private func post(applicationData bytes: [UInt8]) {
    guard bytes.count <= PacketBuffer.capacity else { return }
    _ = applicationData.append { buffer in
      buffer.copyBytes(from: bytes)
      return bytes.count
    }
  }

  private func post(_ event: DTLSEvent) {
    if events.count < Self.maximumQueuedEvents { events.append(event) }
  }
}
