import RTCBase
import RTCRTP

/// Names a stream of a `MediaSender`. It is never used again after the stream was removed.
package struct SendStreamID: Hashable, Sendable {
  let number: UInt32
}

/// An RTP packet on its way out, in plain text.
package struct OutgoingPacket {
  /// In the order in which the pacer prefers them.
  package enum Kind: UInt8, Hashable, Sendable {
    case audio, retransmission, video, padding
  }

  /// What is known of the packet without looking at its bytes; apart from them, so that passing it on counts no reference.
  struct Info: Sendable {
    var kind: Kind
    var stream: SendStreamID
    var ssrc: SSRC
    var sequenceNumber: SequenceNumber
    var layout: RTPHeaderLayout
    var byteCount: Int
    var enqueueTime: MonotonicTime
    /// The number of the packet that a retransmission repeats.
    var repeats: SequenceNumber?
    var paddingByteCount = 0
    var endsFrame = false

    /// Payload bytes, padding excluded.
    var payloadByteCount: Int { max(0, byteCount - headerByteCount) }
    var headerByteCount: Int { layout.headerByteCount + paddingByteCount }
  }

  /// The packet before protection. It may stay in the retransmission cache: never protect it in place.
  package let buffer: PacketBuffer
  let info: Info

  package var kind: Kind { info.kind }
  package var stream: SendStreamID { info.stream }
  package var ssrc: SSRC { info.ssrc }
  package var sequenceNumber: SequenceNumber { info.sequenceNumber }
  package var byteCount: Int { info.byteCount }
}
