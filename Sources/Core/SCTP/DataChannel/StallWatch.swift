import RTCBase

/// Keeps a channel whose messages nobody takes from holding up the others.
///
/// All channels share one window. When untaken messages of one have filled it, a little is lent beyond it every now and then, so that the
/// others go on, slowly, while the peer still feels that it must wait. Whoever takes no messages for so long that too much is lent loses the
/// channel.
struct StallWatch {
  static let interval = TimeDelta.milliseconds(50)
  /// What is lent each time.
  static let loan = 2_400

  var deadline: MonotonicTime?
}

extension DataChannelSession {
  mutating func watchStall(now: MonotonicTime) {
    guard let deadline = stall.deadline, deadline <= now else { return }
    stall.deadline = nil
    guard association.state == .connected, association.isWindowShut else { return }
    var openCount = 0
    var fullest: (slot: Int, cost: Int, isClosed: Bool)?
    for slot in channels.indices {
      guard let state = channels[slot].channel?.state, let cost = channels[slot].channel?.inboxCost else {
        continue
      }
      if state != .closed { openCount += 1 }
      if cost > fullest?.cost ?? 0 { fullest = (slot, cost, state == .closed) }
    }
    // With one channel there is nobody to hold up: its peer waits.
    guard let fullest, openCount > (fullest.isClosed ? 0 : 1) else { return }
    guard association.lentByteCount < configuration.stalledChannelLimit else {
      discardInbox(fullest.slot)
      fail(fullest.slot, .receiverStalled)
      return
    }
    association.lendWindow(StallWatch.loan)
    stall.deadline = now + StallWatch.interval
  }

  private mutating func discardInbox(_ slot: Int) {
    guard let channel = channels[slot].channel else { return }
    association.release(messages: channel.inbox.count, byteCount: channel.inboxByteCount)
    channels[slot].channel?.inbox.removeAll()
    channels[slot].channel?.inboxByteCount = 0
  }
}
