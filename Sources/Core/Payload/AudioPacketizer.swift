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
    var ticks = frame.bytes.withRawSpan { format.sampleCount(of: $0) } ?? 0
    if ticks == 0, let duration = frame.duration {
      ticks = Int(max(0, min(duration.nanoseconds, 1_000_000_000)) * Int64(format.clockRate) / 1_000_000_000)
    }
    // Without a length a gap cannot be told: only the first packet begins a talkspurt then.
    let isContinuous = ticks == 0 ? expectedTimestamp != nil : frame.rtpTimestamp == expectedTimestamp
    fragments.append(PayloadFragment(range: 0..<frame.bytes.count, marker: !isContinuous))
    expectedTimestamp = frame.rtpTimestamp &+ UInt32(truncatingIfNeeded: ticks)
  }
}
