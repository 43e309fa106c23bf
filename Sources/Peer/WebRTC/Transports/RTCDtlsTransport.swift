internal import RTCEngine
internal import RTCFrames
internal import RTCSecurity
import Synchronization

/// What RTP, RTCP and data channels of one or, with BUNDLE, several sections go over (webrtc-pc §5.5).
public final class RTCDtlsTransport: Sendable {
  private struct State: Sendable {
    var state = RTCDtlsTransportState.new
    var error: RTCError?
    var remoteCertificates: [[UInt8]] = []
  }

  /// The ICE transport below.
  public let iceTransport = RTCIceTransport()
  private let current = Mutex(State())
  private let broadcaster = EventBroadcaster<RTCDtlsTransportEvent>(coalescingKey: \.coalescingKey)

  init() {}

  /// The state now; `closed` for good after the connection's `close()`, or when no transceiver uses the transport any more.
  public var state: RTCDtlsTransportState { current.withLock { $0.state } }
  /// Why the state is `failed`; `nil` in every other state.
  public var error: RTCError? { current.withLock { $0.error } }
  /// The peer's certificates, each as DER, its own first; none until connected (`getRemoteCertificates`).
  public var remoteCertificates: [[UInt8]] { current.withLock { $0.remoteCertificates } }
  /// What has happened since the transport was made, for the first reader; later readers start from now. Of states that nobody read in time only
  /// the newest is told.
  public var events: EventSequence<RTCDtlsTransportEvent> { broadcaster.sequence }

  func update(_ states: ConnectionStates.Transport, _ outcome: HandshakeOutcome = HandshakeOutcome()) {
    iceTransport.update(states)
    let error = states.dtls == .failed ? outcome.failure.map { RTCError($0) } : nil
    let isNew = current.withLock { current in
      let before = current.state
      current.state = states.dtls
      current.error = error
      switch states.dtls {
      case .new, .connecting: current.remoteCertificates = []
      case .connected, .closed, .failed:
        if let certificate = outcome.peerCertificate { current.remoteCertificates = [certificate] }
      }
      return before != states.dtls
    }
    guard isNew else { return }
    if let error { broadcaster.send(.error(error)) }
    broadcaster.send(.stateChange(states.dtls))
    if states.dtls == .closed { broadcaster.finish() }
  }

  func close() { update(ConnectionStates.Transport(ice: .closed, dtls: .closed, gathering: .complete)) }
}

extension RTCError {
  /// webrtc-pc §5.5: what the `error` event of a transport says.
  init(_ failure: DTLSFailure) {
    switch failure {
    case .fingerprintMismatch:
      self.init(
        RTCErrorInit(errorDetail: .fingerprintFailure),
        message: "The peer's certificate matches none of the fingerprints that it signalled.")
    case .receivedAlert(let alert):
      self.init(
        RTCErrorInit(errorDetail: .dtlsFailure, receivedAlert: UInt32(alert)),
        message: "The peer ended DTLS with the alert \(alert).")
    case .sentAlert(let alert):
      self.init(
        RTCErrorInit(errorDetail: .dtlsFailure, sentAlert: UInt32(alert)),
        message: "The peer's DTLS was refused with the alert \(alert).")
    case .timeout:
      self.init(RTCErrorInit(errorDetail: .dtlsFailure), message: "The DTLS handshake did not complete in time.")
    case .internalFailure(let reason):
      self.init(RTCErrorInit(errorDetail: .dtlsFailure), message: "DTLS failed: \(reason).")
    }
  }
}
