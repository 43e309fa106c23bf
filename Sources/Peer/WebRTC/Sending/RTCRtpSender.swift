internal import RTCJSEP
import Synchronization

/// The sending half of a transceiver: encodes a track and sends it (webrtc-pc §5.2).
public final class RTCRtpSender: Sendable {
  let id: TransceiverID
  /// What the sender sends.
  public let kind: MediaStreamTrackKind
  let pipeline: SendPipeline
  private let connection: WeakConnection
  private let state = Mutex(State())

  private struct State: Sendable {
    var encodings: [RTCRtpEncodingParameters] = []
  }

  init(id: TransceiverID, kind: MediaStreamTrackKind, connection: RTCPeerConnection, pipeline: SendPipeline) {
    self.id = id
    self.kind = kind
    self.connection = WeakConnection(connection)
    self.pipeline = pipeline
  }

  func update(_ model: JSEPSender) { state.withLock { $0.encodings = model.encodings } }

  /// The sender's place in `connection`; `nil` when it belongs to another.
  func owner(in connection: RTCPeerConnection) -> TransceiverID? {
    self.connection.value === connection ? id : nil
  }

  /// The track that is sent; `nil` when there is none.
  public var track: MediaStreamTrack? { pipeline.track }

  /// How the track is to be encoded.
  public var encodings: [RTCRtpEncodingParameters] { state.withLock { $0.encodings } }

  /// Sends another track in place of the present one, without negotiation; `nil` sends nothing.
  ///
  /// - Throws: `WebRTCError.typeError` for a track of another kind, `.invalidStateError` when stopped or closed.
  public func replaceTrack(_ track: MediaStreamTrack?) async throws {
    try await open().replaceTrack(track, of: id)
  }

  /// Changes bitrate, frame rate, scaling or whether anything is sent.
  ///
  /// - Throws: `WebRTCError.invalidModificationError` when the number or names of encodings differ, `.rangeError` for values out of range.
  public func setEncodings(_ encodings: [RTCRtpEncodingParameters]) async throws {
    try await open().setEncodings(encodings, of: id)
  }

  /// Tells the peer with the next negotiation which streams the track belongs to.
  public func setStreams(_ streams: [MediaStream]) async throws {
    try await open().setStreams(streams.map(\.id), of: id)
  }

  private func open() throws -> RTCPeerConnection {
    guard let connection = connection.value else { throw WebRTCError.invalidStateError("The connection is gone.") }
    return connection
  }

  /// What can be sent (webrtc-pc §5.2.7).
  public static func getCapabilities(_ kind: MediaStreamTrackKind) -> RTCRtpCapabilities {
    .all(kind)
  }
}

/// A connection that is not kept alive.
struct WeakConnection: Sendable {
  private final class Reference: Sendable {
    let value: Mutex<Box>
    struct Box: Sendable {
      weak var connection: RTCPeerConnection?
    }
    init(_ connection: RTCPeerConnection) { value = Mutex(Box(connection: connection)) }
  }

  private let reference: Reference
  init(_ connection: RTCPeerConnection) { reference = Reference(connection) }
  var value: RTCPeerConnection? { reference.value.withLock { $0.connection } }
}
