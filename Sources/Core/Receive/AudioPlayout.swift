import RTCBase
import RTCRTP

/// What to play next: one instruction to the decoder for each tick of the playout.
package struct AudioPlayout: Hashable, Sendable {
  package enum Action: Hashable, Sendable {
    /// Decode the payload.
    case decode(payload: [UInt8])
    /// Decode the coarse copy of the lost audio out of the packet after it (RFC 6716 §2.1.7); the packet itself comes next.
    case decodeForwardErrorCorrection(payload: [UInt8])
    /// Make up audio in place of what did not come.
    case conceal
    /// The sender is silent on purpose: comfort noise or zeros.
    case silence
  }

  package var action: Action
  /// Of the payload, or of the last one before; it selects the decoder.
  package var payloadType: PayloadType
  /// Of the first sample that this instruction stands for.
  package var rtpTimestamp: UInt32
  /// Samples per channel that the decoder makes, in ticks of the RTP clock.
  package var samples: Int
  /// Samples to insert (expand) or, when negative, to leave out (accelerate) by stretching the decoded audio in time: the length is
  /// exact, the place in the frame is the stretcher's choice.
  package var stretch: Int
  package var clockRate: Int
  /// When the first sample is due. The next instruction is due `duration` later.
  package var due: MonotonicTime
  package var audioLevel: AudioLevel?
  /// When the packet came; `nil` for what is made up.
  package var arrival: MonotonicTime?
  /// When the first sample was heard at the sender, by this clock, as far as its reports tell.
  package var captureTime: MonotonicTime?

  /// Samples that go to the output.
  package var outputSamples: Int { samples + stretch }
  package var duration: TimeDelta { MediaClock(rate: clockRate).duration(ofTicks: outputSamples) }
}
