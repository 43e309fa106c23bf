internal import RTCJSEP
import Synchronization

/// The receiving half of a transceiver (webrtc-pc §5.3).
public final class RTCRtpReceiver: Sendable {
  private struct State: Sendable {
    var parameters = RTCRtpReceiveParameters()
    var transport: RTCDtlsTransport?
  }

  /// What is received: live and muted from the start, unmuted with the first packet, ended with the transceiver or the connection.
  public let track: MediaStreamTrack
  let pipeline: ReceivePipeline
  let id: TransceiverID
  let connection: WeakConnection
  private let state = Mutex(State())

  init(id: TransceiverID, track: MediaStreamTrack, connection: RTCPeerConnection, pipeline: ReceivePipeline) {
    self.id = id
    self.connection = WeakConnection(connection)
    self.track = track
    self.pipeline = pipeline
  }

  func update(_ parameters: RTCRtpReceiveParameters, transport: RTCDtlsTransport?) {
    state.withLock { $0 = State(parameters: parameters, transport: transport) }
  }

  /// What the track is received over; `nil` before a description has been set.
  public var transport: RTCDtlsTransport? { state.withLock { $0.transport } }

  /// What was negotiated: codecs and header extensions; both empty before that.
  public func getParameters() -> RTCRtpReceiveParameters { state.withLock { $0.parameters } }

  /// What can be received with the built-in codecs (webrtc-pc §5.3.5).
  public static func getCapabilities(_ kind: MediaStreamTrackKind) -> RTCRtpCapabilities { .all(kind) }
}
