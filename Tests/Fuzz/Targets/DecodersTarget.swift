import RTCCodecs
import RTCFrames

/// The decoders themselves. The first byte of each datagram tells which, and what is asked of it; the rest is what an encoder would have made.
func fuzzDecoders(_ input: [UInt8]) {
  let registry = CodecRegistry.builtIn
  let first = input.first ?? 0
  // Small pictures, for the sake of speed; the size is checked before the decoder sees it.
  guard
    let video = try? registry.makeVideoDecoder(
      VideoDecoderConfiguration(mimeType: "video/VP8", maximumPixelCount: 1 << 16)),
    let audio = try? registry.makeAudioDecoder(
      AudioDecoderConfiguration(mimeType: "audio/opus", channels: first & 1 == 0 ? 1 : 2))
  else { return }
  for (_, datagram) in DatagramSeries(Array(input.dropFirst())) {
    guard let kind = datagram.first else { continue }
    let bytes = Array(datagram.dropFirst())
    let packet = EncodedAudioFrame(bytes: bytes, mimeType: "audio/opus", timestamp: .zero, sampleCount: 960)
    let span = Int(kind >> 2) * 120
    switch kind & 3 {
    case 0:
      let frame = EncodedVideoFrame(bytes: bytes, mimeType: "video/VP8", isKeyFrame: false, timestamp: .zero)
      if let picture = try? video.decode(frame) {
        precondition(picture.width * picture.height <= 1 << 16, "a picture beyond the limit")
      }
    case 1:
      if let sound = try? audio.decode(packet) {
        precondition(sound.sampleCount <= 5_760, "more sound than a packet holds")
      }
    case 2: _ = try? audio.decodeRedundancy(in: packet, sampleCount: span)
    default: _ = try? audio.conceal(sampleCount: span, timestamp: .zero)
    }
  }
}

/// Pictures and sound as the encoders make them.
func makeDecoderSeeds() -> [[UInt8]] {
  let registry = CodecRegistry.builtIn
  var pictures: [[UInt8]] = []
  if let encoder = try? registry.makeVideoEncoder(
    VideoEncoderConfiguration(mimeType: "video/VP8", rates: VideoEncoderRates(bitrate: 200_000, frameRate: 30)))
  {
    for number in 0..<6 {
      var buffer = VideoFrameBuffer(width: 64, height: 48)
      buffer.withPlanes { luma, _, _ in
        for index in luma.indices { luma[index] = UInt8(truncatingIfNeeded: index * (number + 3)) }
      }
      let picture = VideoFrame(buffer, timestamp: .zero + .milliseconds(33 * number))
      if let frame = try? encoder.encode(picture, asKeyFrame: number == 4) { pictures.append([0] + frame.bytes) }
    }
  }
  var sound: [[UInt8]] = []
  for content in [AudioEncoderConfiguration.Content.speech, .music] {
    let configuration = AudioEncoderConfiguration(
      mimeType: "audio/opus", channels: content == .music ? 2 : 1,
      target: AudioEncoderTarget(bitrate: content == .music ? 64_000 : 24_000, packetLoss: 0.2), content: content)
    guard let encoder = try? registry.makeAudioEncoder(configuration) else { continue }
    for number in 0..<6 {
      let count = encoder.samplesPerPacket * encoder.inputFormat.channels
      let samples = (0..<count).map { Int16(truncatingIfNeeded: ($0 + number * count) * 311 % 20_000 - 10_000) }
      let frame = AudioFrame(
        format: encoder.inputFormat, samples: samples, timestamp: .zero + .milliseconds(20 * number))
      if let packet = try? encoder.encode(frame) { sound.append([number % 3 == 2 ? 34 : 1] + packet.bytes) }
      if number == 3 { sound.append([35]) }
    }
  }
  return [[0] + DatagramSeries.encode(pictures), [1] + DatagramSeries.encode(sound)]
}
