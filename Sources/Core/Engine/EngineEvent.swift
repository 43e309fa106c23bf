import RTCBase
import RTCJSEP
import RTCPayload
import RTCReceive
import RTCSCTP
import WebRTCTypes

/// What an engine tells the shell, in order.
package enum EngineEvent: Sendable {
  /// Signalling state, tracks and streams.
  case model(JSEPEvent)
  case negotiationNeeded
  /// A transport needs local addresses for a generation of credentials: the shell opens sockets, then calls `addLocalAddress` for each and
  /// `localAddressesComplete`.
  case gatheringNeeded(TransportID, usernameFragment: String)
  /// A local candidate to signal; an empty one ends the candidates of its generation (webrtc-pc §4.8.1).
  case candidate(RTCIceCandidate, serverIndex: Int?)
  /// All candidates of all generations are told (`icecandidate` with null).
  case candidatesComplete
  case candidateError(EngineCandidateError)
  case iceGatheringStateChanged(RTCIceGatheringState)
  case iceConnectionStateChanged(RTCIceConnectionState)
  case connectionStateChanged(RTCPeerConnectionState)
  case transportChanged(TransportID, ConnectionStates.Transport)
  /// The transport's path is another, or is nominated now.
  case pathChanged(TransportID)
  /// No section uses the transport any more: its sockets can go.
  case transportRemoved(TransportID)
  /// Datagrams from `remote` are the peer's: it has sent STUN with valid integrity.
  case remoteAddressValidated(remote: TransportAddress, local: TransportAddress)
  /// A complete frame in the order of decoding, due now.
  case videoFrame(TransceiverID, ReceivedVideoFrame, mimeType: String)
  case audioPlayout(TransceiverID, AudioPlayout, mimeType: String)
  /// The peer's packets begin or cease to come: the track unmutes or mutes (TR-06).
  case receivingChanged(TransceiverID, isReceiving: Bool)
  /// The peer needs a key frame from this transceiver's encoder.
  case keyFrameRequested(TransceiverID)
  case encodingTargetChanged(TransceiverID, EncodingTarget)
  /// `PeerEngine.sctpTransport` says something else now.
  case sctpTransportChanged
  case dataChannel(DataChannelEvent)
}

/// `RTCPeerConnectionIceErrorEvent` (webrtc-pc §4.8.2).
package struct EngineCandidateError: Hashable, Sendable {
  package var serverIndex: Int
  package var address: String?
  package var port: UInt16?
  package var code: Int
  package var text: String
}

/// What an encoder should make now.
package struct EncodingTarget: Hashable, Sendable {
  /// `false` while nothing can be sent: not negotiated, not connected, or switched off by `RTCRtpEncodingParameters.active`.
  package var isActive: Bool
  package var bitrate: Bitrate
  /// What to encode with: the peer's first codec.
  package var codec: NegotiatedCodec?
  /// The milliseconds of sound that the peer wants in a packet.
  package var packetTime: Int?
  /// The application's wishes: scaling, frame rate.
  package var encoding: RTCRtpEncodingParameters
  /// The share of packets the peer loses in steps of 0.05: Opus spends bits on forward error correction by it.
  package var packetLoss: Double
}
