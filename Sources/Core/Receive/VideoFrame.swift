import RTCBase
import RTCPayload
import RTCRTP

/// A packet that waits for the rest of its frame.
struct VideoPacket {
  /// `nil` for a packet without payload, which only fills its place in the sequence.
  var buffer: PacketBuffer?
  var payloadRange: Range<Int>
  var payloadType: PayloadType
  var rtpTimestamp: UInt32
  var marker: Bool
  var description: DepacketizedPayload
  var arrival: MonotonicTime
  /// Every packet from the frame's first to this one is there.
  var isContinuous = false
}

/// A frame whose packets have all arrived.
struct AssembledVideoFrame {
  var bytes: [UInt8]
  /// Numbers of the first and last packet.
  var first: Int64
  var last: Int64
  var payloadType: PayloadType
  var rtpTimestamp: UInt32
  /// Unwrapped.
  var timestamp: Int64
  /// From the first packet.
  var description: DepacketizedPayload
  var firstArrival: MonotonicTime
  var completion: MonotonicTime
}

/// A frame on its way to the decoder.
package struct ReceivedVideoFrame: Sendable {
  package var frame: EncodedFrame
  /// Selects the decoder.
  package var payloadType: PayloadType
  /// When it was due; in the past for a frame that came late.
  package var due: MonotonicTime
  package var firstPacketArrival: MonotonicTime
  package var lastPacketArrival: MonotonicTime
}
