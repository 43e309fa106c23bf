import WebRTCTypes

/// What applying a description did to the objects of the API, in the order in which webrtc-pc §4.4.1.5 tells of it.
package enum JSEPEvent: Hashable, Sendable {
  case signalingStateChanged(RTCSignalingState)
  /// A remote offer made a transceiver.
  case transceiverAdded(TransceiverID)
  /// Its section was rejected: its receiver's track has ended.
  case transceiverStopped(TransceiverID)
  /// The peer stopped sending: the receiver's track is muted.
  case trackMuted(TransceiverID)
  /// The receiver's track left a stream.
  case trackRemovedFromStream(TransceiverID, streamID: String)
  /// The receiver's track joined a stream; streams are made when they are first named.
  case trackAddedToStream(TransceiverID, streamID: String)
  /// The peer began to send: the API's `track` event.
  case track(TransceiverID, streamIDs: [String])
  /// The transceiver is no longer one of the connection's.
  case transceiverRemoved(TransceiverID)
}
