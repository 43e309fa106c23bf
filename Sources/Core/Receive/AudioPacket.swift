import RTCBase
import RTCRTP

/// What a payload type of an audio stream means to the jitter buffer.
package struct AudioFormat: Hashable, Sendable {
  package enum Coding: Hashable, Sendable {
    /// Durations, discontinuous transmission and in-band error correction are read from the payload (RFC 6716, RFC 7587).
    case opus
    /// One byte a sample and channel, as PCMU and PCMA have it (RFC 3551 §4.5.14).
    case bytePerSample
    /// The duration is learnt from the distance of timestamps.
    case other
  }

  package var payloadType: PayloadType
  package var coding: Coding
  /// Of the RTP timestamp.
  package var clockRate: Int
  package var channels: Int

  package init(payloadType: PayloadType, coding: Coding, clockRate: Int, channels: Int) {
    self.payloadType = payloadType
    self.coding = coding
    self.clockRate = clockRate
    self.channels = channels
  }

  package static func opus(_ payloadType: PayloadType) -> AudioFormat {
    AudioFormat(payloadType: payloadType, coding: .opus, clockRate: 48_000, channels: 2)
  }
  package static func g711(_ payloadType: PayloadType) -> AudioFormat {
    AudioFormat(payloadType: payloadType, coding: .bytePerSample, clockRate: 8_000, channels: 1)
  }
}

/// One packet in the audio jitter buffer.
struct AudioPacket: Sendable {
  var payload: [UInt8]
  var payloadType: PayloadType
  /// On the line of `ReceiveStatistics`.
  var number: Int64
  var rtpTimestamp: UInt32
  /// Unwrapped.
  var timestamp: Int64 = 0
  /// Per channel, in ticks of the RTP clock; zero while unknown.
  var samples: Int
  /// Whether the encoder says with this packet that it goes quiet.
  var announcesSilence: Bool
  /// Whether the payload also holds a coarse copy of what came before it.
  var holdsErrorCorrection: Bool
  var audioLevel: AudioLevel?
  var arrival: MonotonicTime
}
