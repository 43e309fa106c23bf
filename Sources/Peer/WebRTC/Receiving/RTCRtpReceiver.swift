internal import RTCBase
internal import RTCJSEP
import Synchronization

/// The receiving half of a transceiver (webrtc-pc §5.3).
public final class RTCRtpReceiver: Sendable {
  private struct State: Sendable {
    var parameters = RTCRtpReceiveParameters()
    var transport: RTCDtlsTransport?
    var jitterBufferTarget: Duration?
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
    state.withLock { state in
      state.parameters = parameters
      state.transport = transport
    }
  }

  /// What the track is received over; `nil` before a description has been set.
  public var transport: RTCDtlsTransport? { state.withLock { $0.transport } }

  /// What was negotiated: codecs and header extensions; both empty before that.
  public func getParameters() -> RTCRtpReceiveParameters { state.withLock { $0.parameters } }

  /// How long what is received is held back at least between arrival and decoding; `nil`, the default, for no longer than the network's
  /// jitter asks for (webrtc-extensions, RTCRtpReceiver).
  public var jitterBufferTarget: Duration? { state.withLock { $0.jitterBufferTarget } }

  /// Changes `jitterBufferTarget`, which streams come up to within seconds.
  ///
  /// - Parameter target: 0 to 4 s.
  /// - Throws: `WebRTCError.rangeError` outside that.
  public func setJitterBufferTarget(_ target: Duration?) async throws {
    if let target, !(.zero ... .seconds(4)).contains(target) {
      throw WebRTCError.rangeError("jitterBufferTarget is \(target); it can be 0 to 4 s.")
    }
    state.withLock { $0.jitterBufferTarget = target }
    await connection.value?.setPlayoutDelay(target ?? .zero, of: id)
  }

  /// What can be received with the built-in codecs (webrtc-pc §5.3.5).
  public static func getCapabilities(_ kind: MediaStreamTrackKind) -> RTCRtpCapabilities { .all(kind) }
}
