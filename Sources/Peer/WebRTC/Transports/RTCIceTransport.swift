internal import RTCEngine
import Synchronization

/// How packets find their way to the peer (webrtc-pc §5.6).
public final class RTCIceTransport: Sendable {
  private struct State: Sendable {
    var state = RTCIceTransportState.new
    var gatheringState = RTCIceGathererState.new
  }

  private let current = Mutex(State())

  init() {}

  /// Always `rtp`: RTCP shares the path (`RTCRtcpMuxPolicy.require`).
  public var component: RTCIceComponent { .rtp }
  /// The state now.
  public var state: RTCIceTransportState { current.withLock { $0.state } }
  /// Whether local candidates are still being gathered.
  public var gatheringState: RTCIceGathererState { current.withLock { $0.gatheringState } }

  func update(_ states: ConnectionStates.Transport) {
    current.withLock { $0 = State(state: states.ice, gatheringState: states.gathering) }
  }
}
