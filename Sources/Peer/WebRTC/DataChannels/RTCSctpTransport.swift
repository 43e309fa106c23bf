internal import RTCEngine
internal import RTCFrames
import Synchronization

/// The SCTP association that data channels go over (webrtc-pc §6.1.1).
public final class RTCSctpTransport: Sendable {
  /// What the association goes over.
  public let transport: RTCDtlsTransport
  private let current: Mutex<EngineSCTPTransport>
  private let broadcaster = EventBroadcaster<RTCSctpTransportState>(coalescingKey: { _ in 0 })

  init(_ known: EngineSCTPTransport, transport: RTCDtlsTransport) {
    self.transport = transport
    current = Mutex(known)
  }

  /// The state now; `closed` for good.
  public var state: RTCSctpTransportState { current.withLock { $0.state } }
  /// The size of the largest message that can be sent, in bytes: what the peer takes, and 16 MiB at most.
  public var maxMessageSize: Int { current.withLock { $0.maximumMessageSize } }
  /// How many channels there can be at once; `nil` until the association is connected.
  public var maxChannels: UInt16? { current.withLock { $0.maximumChannels } }
  /// The states since the association was made, for the first reader; later readers start from now (`statechange`).
  public var states: EventSequence<RTCSctpTransportState> { broadcaster.sequence }

  func update(_ known: EngineSCTPTransport) {
    let before = current.withLock { state in
      defer { state = known }
      return state.state
    }
    if before != known.state { broadcaster.send(known.state) }
    if known.state == .closed { broadcaster.finish() }
  }

  func close() {
    var last = current.withLock { $0 }
    last.state = .closed
    update(last)
  }
}
