internal import CFFmpeg
internal import CFFmpegShims
import RTCFrames

/// A decoder of one stream. Used on one thread.
final class Decoder {
  private let context: UnsafeMutablePointer<AVCodecContext>
  private let frame: UnsafeMutablePointer<AVFrame>
  private let timeBase: AVRational

  /// - Throws: `MediaError`: `NotSupportedError`, when there is no decoder, `EncodingError` or another, when it does not
  ///   take what the file says.
  init(_ stream: Demuxer.Stream, path: String) throws(MediaError) {
    guard let codec = avcodec_find_decoder(stream.parameters.pointee.codec_id) else {
      let name = String(cString: avcodec_get_name(stream.parameters.pointee.codec_id))
      throw MediaError(.notSupportedError, "\(path) holds \(name), for which there is no decoder")
    }
    guard let context = avcodec_alloc_context3(codec), let frame = av_frame_alloc() else {
      throw MediaError(.abortError, "there is no memory to decode \(path)")
    }
    self.context = context
    self.frame = frame
    timeBase = stream.timeBase
    var result = avcodec_parameters_to_context(context, stream.parameters)
    context.pointee.pkt_timebase = stream.timeBase
    if result >= 0 { result = avcodec_open2(context, codec, nil) }
    guard result >= 0 else { throw .ffmpeg(result, path: path, action: "decoded") }
  }

  deinit {
    var context: UnsafeMutablePointer<AVCodecContext>? = context
    var frame: UnsafeMutablePointer<AVFrame>? = frame
    avcodec_free_context(&context)
    av_frame_free(&frame)
  }

  /// Decodes a packet, or what is left at the end. What is broken is left out.
  func decode(_ packet: Packet?, _ converter: any FrameConverter) -> [TimedFrame] {
    // Everything is taken from the decoder each time, so it takes each packet.
    guard avcodec_send_packet(context, packet?.pointer) >= 0 else { return [] }
    var frames: [TimedFrame] = []
    while avcodec_receive_frame(context, frame) >= 0 {
      let duration = Demuxer.time(rtc_ffmpeg_duration(frame), timeBase).map { Duration.nanoseconds($0.nanoseconds) }
      frames += converter.convert(
        frame, start: Demuxer.time(frame.pointee.best_effort_timestamp, timeBase),
        duration: duration.flatMap { $0 > .zero ? $0 : nil })
      av_frame_unref(frame)
    }
    return frames
  }

  /// Packets of another place follow.
  func reset() { avcodec_flush_buffers(context) }
}
