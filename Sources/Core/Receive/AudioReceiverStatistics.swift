import RTCBase

/// Counters of an audio jitter buffer under the names of webrtc-stats, RTCInboundRtpStreamStats. Samples are per channel.
package struct AudioReceiverStatistics: Hashable, Sendable {
  /// Everything played, made-up audio included.
  package var totalSamplesReceived: Int64 = 0
  package var concealedSamples: Int64 = 0
  /// Of `concealedSamples`, those after half a second of them in a row: nothing is left to make up speech from.
  package var silentConcealedSamples: Int64 = 0
  package var concealmentEvents: Int64 = 0
  package var insertedSamplesForDeceleration: Int64 = 0
  package var removedSamplesForAcceleration: Int64 = 0
  /// Summed over samples.
  package var jitterBufferDelay = TimeDelta.zero
  package var jitterBufferTargetDelay = TimeDelta.zero
  package var jitterBufferMinimumDelay = TimeDelta.zero
  package var jitterBufferEmittedCount: Int64 = 0
  /// Too late, or more than the buffer holds.
  package var packetsDiscarded: Int64 = 0
  /// Samples decoded from the in-band copy in the packet after a lost one.
  package var forwardErrorCorrectionSamples: Int64 = 0
  package var forwardErrorCorrectionEvents: Int64 = 0
  /// Samples of silence that the sender chose to send nothing for; not concealment.
  package var silenceSamples: Int64 = 0
  package var timelineResets: Int64 = 0
  /// Now, not counters.
  package var currentDelay = TimeDelta.zero
  package var targetDelay = TimeDelta.zero
}
