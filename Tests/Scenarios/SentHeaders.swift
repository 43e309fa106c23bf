import RTCBase
import RTCRTP

/// What the headers of one peer's media show on the wire, where they are in the clear.
package struct SentHeaders {
  package struct Stream {
    package var packetCount = 0
    package var sequenceNumberWraps = 0
    package var timestampWraps = 0
    fileprivate var sequenceNumber: UInt16?
    fileprivate var timestamp: UInt32?
  }

  package private(set) var streams: [UInt32: Stream] = [:]
  package private(set) var transportNumberWraps = 0
  private var transportNumber: UInt16?
  private let extensions: RTPExtensionMap

  /// - Parameter sdp: a description that numbers the header extensions.
  package init(sdp: String) {
    let line = sdp.split(whereSeparator: \.isNewline).first {
      $0.hasPrefix("a=extmap:") && $0.hasSuffix("transport-wide-cc-extensions-01")
    }
    let id = line.flatMap { UInt8($0.dropFirst(9).prefix { $0.isNumber }) }
    extensions = RTPExtensionMap(id.map { [($0, .transportSequenceNumber)] } ?? [])
  }

  /// Takes any datagram that the peer sends, in order.
  package mutating func note(_ bytes: [UInt8]) {
    // Payload types of RTCP (RFC 5761 §4).
    guard bytes.count > 1, !(192...223).contains(bytes[1]) else { return }
    bytes.withRawSpan { span in
      guard let header = RTPHeader(parsingProtected: span) else { return }
      var stream = streams[header.ssrc.rawValue] ?? Stream()
      stream.packetCount += 1
      if Self.wraps(from: stream.sequenceNumber, to: header.sequenceNumber.rawValue) { stream.sequenceNumberWraps += 1 }
      if Self.wraps(from: stream.timestamp, to: header.timestamp) { stream.timestampWraps += 1 }
      stream.sequenceNumber = header.sequenceNumber.rawValue
      stream.timestamp = header.timestamp
      streams[header.ssrc.rawValue] = stream
      let values = RTPExtensionValues(parsing: span, header: header, map: extensions)
      guard let number = values.transportSequenceNumber else { return }
      if Self.wraps(from: transportNumber, to: number) { transportNumberWraps += 1 }
      transportNumber = number
    }
  }

  private static func wraps<Number: FixedWidthInteger>(from last: Number?, to next: Number) -> Bool {
    last.map { next < $0 && $0 - next > Number.max / 2 } ?? false
  }
}
