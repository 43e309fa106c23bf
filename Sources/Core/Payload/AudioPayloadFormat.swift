import RTCBase

/// Audio formats whose payload is one encoded frame and nothing else.
package enum AudioPayloadFormat: Hashable, Sendable {
  /// RFC 7587
  case opus
  /// RFC 3551 §4.5.14: one byte a sample.
  case pcmu
  case pcma
  /// A codec of which nothing is known but its clock.
  case raw(clockRate: Int)

  package var clockRate: Int {
    switch self {
    case .opus: OpusPacket.clockRate
    case .pcmu, .pcma: 8_000
    case .raw(let clockRate): clockRate
    }
  }

  /// RTP ticks that a payload lasts, 0 where only its sender knows; `nil` for one that the format does not allow.
  package func sampleCount(of payload: RawSpan) -> Int? {
    switch self {
    case .opus: OpusPacket(parsing: payload)?.sampleCount
    case .pcmu, .pcma: payload.byteCount > 0 ? payload.byteCount : nil
    case .raw: payload.byteCount > 0 ? 0 : nil
    }
  }
}
