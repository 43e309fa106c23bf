import RTCBase

/// Audio formats whose payload is one encoded frame and nothing else.
package enum AudioPayloadFormat: Hashable, Sendable {
  /// RFC 7587
  case opus
  /// RFC 3551 §4.5.14: one byte a sample.
  case pcmu
  case pcma

  package var clockRate: Int { self == .opus ? OpusPacket.clockRate : 8_000 }

  /// RTP ticks that a payload lasts; `nil` for one that the format does not allow.
  package func sampleCount(of payload: RawSpan) -> Int? {
    switch self {
    case .opus: OpusPacket(parsing: payload)?.sampleCount
    case .pcmu, .pcma: payload.byteCount > 0 ? payload.byteCount : nil
    }
  }
}
