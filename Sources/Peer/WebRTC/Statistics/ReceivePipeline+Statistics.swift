internal import RTCCodecs
internal import RTCFrames

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

extension ReceivePipeline {
  /// Adds what the decoder knows (webrtc-stats §8.4); before there is one, nothing has been decoded.
  func complete(_ stats: inout RTCInboundRtpStreamStats) {
    switch (stats.kind, decoder) {
    case (.video, .video(let pipeline)): Self.add(pipeline.statistics, to: &stats)
    case (.audio, .audio(let pipeline)): Self.add(pipeline.statistics, to: &stats)
    case (.video, _): Self.add(VideoDecoderStatistics(), to: &stats)
    case (.audio, _): Self.add(AudioDecoderStatistics(), to: &stats)
    }
  }

  private static func add(_ counted: VideoDecoderStatistics, to stats: inout RTCInboundRtpStreamStats) {
    stats.framesDecoded = UInt32(clamping: counted.framesDecoded)
    stats.keyFramesDecoded = UInt32(clamping: counted.keyFramesDecoded)
    stats.framesDropped = UInt32(clamping: Int(stats.framesDropped ?? 0) + counted.framesDropped)
    stats.framesPerSecond = counted.rate.framesPerSecond()
    stats.totalDecodeTime = counted.totalDecodeTime.inSeconds
    if counted.frameWidth > 0 {
      stats.frameWidth = UInt32(clamping: counted.frameWidth)
      stats.frameHeight = UInt32(clamping: counted.frameHeight)
    }
    stats.decoderImplementation = counted.implementationName
  }

  private static func add(_ counted: AudioDecoderStatistics, to stats: inout RTCInboundRtpStreamStats) {
    // From -dBov (RFC 6464 §3), in which 127 is silence, to the linear level.
    stats.audioLevel = counted.audioLevel >= 127 ? 0 : pow(10, -Double(counted.audioLevel) / 20)
    stats.totalAudioEnergy = counted.totalEnergy
    stats.totalSamplesDuration = counted.totalDuration.inSeconds
  }
}
