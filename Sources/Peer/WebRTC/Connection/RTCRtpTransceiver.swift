internal import RTCJSEP
import Synchronization

/// A sender and a receiver that share an m-section (webrtc-pc §5.4).
public final class RTCRtpTransceiver: Sendable {
  private struct State: Sendable {
    var mid: String?
    var direction: RTCRtpTransceiverDirection
    var currentDirection: RTCRtpTransceiverDirection?
    var isStopped = false
  }

  /// What both halves carry.
  public let kind: MediaStreamTrackKind
  /// The sending half.
  public let sender: RTCRtpSender
  /// The receiving half.
  public let receiver: RTCRtpReceiver
  private let id: TransceiverID
  private let connection: WeakConnection
  private let state: Mutex<State>

  init(_ model: JSEPTransceiver, sender: RTCRtpSender, receiver: RTCRtpReceiver, connection: RTCPeerConnection) {
    id = model.id
    kind = model.kind
    self.sender = sender
    self.receiver = receiver
    self.connection = WeakConnection(connection)
    state = Mutex(State(direction: model.apiDirection))
  }

  func update(_ model: JSEPTransceiver) {
    state.withLock { state in
      state.mid = model.mid
      state.direction = model.apiDirection
      state.currentDirection = model.apiCurrentDirection
      state.isStopped = model.isStopped
    }
  }

  func markStopped() {
    state.withLock { state in
      state.isStopped = true
      state.direction = .stopped
      state.currentDirection = .stopped
    }
  }

  /// The m-section's identifier; `nil` before it is negotiated.
  public var mid: String? { state.withLock { $0.mid } }
  /// What the application wants.
  public var direction: RTCRtpTransceiverDirection { state.withLock { $0.direction } }
  /// What was negotiated last; `nil` before that.
  public var currentDirection: RTCRtpTransceiverDirection? { state.withLock { $0.currentDirection } }
  /// Whether it has ended for good.
  public var isStopped: Bool { state.withLock { $0.isStopped } }

  /// Changes what the next negotiation asks for.
  ///
  /// - Throws: `WebRTCError.invalidStateError` when stopped, `.typeError` for `stopped`.
  public func setDirection(_ direction: RTCRtpTransceiverDirection) async throws {
    try await open().setDirection(direction, of: id)
  }

  /// Ends both halves at once; the next negotiation frees the m-section (webrtc-pc §5.4). Calling it again does nothing.
  ///
  /// - Throws: `WebRTCError.invalidStateError` when the connection is closed.
  public func stop() async throws { try await open().stopTransceiver(id) }

  /// Orders and filters the codecs that the next negotiation offers; an empty list resets that.
  ///
  /// - Parameter codecs: of `RTCPeerConnection.capabilities(_:)`; without `rtx` nothing is retransmitted.
  /// - Throws: `WebRTCError.invalidModificationError` for a codec that is not among the capabilities, or when only retransmission is left.
  public func setCodecPreferences(_ codecs: [RTCRtpCodec]) async throws {
    try await open().setCodecPreferences(codecs, of: id)
  }

  private func open() throws -> RTCPeerConnection {
    guard let connection = connection.value else { throw WebRTCError.invalidStateError("The connection is gone.") }
    return connection
  }
}
