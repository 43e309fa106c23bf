import RTCSCTP
import WebRTCTypes

extension DataChannelOptions {
  /// webrtc-pc §6.1, createDataChannel, steps 5 to 16.
  package init(label: String, _ options: RTCDataChannelInit) throws(WebRTCError) {
    guard options.maxPacketLifeTime == nil || options.maxRetransmits == nil else {
      throw .typeError("maxPacketLifeTime and maxRetransmits exclude each other.")
    }
    if options.negotiated, options.id == nil { throw .typeError("A negotiated channel needs an id.") }
    let reliability: DataChannelReliability =
      if let time = options.maxPacketLifeTime {
        .lifetime(milliseconds: UInt32(time))
      } else if let count = options.maxRetransmits {
        .retransmissions(UInt32(count))
      } else {
        .reliable
      }
    self.init(
      label: label, subprotocol: options.protocol, isOrdered: options.ordered, reliability: reliability,
      priority: options.priority.channelPriority, isNegotiated: options.negotiated, id: options.id)
  }
}

extension RTCPriorityType {
  /// RFC 8831 §6.4: 128, 256, 512 and 1,024, and what lies between.
  package init(channelPriority: UInt16) {
    switch channelPriority {
    case ...128: self = .veryLow
    case ...256: self = .low
    case ...512: self = .medium
    default: self = .high
    }
  }

  package var channelPriority: UInt16 {
    switch self {
    case .veryLow: 128
    case .low: 256
    case .medium: 512
    case .high: 1_024
    }
  }
}
