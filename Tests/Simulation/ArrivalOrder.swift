import RTCBase
import RTCRTP

/// By how many later packets of its stream the packets of a peer's media were overtaken.
struct ArrivalOrder {
  private struct Stream {
    var highest: Int
    var arrived: Set<Int>
  }

  /// The most for each stream that is sent.
  private(set) var mostOvertaking: [UInt32: Int] = [:]
  private var streams: [UInt32: Stream] = [:]

  /// Takes any datagram that reaches the other peer, in order.
  mutating func note(_ bytes: [UInt8]) {
    // Payload types of RTCP (RFC 5761 §4).
    guard bytes.count > 1, !(192...223).contains(bytes[1]) else { return }
    bytes.withRawSpan { span in
      guard let header = RTPHeader(parsingProtected: span) else { return }
      let (ssrc, number) = (header.ssrc.rawValue, header.sequenceNumber.rawValue)
      var stream = streams.removeValue(forKey: ssrc) ?? Stream(highest: Int(number), arrived: [])
      let distance = Int(Int16(truncatingIfNeeded: Int(number) - stream.highest))
      let index = stream.highest + distance
      if distance < 0 {
        let overtaking = (index + 1...stream.highest).count { stream.arrived.contains($0) }
        mostOvertaking[ssrc] = max(mostOvertaking[ssrc] ?? 0, overtaking)
      }
      stream.highest = max(stream.highest, index)
      stream.arrived.insert(index)
      streams[ssrc] = stream
    }
  }
}
