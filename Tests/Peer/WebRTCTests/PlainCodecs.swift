import Synchronization

@testable import WebRTC

/// Codecs of a program's own: pictures as one shade in a few thousand bytes, each needing the one before; sound as samples at 16 kHz.
struct PlainCodecs: CodecFactory {
  static let video = "video/x-plain"
  static let audio = "audio/x-plain"

  var codecs: [CodecDescription] {
    [
      CodecDescription(mimeType: Self.video, clockRate: 90_000, parameters: [.init("size", "4000")]),
      CodecDescription(mimeType: Self.audio, clockRate: 16_000, channels: 1),
    ]
  }

  func makeVideoEncoder(_ configuration: VideoEncoderConfiguration) throws -> (any VideoEncoder)? {
    PlainVideoEncoder(size: configuration.parameters.first { $0.name == "size" }.flatMap { Int($0.value) } ?? 100)
  }
  func makeVideoDecoder(_ configuration: VideoDecoderConfiguration) throws -> (any VideoDecoder)? {
    PlainVideoDecoder()
  }
  func makeAudioEncoder(_ configuration: AudioEncoderConfiguration) throws -> (any AudioEncoder)? {
    PlainAudioCodec()
  }
  func makeAudioDecoder(_ configuration: AudioDecoderConfiguration) throws -> (any AudioDecoder)? {
    PlainAudioCodec()
  }

  static func picture(_ number: UInt32, isKeyFrame: Bool, shade: UInt8, size: Int, timestamp: MediaTime)
    -> EncodedVideoFrame
  {
    var bytes: [UInt8] = [isKeyFrame ? 1 : 0, shade]
    for shift: UInt32 in [24, 16, 8, 0] { bytes.append(UInt8(truncatingIfNeeded: number >> shift)) }
    bytes += (bytes.count..<max(size, bytes.count)).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ Int(number)) }
    return EncodedVideoFrame(
      bytes: bytes, mimeType: video, isKeyFrame: isKeyFrame, width: 64, height: 48, timestamp: timestamp)
  }
}

final class PlainVideoEncoder: VideoEncoder {
  let implementationName = "plain"
  private let size: Int
  private var number: UInt32 = 0
  init(size: Int) { self.size = size }

  func encode(_ frame: VideoFrame, asKeyFrame: Bool) throws -> EncodedVideoFrame? {
    number += 1
    return PlainCodecs.picture(
      number, isKeyFrame: asKeyFrame || number == 1, shade: UInt8(frame.shade), size: size, timestamp: frame.timestamp)
  }
  func setRates(_ rates: VideoEncoderRates) throws {}
}

final class PlainVideoDecoder: VideoDecoder {
  let implementationName = "plain"
  private var last: UInt32?

  func decode(_ frame: EncodedVideoFrame) throws -> VideoFrame? {
    guard frame.bytes.count >= 6 else { throw MediaError(.encodingError, "a plain picture has six bytes at least") }
    let number = frame.bytes[2..<6].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    let isIntact = (6..<frame.bytes.count).allSatisfy {
      frame.bytes[$0] == UInt8(truncatingIfNeeded: $0 &* 31 &+ Int(number))
    }
    guard isIntact, frame.bytes[0] == 1 || last.map({ $0 + 1 == number }) == true else {
      throw MediaError(.encodingError, "picture \(number) cannot follow \(last.map(String.init) ?? "nothing")")
    }
    last = number
    var buffer = VideoFrameBuffer(width: 64, height: 48)
    buffer.fill(luma: frame.bytes[1], cb: 128, cr: 128)
    return VideoFrame(buffer, timestamp: frame.timestamp, metadata: frame.metadata)
  }
}

final class PlainAudioCodec: AudioEncoder, AudioDecoder {
  let inputFormat = AudioFormat(sampleRate: 16_000, channels: 1)
  let outputFormat = AudioFormat(sampleRate: 16_000, channels: 1)
  let samplesPerPacket = 320
  let clockRate = 16_000

  func encode(_ frame: AudioFrame) throws -> EncodedAudioFrame? {
    let bytes = frame.samples.flatMap { [UInt8(truncatingIfNeeded: $0 >> 8), UInt8(truncatingIfNeeded: $0)] }
    return EncodedAudioFrame(
      bytes: bytes, mimeType: PlainCodecs.audio, timestamp: frame.timestamp, sampleCount: frame.sampleCount)
  }
  func setTarget(_ target: AudioEncoderTarget) throws {}

  func decode(_ frame: EncodedAudioFrame) throws -> AudioFrame {
    let samples = stride(from: 0, to: frame.bytes.count - 1, by: 2).map {
      Int16(bitPattern: UInt16(frame.bytes[$0]) << 8 | UInt16(frame.bytes[$0 + 1]))
    }
    return AudioFrame(format: outputFormat, samples: samples, timestamp: frame.timestamp)
  }
  func decodeRedundancy(in next: EncodedAudioFrame, sampleCount: Int) throws -> AudioFrame? { nil }
  func conceal(sampleCount: Int, timestamp: MediaTime) throws -> AudioFrame {
    .silence(format: outputFormat, sampleCount: sampleCount, timestamp: timestamp)
  }
}
