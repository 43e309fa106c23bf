import WebRTCTypes

/// What the API is told follows from comparing the session before and after a description, whatever led from one to
/// the other.
extension JSEPSession {
  /// The part of the session that events tell of.
  struct Observed {
    var signalingState: RTCSignalingState
    var transceivers: [JSEPTransceiver]
  }

  var observed: Observed { Observed(signalingState: signalingState, transceivers: transceivers) }

  /// In the order of webrtc-pc §4.4.1.5, the last steps. A rollback brings no track back: its media simply goes on.
  func events(since before: Observed, isRollback: Bool) -> [JSEPEvent] {
    var events: [JSEPEvent] = []
    if before.signalingState != signalingState { events.append(.signalingStateChanged(signalingState)) }
    let old = Dictionary(uniqueKeysWithValues: before.transceivers.map { ($0.id, $0) })
    let new = Dictionary(uniqueKeysWithValues: transceivers.map { ($0.id, $0) })
    var muted: [JSEPEvent] = []
    var removed: [JSEPEvent] = []
    var added: [JSEPEvent] = []
    var tracks: [JSEPEvent] = []
    for transceiver in before.transceivers {
      let id = transceiver.id
      let after = new[id]
      if !transceiver.isStopped, after?.isStopped ?? true { events.append(.transceiverStopped(id)) }
      if transceiver.negotiated.isReceptive, !(after?.negotiated.isReceptive ?? false) { muted.append(.trackMuted(id)) }
      let streamIDs = Set(after?.negotiated.receiverStreamIDs ?? [])
      for streamID in transceiver.negotiated.receiverStreamIDs where !streamIDs.contains(streamID) {
        removed.append(.trackRemovedFromStream(id, streamID: streamID))
      }
    }
    for transceiver in transceivers {
      let id = transceiver.id
      if old[id] == nil { events.append(.transceiverAdded(id)) }
      let streamIDs = Set(old[id]?.negotiated.receiverStreamIDs ?? [])
      for streamID in transceiver.negotiated.receiverStreamIDs where !streamIDs.contains(streamID) {
        added.append(.trackAddedToStream(id, streamID: streamID))
      }
      if transceiver.negotiated.isReceptive, !(old[id]?.negotiated.isReceptive ?? false), !isRollback {
        tracks.append(.track(id, streamIDs: transceiver.negotiated.receiverStreamIDs))
      }
    }
    let gone = before.transceivers.filter { new[$0.id] == nil }.map { JSEPEvent.transceiverRemoved($0.id) }
    return events + muted + removed + added + tracks + gone
  }
}
