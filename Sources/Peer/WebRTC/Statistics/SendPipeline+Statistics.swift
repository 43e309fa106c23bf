internal import RTCBase
internal import RTCCodecs
internal import RTCFrames
internal import RTCSend

extension SendPipeline {
  /// Adds what the encoder knows (webrtc-stats §8.6). A track that comes encoded has none, and its frames count as encoded when they are sent.
  func complete(_ stats: inout RTCOutboundRtpStreamStats) {
    switch encoder {
    case .video(let pipeline, _):
      let counted = pipeline.statistics
      var totals = totals
      totals.add(counted)
      stats.framesEncoded = UInt32(clamping: totals.framesEncoded)
      stats.keyFramesEncoded = UInt32(clamping: totals.keyFramesEncoded)
      stats.qpSum = UInt64(clamping: totals.quantizerSum)
      stats.totalEncodeTime = totals.encodeTime.inSeconds
      stats.framesPerSecond = counted.rate.framesPerSecond()
      if counted.framesEncoded > 0 {
        stats.frameWidth = UInt32(clamping: counted.frameWidth)
        stats.frameHeight = UInt32(clamping: counted.frameHeight)
      }
      stats.encoderImplementation = counted.implementationName
      setQualityLimitation(&stats)
    case .audio, .encodedVideo, .encodedAudio: break
    case nil where stats.kind == .video: setQualityLimitation(&stats)
    case nil: break
    }
  }

  private func setQualityLimitation(_ stats: inout RTCOutboundRtpStreamStats) {
    let present = adaptation
    stats.qualityLimitationReason = present.decision.limitation == .none ? RTCQualityLimitationReason.none : .bandwidth
    let durations = present.durations(at: MonotonicTime(nanoseconds: MediaTime.now.nanoseconds))
    stats.qualityLimitationDurations = [
      RTCQualityLimitationReason.none.rawValue: durations.unlimited.seconds,
      RTCQualityLimitationReason.bandwidth.rawValue: durations.bandwidthLimited.seconds,
      // Neither is measured: an encoder that is too slow leaves pictures out.
      RTCQualityLimitationReason.cpu.rawValue: 0,
      RTCQualityLimitationReason.other.rawValue: 0,
    ]
    stats.qualityLimitationResolutionChanges = UInt32(clamping: present.resolutionChanges)
  }
}
