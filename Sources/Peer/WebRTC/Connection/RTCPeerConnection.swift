internal import NIOCore
internal import NIOPosix
internal import RTCBase
internal import RTCCodecs
internal import RTCEngine
internal import RTCFrames
internal import RTCJSEP
internal import RTCNativeCrypto
internal import RTCSCTP
internal import RTCSecurity
internal import RTCTransport
import Synchronization

/// A connection to a peer: tracks in both directions over ICE, DTLS and SRTP (webrtc-pc §4).
///
/// Everything that the W3C makes a promise is `async` here, attributes can be read from any thread, and events come as a sequence:
///
///     let connection = try RTCPeerConnection()
///     try await connection.addTrack(track, streams: [stream])
///     try await connection.setLocalDescription()
///     await signalling.send(connection.localDescription)
///     for await event in connection.events { … }
///
/// The actor lives on one event loop together with its sockets: what it does per packet crosses no thread. Operations run one after
/// the other in the order of their calls, each whole: this is the W3C's chain of operations.
public actor RTCPeerConnection {
  nonisolated let eventLoop: any EventLoop
  nonisolated let options: RTCPeerConnectionOptions
  nonisolated let snapshot: Mutex<ConnectionSnapshot>
  nonisolated let broadcaster: EventBroadcaster<RTCPeerConnectionEvent>
  nonisolated let certificate: RTCCertificate
  /// When the connection was made, for statistics.
  nonisolated let created: MonotonicTime
  nonisolated let wallClock: WallClock
  /// The application's tasks on the event loop.
  nonisolated let tasks: EventLoopTaskExecutor

  /// All encoders and decoders of the connection, which together get a part of the codec threads like any other connection's.
  let codecGroup = CodecGroup()
  let holdings: ConnectionHoldings
  /// Ends the holdings of a connection that is dropped without `close()`; there is nothing to end before the first operation.
  var reaper: ConnectionReaper?
  var remoteStreams = RemoteStreams()
  /// URLs of STUN servers, by the numbers that the engine knows them by.
  var serverURLs: [String] = []
  /// Servers of the configuration that this implementation cannot use.
  var unusableServers: [RTCPeerConnectionIceErrorEvent] = []
  /// The engine knows the configuration's servers.
  var areServersNamed = false
  /// What statistics said when the connection closed.
  var finalStatistics: ConnectionStatistics?
  var isNegotiationCheckQueued = false
  /// Of the engine's model, when `snapshot` was taken.
  var snapshotRevision: UInt64?
  /// Channels with something to send; few at a time.
  var sendingChannels: [DataChannelHandle] = []
  var gatheringWaiters: [Int: CheckedContinuation<Void, Never>] = [:]
  var isOverflowing = false
  var closing: Task<Void, Never>?
  /// What `close()` waits for: sockets that open or close, codecs that are released.
  var unfinishedWork: [Int: EventLoopFuture<Void>] = [:]
  var retirements: [Int: Task<Void, Never>] = [:]
  var nextWorkNumber = 0

  /// The actor runs on its event loop.
  public nonisolated var unownedExecutor: UnownedSerialExecutor { eventLoop.executor.asUnownedSerialExecutor() }

  /// Makes a connection; nothing is sent or opened yet.
  ///
  /// - Parameters:
  ///   - configuration: the W3C's configuration. Without a certificate one is made (ECDSA P-256, 30 days).
  ///   - options: everything else.
  /// - Throws: `WebRTCError.syntaxError` and `.invalidAccessError` for ICE servers as webrtc-pc §4.4.1.1 says,
  ///   `.invalidAccessError` for an expired certificate, `.typeError` for a network policy that names something else than addresses.
  public init(
    configuration: RTCConfiguration = RTCConfiguration(),
    options: RTCPeerConnectionOptions = RTCPeerConnectionOptions()
  ) throws {
    for server in configuration.iceServers { _ = try server.parsedURLs() }
    if case .addresses = options.network { _ = try options.network.addresses() }
    let loop = options.sharedPort?.eventLoop ?? MultiThreadedEventLoopGroup.singleton.next()
    let now = MonotonicTime.now
    let wallClock = WallClock.current()
    let certificate = try Self.certificate(of: configuration, wallClock: wallClock, now: now)
    let engine = PeerEngine(
      configuration: EngineConfiguration(configuration, options, certificate: certificate.local),
      payloadFormats: PayloadFormats(options.codecs.codecs), crypto: OpenSSLCryptoProvider(), random: .system(),
      wallClock: wallClock, now: now)
    var initial = ConnectionSnapshot(configuration: configuration)
    initial.configuration.certificates = [certificate]
    self.certificate = certificate
    self.options = options
    self.wallClock = wallClock
    created = now
    eventLoop = loop
    tasks = EventLoopTaskExecutor(eventLoop: loop)
    snapshot = Mutex(initial)
    broadcaster = EventBroadcaster(coalescingKey: { $0.coalescingKey })
    holdings = ConnectionHoldings(driver: ConnectionDriver(engine: engine, on: loop), broadcaster: broadcaster)
  }

  private static func certificate(
    of configuration: RTCConfiguration, wallClock: WallClock, now: MonotonicTime
  ) throws -> RTCCertificate {
    for certificate in configuration.certificates
    where certificate.local.expires <= wallClock.nanosecondsSince1970(at: now) / 1_000_000 {
      throw WebRTCError.invalidAccessError("A certificate of the configuration has expired.")
    }
    guard let first = configuration.certificates.first else { return try makeCertificate(.ecdsaP256) }
    return first
  }

  // MARK: Holdings

  var driver: ConnectionDriver { holdings.driver }
  var sockets: [TransportID: TransportSockets] {
    get { holdings.sockets }
    set { holdings.sockets = newValue }
  }
  var transportObjects: [TransportID: RTCDtlsTransport] {
    get { holdings.transportObjects }
    set { holdings.transportObjects = newValue }
  }
  var transceiverObjects: [TransceiverID: RTCRtpTransceiver] {
    get { holdings.transceiverObjects }
    set { holdings.transceiverObjects = newValue }
  }
  var dataChannels: [DataChannelHandle: RTCDataChannel] {
    get { holdings.dataChannels }
    set { holdings.dataChannels = newValue }
  }
  var isClosed: Bool {
    get { holdings.isClosed }
    set { holdings.isClosed = newValue }
  }

  // MARK: Attributes

  /// What has happened since the connection was made, for the first reader; later readers start from now. States that change again before
  /// they are read coalesce. When 1,024 other events wait for a reader, the connection closes; see `closeReason`.
  public nonisolated var events: EventSequence<RTCPeerConnectionEvent> { broadcaster.sequence }

  /// webrtc-pc §4.3.1
  public nonisolated var signalingState: RTCSignalingState { snapshot.withLock { $0.signalingState } }
  /// webrtc-pc §4.3.2
  public nonisolated var iceGatheringState: RTCIceGatheringState { snapshot.withLock { $0.iceGatheringState } }
  /// webrtc-pc §4.3.4
  public nonisolated var iceConnectionState: RTCIceConnectionState { snapshot.withLock { $0.iceConnectionState } }
  /// webrtc-pc §4.3.3
  public nonisolated var connectionState: RTCPeerConnectionState { snapshot.withLock { $0.connectionState } }
  /// Written out where it is read, outside the lock.
  private nonisolated var descriptions: AppliedDescriptions? { snapshot.withLock { $0.descriptions } }
  /// The local description in force or pending, candidates gathered so far included.
  public nonisolated var localDescription: RTCSessionDescription? {
    descriptions?.localDescription
  }
  /// The local description of the last completed negotiation.
  public nonisolated var currentLocalDescription: RTCSessionDescription? { descriptions?.currentLocalDescription }
  /// The local description of the negotiation under way.
  public nonisolated var pendingLocalDescription: RTCSessionDescription? { descriptions?.pendingLocalDescription }
  /// The remote description in force or pending.
  public nonisolated var remoteDescription: RTCSessionDescription? {
    descriptions?.remoteDescription
  }
  /// The remote description of the last completed negotiation.
  public nonisolated var currentRemoteDescription: RTCSessionDescription? { descriptions?.currentRemoteDescription }
  /// The remote description of the negotiation under way.
  public nonisolated var pendingRemoteDescription: RTCSessionDescription? { descriptions?.pendingRemoteDescription }
  /// Whether the peer takes candidates after its description; `nil` before there is one.
  public nonisolated var canTrickleIceCandidates: Bool? { snapshot.withLock { $0.canTrickleIceCandidates } }
  /// In order of creation.
  public nonisolated var transceivers: [RTCRtpTransceiver] { snapshot.withLock { $0.transceivers } }
  /// The senders of all transceivers that are not stopped.
  public nonisolated var senders: [RTCRtpSender] { transceivers.filter { !$0.isStopped }.map(\.sender) }
  /// The receivers of all transceivers that are not stopped.
  public nonisolated var receivers: [RTCRtpReceiver] { transceivers.filter { !$0.isStopped }.map(\.receiver) }
  /// The configuration as it was given or set last, with the certificate in use.
  public nonisolated var configuration: RTCConfiguration { snapshot.withLock { $0.configuration } }
  /// Why the connection has closed itself; `nil` while it is open, and after `close()`.
  ///
  /// It does so with an `OperationError` when nobody reads `events` and 1,024 of them wait.
  public nonisolated var closeReason: WebRTCError? { snapshot.withLock { $0.closeReason } }
}
