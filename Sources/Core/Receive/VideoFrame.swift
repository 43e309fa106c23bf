import RTCBase
import RTCPayload
import RTCRTP

/// A packet that waits for the rest of its frame. Its bytes are kept beside it, so that this is cheap to copy: up to 128 bytes the
/// compiler copies in registers, which is an eighth of what a packet costs.
struct VideoPacket {
  var payloadRange: Range<Int>
  var payloadType: PayloadType
  var rtpTimestamp: UInt32
  var marker: Bool
  /// Without payload, it only fills its place in the sequence.
  var isFiller = false
  /// Packets of the frame before this one, once all of them are there.
  var frameOffset: UInt16?
  var description: DepacketizedPayload
  var orientation: VideoOrientation?
  var arrival: MonotonicTime
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
  var orientation: VideoOrientation?
  var firstArrival: MonotonicTime
  var completion: MonotonicTime
  /// The timeline jumped while it waited: its timestamp tells no time any more.
  var isOfFormerTimeline = false
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
  /// As the sender last told it.
  package var orientation: VideoOrientation?
  /// When the picture was taken, by this clock, as far as the sender's reports tell.
  package var captureTime: MonotonicTime?
}
