import RTCCodecs
import RTCFrames
import RTCSynthetic

/// A pattern and a tone, compressed.
enum EncodedMedia {
  /// VP8 of the pattern, counters from 0, 33 ms apart; a key frame every `keyFrameInterval`.
  static func video(
    frames: Int, width: Int = 320, height: Int = 180, keyFrameInterval: Int = 45, from start: MediaTime = .zero
  ) throws -> [EncodedVideoFrame] {
    let registry = CodecRegistry(factories: [BuiltInCodecs()])
    let encoder = try registry.makeVideoEncoder(
      VideoEncoderConfiguration(mimeType: "video/VP8", rates: VideoEncoderRates(bitrate: 800_000, frameRate: 30)))
    let painter = TestPatternPainter(width: width, height: height)
    var encoded: [EncodedVideoFrame] = []
    for index in 0..<frames {
      let time = start + .milliseconds(33 * index)
      var buffer = VideoFrameBuffer(width: width, height: height)
      painter.paint(
        counter: UInt32(index), milliseconds: UInt32(truncatingIfNeeded: time.nanoseconds / 1_000_000), into: &buffer)
      let frame = VideoFrame(buffer, timestamp: time)
      if let frame = try encoder.encode(frame, asKeyFrame: index % keyFrameInterval == 0) { encoded.append(frame) }
    }
    return encoded
  }

  /// Opus of a tone of 440 Hz in packets of 20 ms.
  static func audio(packets: Int, from start: MediaTime = .zero) throws -> [EncodedAudioFrame] {
    let registry = CodecRegistry(factories: [BuiltInCodecs()])
    let encoder = try registry.makeAudioEncoder(AudioEncoderConfiguration(mimeType: "audio/opus", channels: 1))
    var encoded: [EncodedAudioFrame] = []
    for index in 0..<packets {
      let samples = ToneSource.samples(
        of: 440, amplitude: 0.25, format: encoder.inputFormat, from: Int64(index * encoder.samplesPerPacket),
        count: encoder.samplesPerPacket)
      let frame = AudioFrame(
        format: encoder.inputFormat, samples: samples, timestamp: start + .milliseconds(20 * index))
      if let frame = try encoder.encode(frame) { encoded.append(frame) }
    }
    return encoded
  }
}
