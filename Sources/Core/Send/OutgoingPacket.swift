import RTCBase
import RTCRTP

/// Names a stream of a `MediaSender`. It is never used again after the stream was removed.
package struct SendStreamID: Hashable, Sendable {
  let slot: UInt16
  let generation: UInt32
}

/// An RTP packet on its way out, in plain text.
package struct OutgoingPacket {
  /// In the order in which the pacer prefers them.
  package enum Kind: UInt8, Hashable, Sendable {
    case audio, retransmission, video, padding
  }

  /// The packet before protection. It may stay in the retransmission cache: never protect it in place.
  package let buffer: PacketBuffer
  package let kind: Kind
  package let stream: SendStreamID
  package let ssrc: SSRC
  package let sequenceNumber: SequenceNumber

  let layout: RTPHeaderLayout
  /// The number of the packet that a retransmission repeats.
  let repeats: SequenceNumber?
  let paddingByteCount: UInt8
  let endsFrame: Bool
  let enqueueTime: MonotonicTime

  init(
    buffer: PacketBuffer, kind: Kind, stream: SendStreamID, ssrc: SSRC, sequenceNumber: SequenceNumber,
    layout: RTPHeaderLayout, repeats: SequenceNumber? = nil, paddingByteCount: UInt8 = 0, endsFrame: Bool = false,
    enqueueTime: MonotonicTime
  ) {
    self.buffer = buffer
    self.kind = kind
    self.stream = stream
    self.ssrc = ssrc
    self.sequenceNumber = sequenceNumber
    self.layout = layout
    self.repeats = repeats
    self.paddingByteCount = paddingByteCount
    self.endsFrame = endsFrame
    self.enqueueTime = enqueueTime
  }

  package var byteCount: Int { buffer.count }
  /// Payload bytes, padding excluded.
  var payloadByteCount: Int { max(0, buffer.count - layout.headerByteCount - Int(paddingByteCount)) }
  var headerByteCount: Int { layout.headerByteCount + Int(paddingByteCount) }
}
