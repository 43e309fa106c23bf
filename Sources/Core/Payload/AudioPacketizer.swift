import RTCBase

/// Puts each audio frame into one payload.
///
/// The marker begins a talkspurt: the first packet, and the first one after packets were left out (RFC 3551 §4.1, RFC 7587 §4.2).
package struct AudioPacketizer: Packetizer {
  private let format: AudioPayloadFormat
  private var expectedTimestamp: UInt32?

  package init(format: AudioPayloadFormat) { self.format = format }

  /// A frame is never cut, whatever `maximumPayloadSize` is. An empty one, silence that is not sent, gives no payload.
  package mutating func packetize(
    _ frame: EncodedFrame, maximumPayloadSize: Int, into fragments: inout [PayloadFragment]
  ) {
    guard !frame.bytes.isEmpty else { return }
    let ticks = frame.bytes.withRawSpan { format.sampleCount(of: $0) } ?? 0
    fragments.append(
      PayloadFragment(range: 0..<frame.bytes.count, marker: frame.rtpTimestamp != expectedTimestamp))
    expectedTimestamp = frame.rtpTimestamp &+ UInt32(truncatingIfNeeded: ticks)
  }
}
