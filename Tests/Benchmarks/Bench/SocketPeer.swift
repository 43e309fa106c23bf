import NIOCore
import RTCBase
import RTCEngine
import RTCICE
import RTCJSEP
import RTCNativeCrypto
import RTCSecurity
import RTCTransport
import WebRTCTypes

/// An engine behind a socket of its own, on one event loop.
final class SocketPeer {
  let driver: ConnectionDriver
  let port: DatagramPort
  private(set) var transceivers: [TransceiverID] = []
  private(set) var frames = 0
  private var frameSource: FrameSource?
  private var nextFrame = MonotonicTime.zero
  private let gathered: EventLoopPromise<RTCSessionDescription>
  private let connected: EventLoopPromise<Void>

  /// All that crosses to another thread.
  typealias Reference = NIOLoopBound<SocketPeer>

  static func open(
    certificate: any LocalCertificate, bitrate: Bitrate, kinds: [MediaStreamTrackKind], on eventLoop: any EventLoop
  ) -> EventLoopFuture<Reference> {
    let loopback = TransportAddress(.loopbackV4, port: 0)
    return DatagramPort.open(loopback, on: eventLoop).flatMapThrowing { port in
      let peer = SocketPeer(certificate: certificate, bitrate: bitrate, port: port.value, on: eventLoop)
      for kind in kinds {
        let id = try peer.driver.perform { engine, now throws(WebRTCError) in
          try BenchmarkEngine.addTrack(kind, to: &engine, now: now)
        }
        peer.transceivers.append(id)
      }
      return NIOLoopBound(peer, eventLoop: eventLoop)
    }
  }

  private init(
    certificate: any LocalCertificate, bitrate: Bitrate, port: DatagramPort, on eventLoop: any EventLoop
  ) {
    let engine = BenchmarkEngine.make(
      certificate: certificate, crypto: OpenSSLCryptoProvider(), bitrate: bitrate, random: .system(),
      wallClock: .current(), now: .now)
    driver = ConnectionDriver(engine: engine, on: eventLoop)
    self.port = port
    gathered = eventLoop.makePromise()
    connected = eventLoop.makePromise()
    driver.onEvent = { [unowned self] event in handle(event) }
  }

  // MARK: Signalling

  /// Makes the local description, and waits for its candidates.
  func describe() -> EventLoopFuture<RTCSessionDescription> {
    do {
      try driver.perform { engine, now throws(WebRTCError) in
        try engine.setLocalDescription(nil, sdp: "", now: now)
      }
    } catch {
      gathered.fail(error)
    }
    return gathered.futureResult
  }

  func accept(_ description: RTCSessionDescription) throws {
    try driver.perform { engine, now throws(WebRTCError) in
      try engine.setRemoteDescription(description, now: now)
    }
  }

  var whenConnected: EventLoopFuture<Void> { connected.futureResult }

  private func handle(_ event: EngineEvent) {
    switch event {
    case .gatheringNeeded(let transport, let fragment):
      driver.attach(port, fragment: fragment)
      driver.perform { engine, now in
        engine.addLocalAddress(port.localAddress, interface: ICEInterface(name: "lo"), transport: transport, now: now)
        engine.localAddressesComplete(transport: transport, now: now)
      }
    case .candidatesComplete:
      if let description = driver.read({ engine, _ in engine.jsep.localDescription }) { gathered.succeed(description) }
    case .connectionStateChanged(.connected): connected.succeed()
    case .videoFrame: frames += 1
    default: break
    }
  }

  // MARK: Media

  /// Sends frames from now on, as an encoder would.
  func startVideo(bitrate: Bitrate, packetsPerFrame: Int) {
    frameSource = FrameSource(bitrate: bitrate, packetsPerFrame: packetsPerFrame)
    nextFrame = .now
    sendFrames()
  }

  func stopVideo() { frameSource = nil }

  private func sendFrames() {
    guard var source = frameSource else { return }
    while nextFrame <= .now {
      driver.perform { engine, now in source.send(on: transceivers[0], of: &engine, now: now) }
      nextFrame += source.interval
    }
    frameSource = source
    driver.eventLoop.assumeIsolated().scheduleTask(deadline: nextFrame.nioDeadline) { [weak self] in
      self?.sendFrames()
    }
  }

  func close() -> EventLoopFuture<Void> {
    frameSource = nil
    driver.perform { engine, now in engine.close(now: now) }
    driver.detach()
    return port.close()
  }
}
