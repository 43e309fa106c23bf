/// The loudness of a packet's audio (RFC 6464 §3).
package struct AudioLevel: Hashable, Sendable {
  /// -dBov: 0 is the loudest, 127 is silence.
  package var level: UInt8
  /// Whether the encoder believes that somebody speaks: the V bit.
  package var voiceActivity: Bool

  /// A level above 127 becomes 127.
  package init(level: UInt8, voiceActivity: Bool) {
    self.level = min(level, 127)
    self.voiceActivity = voiceActivity
  }

  package init(byte: UInt8) {
    level = byte & 0x7F
    voiceActivity = byte & 0x80 != 0
  }

  package var byte: UInt8 { level & 0x7F | (voiceActivity ? 0x80 : 0) }
}
