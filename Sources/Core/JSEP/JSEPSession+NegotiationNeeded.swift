import RTCSDP
import WebRTCTypes

/// webrtc-pc §4.7.3: is there something that the peer has to be told?
extension JSEPSession {
  /// The condition alone; it means nothing outside the stable state.
  package var isNegotiationNeeded: Bool {
    if !credentialsToReplace.isEmpty { return true }
    if wantsDataChannels, !sections.contains(where: { $0.kind == .application && !$0.isRejected && $0.isNegotiated }) {
      return true
    }
    return transceivers.contains { isNegotiationNeeded($0) }
  }

  /// `true` when the event is due: once, in the stable state, until it has been seen to and is needed anew. To be
  /// asked when the chain of operations is empty.
  package mutating func announceNegotiationNeeded() -> Bool {
    guard signalingState == .stable else { return false }
    let isNeeded = isNegotiationNeeded
    defer { isNegotiationNeededAnnounced = isNeeded }
    return isNeeded && !isNegotiationNeededAnnounced
  }

  private func isNegotiationNeeded(_ transceiver: JSEPTransceiver) -> Bool {
    if transceiver.isStopping, !transceiver.isStopped { return true }
    if transceiver.isStopped {
      guard let index = transceiver.sectionIndex, sections.indices.contains(index) else { return false }
      return sections[index].transceiverID == transceiver.id && !sections[index].isRejected
    }
    guard let index = transceiver.sectionIndex, let local = currentLocal, let remote = currentRemote,
      local.sections.indices.contains(index), local.sections[index].transceiverID == transceiver.id
    else { return true }
    let media = local.description.media[index]
    if transceiver.direction.sends {
      let streamIDs = media.msids.map(\.streamID).filter { $0 != "-" }
      if media.msids.isEmpty || Set(streamIDs) != Set(transceiver.sender.streamIDs) { return true }
    }
    let ours = local.sections[index].direction
    let theirs = remote.sections[index].direction.reversed
    if local.type == .offer { return transceiver.direction != ours && transceiver.direction != theirs }
    return transceiver.direction.intersection(theirs) != ours
  }
}
