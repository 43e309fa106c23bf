internal import RTCEngine
import Synchronization

/// What RTP and RTCP of one or, with BUNDLE, several transceivers go over (webrtc-pc §5.5).
public final class RTCDtlsTransport: Sendable {
  /// The ICE transport below.
  public let iceTransport = RTCIceTransport()
  private let current = Mutex(RTCDtlsTransportState.new)

  init() {}

  /// The state now; `closed` for good after the connection's `close()`, or when no transceiver uses the transport any more.
  public var state: RTCDtlsTransportState { current.withLock { $0 } }

  func update(_ states: ConnectionStates.Transport) {
    current.withLock { $0 = states.dtls }
    iceTransport.update(states)
  }

  func close() { update(ConnectionStates.Transport(ice: .closed, dtls: .closed, gathering: .complete)) }
}
