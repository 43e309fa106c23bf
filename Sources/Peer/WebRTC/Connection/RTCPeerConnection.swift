internal import NIOCore
internal import NIOPosix
internal import RTCBase
internal import RTCEngine
internal import RTCFrames
internal import RTCJSEP
internal import RTCNativeCrypto
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

  let driver: ConnectionDriver
  /// The ports of this connection alone, to be closed with it.
  var ownPorts: [TransportID: [DatagramPort]] = [:]
  var transceiverObjects: [TransceiverID: RTCRtpTransceiver] = [:]
  var remoteStreams: [String: MediaStream] = [:]
  var serverURLs: [String] = []
  var isClosed = false
  var isNegotiationCheckQueued = false
  var haveServersBeenNamed = false
  var gatheringWaiters: [CheckedContinuation<Void, Never>] = []
  /// Why the connection closed itself, if it did.
  var eventOverflow: WebRTCError?

  /// The actor runs on its event loop.
  public nonisolated var unownedExecutor: UnownedSerialExecutor { eventLoop.executor.asUnownedSerialExecutor() }

  /// Makes a connection; nothing is sent or opened yet.
  ///
  /// - Parameters:
  ///   - configuration: the W3C's configuration. Without a certificate one is made (ECDSA P-256, 30 days).
  ///   - options: everything else.
  /// - Throws: `WebRTCError.syntaxError` and `.invalidAccessError` for ICE servers as webrtc-pc §4.4.1.1 says,
  ///   `.invalidAccessError` for an expired certificate.
  public init(
    configuration: RTCConfiguration = RTCConfiguration(),
    options: RTCPeerConnectionOptions = RTCPeerConnectionOptions()
  ) throws {
    for server in configuration.iceServers { _ = try server.parsedURLs() }
    let loop = options.sharedPort?.eventLoop ?? MultiThreadedEventLoopGroup.singleton.next()
    let now = MonotonicTime.now
    let wallClock = WallClock.current()
    let certificate = try Self.certificate(of: configuration, wallClock: wallClock, now: now)
    let engine = PeerEngine(
      configuration: EngineConfiguration(configuration, options, certificate: certificate.local),
      crypto: OpenSSLCryptoProvider(), random: .system(), wallClock: wallClock, now: now)
    var initial = ConnectionSnapshot(configuration: configuration)
    initial.configuration.certificates = [certificate]
    self.certificate = certificate
    self.options = options
    self.wallClock = wallClock
    created = now
    eventLoop = loop
    snapshot = Mutex(initial)
    broadcaster = EventBroadcaster(coalescingKey: { $0.coalescingKey })
    driver = ConnectionDriver(engine: engine, on: loop)
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

  isolated deinit {
    guard !isClosed else { return }
    driver.perform { engine, now in engine.close(now: now) }
    driver.detach()
    for port in ownPorts.values.joined() { _ = port.close() }
    broadcaster.finish()
  }

  // MARK: Attributes

  /// What has happened since the connection was made, for the first reader; later readers start from now. States that change again before
  /// they are read coalesce.
  public nonisolated var events: EventSequence<RTCPeerConnectionEvent> { broadcaster.sequence }

  /// webrtc-pc §4.3.1
  public nonisolated var signalingState: RTCSignalingState { snapshot.withLock { $0.signalingState } }
  /// webrtc-pc §4.3.2
  public nonisolated var iceGatheringState: RTCIceGatheringState { snapshot.withLock { $0.iceGatheringState } }
  /// webrtc-pc §4.3.4
  public nonisolated var iceConnectionState: RTCIceConnectionState { snapshot.withLock { $0.iceConnectionState } }
  /// webrtc-pc §4.3.3
  public nonisolated var connectionState: RTCPeerConnectionState { snapshot.withLock { $0.connectionState } }
  /// The local description in force or pending, candidates gathered so far included.
  public nonisolated var localDescription: RTCSessionDescription? {
    snapshot.withLock { $0.pendingLocalDescription ?? $0.currentLocalDescription }
  }
  /// The local description of the last completed negotiation.
  public nonisolated var currentLocalDescription: RTCSessionDescription? {
    snapshot.withLock { $0.currentLocalDescription }
  }
  /// The local description of the negotiation under way.
  public nonisolated var pendingLocalDescription: RTCSessionDescription? {
    snapshot.withLock { $0.pendingLocalDescription }
  }
  /// The remote description in force or pending.
  public nonisolated var remoteDescription: RTCSessionDescription? {
    snapshot.withLock { $0.pendingRemoteDescription ?? $0.currentRemoteDescription }
  }
  /// The remote description of the last completed negotiation.
  public nonisolated var currentRemoteDescription: RTCSessionDescription? {
    snapshot.withLock { $0.currentRemoteDescription }
  }
  /// The remote description of the negotiation under way.
  public nonisolated var pendingRemoteDescription: RTCSessionDescription? {
    snapshot.withLock { $0.pendingRemoteDescription }
  }
  /// Whether the peer takes candidates after its description; `nil` before there is one.
  public nonisolated var canTrickleIceCandidates: Bool? { snapshot.withLock { $0.canTrickleIceCandidates } }
  /// In order of creation.
  public nonisolated var transceivers: [RTCRtpTransceiver] { snapshot.withLock { $0.transceivers } }
  /// The senders of all transceivers that are not stopped.
  public nonisolated var senders: [RTCRtpSender] { transceivers.filter { !$0.isStopped }.map(\.sender) }
  /// The receivers of all transceivers that are not stopped.
  public nonisolated var receivers: [RTCRtpReceiver] { transceivers.filter { !$0.isStopped }.map(\.receiver) }
  /// The configuration, as it was given, with the certificate in use.
  public nonisolated var configuration: RTCConfiguration { snapshot.withLock { $0.configuration } }
}
