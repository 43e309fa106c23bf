internal import RTCEngine
internal import RTCFrames
import Synchronization

/// How packets find their way to the peer (webrtc-pc §5.6).
public final class RTCIceTransport: Sendable {
  private struct State: Sendable {
    var state = RTCIceTransportState.new
    var gatheringState = RTCIceGathererState.new
    var description: ICETransportDescription?
  }

  private let current = Mutex(State())
  private let broadcaster = EventBroadcaster<RTCIceTransportEvent>(coalescingKey: \.coalescingKey)

  init() {}

  /// Always `rtp`: RTCP shares the path (`RTCRtcpMuxPolicy.require`).
  public var component: RTCIceComponent { .rtp }
  /// Which side nominates; `unknown` before a local description is set.
  public var role: RTCIceRole { description?.role ?? .unknown }
  /// The state now.
  public var state: RTCIceTransportState { current.withLock { $0.state } }
  /// Whether local candidates are still being gathered.
  public var gatheringState: RTCIceGathererState { current.withLock { $0.gatheringState } }
  /// The candidates that were told to the application (`getLocalCandidates`).
  public var localCandidates: [RTCIceCandidate] { description?.localCandidates ?? [] }
  /// The candidates that the peer told; those learnt from its checks are not among them (`getRemoteCandidates`).
  public var remoteCandidates: [RTCIceCandidate] { description?.remoteCandidates ?? [] }
  /// What packets are sent over; `nil` as long as there is no path (`getSelectedCandidatePair`).
  public var selectedCandidatePair: RTCIceCandidatePair? { description?.selectedPair }
  /// This side's credentials; `nil` before a local description is set (`getLocalParameters`).
  public var localParameters: RTCIceParameters? { description?.localParameters }
  /// The peer's credentials; `nil` before a remote description is set (`getRemoteParameters`).
  public var remoteParameters: RTCIceParameters? { description?.remoteParameters }
  /// What has happened since the transport was made, for the first reader; later readers start from now. Of states, and of pairs, that nobody
  /// read in time only the newest is told.
  public var events: EventSequence<RTCIceTransportEvent> { broadcaster.sequence }

  private var description: ICETransportDescription? { current.withLock { $0.description } }

  func update(_ states: ConnectionStates.Transport) {
    let before = current.withLock { current in
      defer {
        current.state = states.ice
        current.gatheringState = states.gathering
      }
      return current
    }
    if before.gatheringState != states.gathering { broadcaster.send(.gatheringStateChange(states.gathering)) }
    guard before.state != states.ice else { return }
    broadcaster.send(.stateChange(states.ice))
    if states.ice == .closed { broadcaster.finish() }
  }

  /// `nil` leaves what was known.
  func update(_ description: ICETransportDescription?) {
    guard let description else { return }
    current.withLock { $0.description = description }
  }

  func pathChanged(_ description: ICETransportDescription?) {
    let before = selectedCandidatePair
    update(description)
    // A nomination confirms the path that is in use already.
    if let pair = description?.selectedPair, pair != before { broadcaster.send(.selectedCandidatePairChange(pair)) }
  }
}
