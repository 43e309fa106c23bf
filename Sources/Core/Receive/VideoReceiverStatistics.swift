import RTCBase

/// Counters of a video receiver under the names of webrtc-stats, RTCInboundRtpStreamStats.
package struct VideoReceiverStatistics: Hashable, Sendable {
  /// Complete frames.
  package var framesReceived: Int64 = 0
  package var keyFramesReceived: Int64 = 0
  /// Complete frames that never went to the decoder.
  package var framesDropped: Int64 = 0
  /// Frames that went to the decoder after they were due.
  package var framesLate: Int64 = 0
  package var framesAssembledFromMultiplePackets: Int64 = 0
  package var totalAssemblyTime = TimeDelta.zero
  package var packetsDiscarded: Int64 = 0
  /// From the first packet of a frame to its release, summed.
  package var jitterBufferDelay = TimeDelta.zero
  package var jitterBufferTargetDelay = TimeDelta.zero
  package var jitterBufferMinimumDelay = TimeDelta.zero
  package var jitterBufferEmittedCount: Int64 = 0
  package var freezeCount: Int64 = 0
  package var totalFreezesDuration = TimeDelta.zero
  package var pauseCount: Int64 = 0
  package var totalPausesDuration = TimeDelta.zero
  package var totalInterFrameDelay = TimeDelta.zero
  /// In seconds squared.
  package var totalSquaredInterFrameDelay = 0.0
  /// Of the last frame.
  package var frameWidth: Int?
  package var frameHeight: Int?
  package var timelineResets: Int64 = 0
  package var currentDelay = TimeDelta.zero
  package var targetDelay = TimeDelta.zero
}
