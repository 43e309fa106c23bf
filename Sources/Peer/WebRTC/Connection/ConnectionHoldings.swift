internal import NIOCore
internal import RTCFrames
internal import RTCJSEP
internal import RTCSCTP
internal import RTCTransport

/// What a connection has to give back at its end. It belongs to the connection's event loop and outlives a connection that was dropped
/// without `close()` by one turn of that loop (PC-21).
final class ConnectionHoldings {
  let driver: ConnectionDriver
  var sockets: [TransportID: TransportSockets] = [:]
  var transportObjects: [TransportID: RTCDtlsTransport] = [:]
  var transceiverObjects: [TransceiverID: RTCRtpTransceiver] = [:]
  /// Until they are closed and read to the end.
  var dataChannels: [DataChannelHandle: RTCDataChannel] = [:]
  var isClosed = false
  private let broadcaster: EventBroadcaster<RTCPeerConnectionEvent>

  init(driver: ConnectionDriver, broadcaster: EventBroadcaster<RTCPeerConnectionEvent>) {
    self.driver = driver
    self.broadcaster = broadcaster
  }

  /// The connection has closed: no event tells of it (webrtc-pc §4.4.2, close).
  func endDataChannels() {
    for channel in dataChannels.values { channel.end() }
    dataChannels.removeAll()
  }

  /// Ends what nobody can close any more.
  func abandon() {
    guard !isClosed else { return }
    isClosed = true
    driver.perform { engine, now in engine.close(now: now) }
    driver.detach()
    for port in sockets.values.flatMap(\.ports) { _ = port.close() }
    for transceiver in transceiverObjects.values {
      transceiver.markStopped()
      transceiver.receiver.pipeline.end()
      transceiver.sender.pipeline.closeLater()
      transceiver.receiver.pipeline.closeLater()
    }
    endDataChannels()
    for transport in transportObjects.values { transport.close() }
    broadcaster.finish()
  }
}

/// Goes with its connection, and has the holdings ended on their event loop.
///
/// An `isolated deinit` of the actor would say the same, but sends the optimiser of Swift 6.3 in a circle wherever a connection is used.
final class ConnectionReaper: Sendable {
  private let holdings: NIOLoopBound<ConnectionHoldings>
  private let eventLoop: any EventLoop

  /// Made on the event loop.
  init(_ holdings: ConnectionHoldings, eventLoop: any EventLoop) {
    self.holdings = NIOLoopBound(holdings, eventLoop: eventLoop)
    self.eventLoop = eventLoop
  }

  deinit {
    let holdings = holdings
    eventLoop.execute { holdings.value.abandon() }
  }
}
