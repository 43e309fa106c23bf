internal import RTCJSEP
import Synchronization

/// The sending half of a transceiver: encodes a track and sends it (webrtc-pc §5.2).
public final class RTCRtpSender: Sendable {
  let id: TransceiverID
  /// What the sender sends.
  public let kind: MediaStreamTrackKind
  let pipeline: SendPipeline
  let connection: WeakConnection
  private let state = Mutex(State())

  private struct State: Sendable {
    var parameters = RTCRtpSendParameters(transactionId: "", encodings: [])
    /// What `getParameters` gave last, until `setParameters` takes it.
    var transaction: RTCRtpSendParameters?
    var transactionCount = 0
    var transport: RTCDtlsTransport?
  }

  init(id: TransceiverID, kind: MediaStreamTrackKind, connection: RTCPeerConnection, pipeline: SendPipeline) {
    self.id = id
    self.kind = kind
    self.connection = WeakConnection(connection)
    self.pipeline = pipeline
  }

  func update(_ parameters: RTCRtpSendParameters, transport: RTCDtlsTransport?) {
    state.withLock { state in
      state.parameters = parameters
      state.transport = transport
    }
  }

  /// The sender's place in `connection`; `nil` when it belongs to another.
  func owner(in connection: RTCPeerConnection) -> TransceiverID? {
    self.connection.value === connection ? id : nil
  }

  /// The track that is sent; `nil` when there is none.
  public var track: MediaStreamTrack? { pipeline.track }

  /// What the track is sent over; `nil` before a description has been set.
  public var transport: RTCDtlsTransport? { state.withLock { $0.transport } }

  /// How the track is to be encoded.
  public var encodings: [RTCRtpEncodingParameters] { state.withLock { $0.parameters.encodings } }

  /// How the track is encoded and sent: the encodings, and what was negotiated, the codec in use first. `setParameters` takes it back,
  /// changed.
  public func getParameters() -> RTCRtpSendParameters {
    state.withLock { state in
      state.transactionCount += 1
      var parameters = state.parameters
      parameters.transactionId = String(state.transactionCount)
      state.transaction = parameters
      return parameters
    }
  }

  /// Changes how the track is encoded, without negotiation.
  ///
  /// - Parameter parameters: what `getParameters` gave last, its encodings changed.
  /// - Throws: `WebRTCError.invalidStateError` without `getParameters` before or when stopped or closed, `.invalidModificationError` when
  ///   anything else than the values of encodings is changed or the parameters are not the last ones, `.rangeError` for values out of range.
  public func setParameters(_ parameters: RTCRtpSendParameters) async throws {
    let last = try state.withLock { state throws(WebRTCError) in
      guard let last = state.transaction else {
        throw .invalidStateError("setParameters takes what getParameters gave, once; call getParameters first.")
      }
      return last
    }
    guard parameters.transactionId == last.transactionId else {
      throw WebRTCError.invalidModificationError("The parameters are not those that getParameters gave last.")
    }
    var comparable = parameters
    comparable.encodings = last.encodings
    guard comparable == last else {
      throw WebRTCError.invalidModificationError("Only the encodings of the parameters can be changed.")
    }
    try await setEncodings(parameters.encodings)
    state.withLock { state in
      if state.transaction?.transactionId == last.transactionId { state.transaction = nil }
    }
  }

  /// Changes bitrate, frame rate, scaling or whether anything is sent: `setParameters` without its transaction.
  ///
  /// - Throws: `WebRTCError.invalidModificationError` when the number or names of encodings differ, `.rangeError` for values out of range,
  ///   `.invalidStateError` when stopped or closed.
  public func setEncodings(_ encodings: [RTCRtpEncodingParameters]) async throws {
    try await open().setEncodings(encodings, of: id)
  }

  /// Sends another track in place of the present one, without negotiation; `nil` sends nothing.
  ///
  /// - Throws: `WebRTCError.typeError` for a track of another kind, `.invalidStateError` when stopped or closed.
  public func replaceTrack(_ track: MediaStreamTrack?) async throws {
    try await open().replaceTrack(track, of: id)
  }

  /// Tells the peer with the next negotiation which streams the track belongs to.
  ///
  /// - Throws: `WebRTCError.invalidStateError` when stopped or closed.
  public func setStreams(_ streams: [MediaStream]) async throws {
    try await open().setStreams(streams.map(\.id), of: id)
  }

  private func open() throws -> RTCPeerConnection {
    guard let connection = connection.value else { throw WebRTCError.invalidStateError("The connection is gone.") }
    return connection
  }

  /// What can be sent with the built-in codecs (webrtc-pc §5.2.7).
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
