import CFFmpeg
import RTCFrames
import RTCSynthetic

/// Writes a film with the library: the test pattern, whose counter goes up from 0, and a tone that sounds for a while.
final class FilmWriter {
  struct Failure: Error { var code: Int32 }

  /// How to compress pictures or sound, by FFmpeg's names.
  struct Coding {
    var encoder: String
    var options: [String: String] = [:]
    var pixelFormat = AV_PIX_FMT_YUV420P
    var sampleFormat = AV_SAMPLE_FMT_S16
    var sampleRate = 48_000
    var channels = 2
  }

  static let frameRate = 25
  static let frequency = 440.0
  private let context: UnsafeMutablePointer<AVFormatContext>
  private let width: Int
  private let height: Int

  private init(path: String, width: Int, height: Int) throws {
    var made: UnsafeMutablePointer<AVFormatContext>?
    let result = avformat_alloc_output_context2(&made, nil, nil, path)
    guard result >= 0, let context = made else { throw Failure(code: result) }
    self.context = context
    self.width = width
    self.height = height
    try check(avio_open(&context.pointee.pb, path, AVIO_FLAG_WRITE))
  }

  deinit {
    avio_closep(&context.pointee.pb)
    avformat_free_context(context)
  }

  /// Writes a film of so many pictures.
  ///
  /// - Parameter tone: the pictures during which the tone sounds.
  static func write(
    _ path: String, video: Coding?, audio: Coding?, pictures: Int, width: Int = 160, height: Int = 96,
    tone: Range<Int> = 0..<Int.max, rotation: Double? = nil
  ) throws {
    let writer = try FilmWriter(path: path, width: width, height: height)
    let videoStream = try video.map { try writer.addVideo($0) }
    let audioStream = try audio.map { try writer.addAudio($0) }
    if let rotation, let stream = videoStream?.stream {
      let matrix = av_stream_new_side_data(stream, AV_PKT_DATA_DISPLAYMATRIX, 36)
      matrix?.withMemoryRebound(to: Int32.self, capacity: 9) { av_display_rotation_set($0, rotation) }
    }
    try writer.check(avformat_write_header(writer.context, nil))
    var sound = 0
    for picture in 0..<pictures {
      if let videoStream { try writer.writePicture(picture, to: videoStream) }
      guard let audioStream, let audio else { continue }
      let end = (picture + 1) * audio.sampleRate / frameRate
      let size = Int(audioStream.encoder.pointee.frame_size)
      while sound + (size > 0 ? size : 1) <= end {
        let count = size > 0 ? size : end - sound
        try writer.writeSound(from: sound, count: count, tone: tone, audio, to: audioStream)
        sound += count
      }
    }
    for output in [videoStream, audioStream] {
      guard let output else { continue }
      try writer.encode(nil, output)
    }
    try writer.check(av_write_trailer(writer.context))
  }

  private final class Output {
    let stream: UnsafeMutablePointer<AVStream>
    let encoder: UnsafeMutablePointer<AVCodecContext>
    let frame: UnsafeMutablePointer<AVFrame>

    init(_ stream: UnsafeMutablePointer<AVStream>, _ encoder: UnsafeMutablePointer<AVCodecContext>) {
      self.stream = stream
      self.encoder = encoder
      frame = av_frame_alloc()
    }

    deinit {
      var (encoder, frame): (UnsafeMutablePointer<AVCodecContext>?, UnsafeMutablePointer<AVFrame>?) = (encoder, frame)
      avcodec_free_context(&encoder)
      av_frame_free(&frame)
    }
  }

  private func check(_ result: Int32) throws { if result < 0 { throw Failure(code: result) } }

  private func add(_ coding: Coding, _ setUp: (UnsafeMutablePointer<AVCodecContext>) -> Void) throws -> Output {
    guard let codec = avcodec_find_encoder_by_name(coding.encoder), let encoder = avcodec_alloc_context3(codec),
      let stream = avformat_new_stream(context, codec)
    else { throw Failure(code: 0) }
    setUp(encoder)
    encoder.pointee.strict_std_compliance = -2
    if context.pointee.oformat.pointee.flags & AVFMT_GLOBALHEADER != 0 {
      encoder.pointee.flags |= 1 << 22  // AV_CODEC_FLAG_GLOBAL_HEADER
    }
    var options: OpaquePointer?
    for (name, value) in coding.options { av_dict_set(&options, name, value, 0) }
    defer { av_dict_free(&options) }
    try check(avcodec_open2(encoder, codec, &options))
    try check(avcodec_parameters_from_context(stream.pointee.codecpar, encoder))
    stream.pointee.time_base = encoder.pointee.time_base
    stream.pointee.avg_frame_rate = encoder.pointee.framerate
    return Output(stream, encoder)
  }

  private func addVideo(_ coding: Coding) throws -> Output {
    try add(coding) { encoder in
      encoder.pointee.width = Int32(width)
      encoder.pointee.height = Int32(height)
      encoder.pointee.pix_fmt = coding.pixelFormat
      encoder.pointee.time_base = AVRational(num: 1, den: Int32(Self.frameRate))
      encoder.pointee.framerate = AVRational(num: Int32(Self.frameRate), den: 1)
      encoder.pointee.bit_rate = 2_000_000
    }
  }

  private func addAudio(_ coding: Coding) throws -> Output {
    try add(coding) { encoder in
      encoder.pointee.sample_rate = Int32(coding.sampleRate)
      encoder.pointee.sample_fmt = coding.sampleFormat
      encoder.pointee.time_base = AVRational(num: 1, den: Int32(coding.sampleRate))
      encoder.pointee.bit_rate = 96_000
      av_channel_layout_default(&encoder.pointee.ch_layout, Int32(coding.channels))
    }
  }

  private func writePicture(_ counter: Int, to output: Output) throws {
    let frame = output.frame
    frame.pointee.format = output.encoder.pointee.pix_fmt.rawValue
    frame.pointee.width = Int32(width)
    frame.pointee.height = Int32(height)
    frame.pointee.pts = Int64(counter)
    try check(av_frame_get_buffer(frame, 0))
    var (horizontal, vertical): (Int32, Int32) = (1, 1)
    av_pix_fmt_get_chroma_sub_sample(output.encoder.pointee.pix_fmt, &horizontal, &vertical)
    var buffer = VideoFrameBuffer(width: width, height: height)
    TestPatternPainter(width: width, height: height).paint(
      counter: UInt32(counter), milliseconds: UInt32(counter * 40), into: &buffer)
    let picture = VideoFrame(buffer, timestamp: .zero)
    let planes = [frame.pointee.data.0, frame.pointee.data.1, frame.pointee.data.2]
    let strides = [frame.pointee.linesize.0, frame.pointee.linesize.1, frame.pointee.linesize.2].map { Int($0) }
    picture.withUnsafePlanes { luma, cb, cr in
      let layout = picture.layout
      for y in 0..<height {
        planes[0]?.advanced(by: y * strides[0]).update(from: luma + y * layout.lumaStride, count: width)
      }
      for (plane, source) in [(1, cb), (2, cr)] {
        for y in 0...((height - 1) >> Int(vertical)) {
          let row = source + (y << Int(vertical)) / 2 * layout.chromaStride
          let target = planes[plane]?.advanced(by: y * strides[plane])
          if horizontal == 1 {
            target?.update(from: row, count: layout.chromaWidth)
          } else {
            for x in 0..<width { target?[x] = row[x / 2] }
          }
        }
      }
    }
    try encode(frame, output)
    av_frame_unref(frame)
  }

  private func writeSound(
    from start: Int, count: Int, tone: Range<Int>, _ coding: Coding, to output: Output
  ) throws {
    let frame = output.frame
    frame.pointee.format = coding.sampleFormat.rawValue
    frame.pointee.sample_rate = Int32(coding.sampleRate)
    frame.pointee.nb_samples = Int32(count)
    frame.pointee.pts = Int64(start)
    av_channel_layout_default(&frame.pointee.ch_layout, Int32(coding.channels))
    try check(av_frame_get_buffer(frame, 0))
    let format = AudioFormat(sampleRate: coding.sampleRate, channels: 1)
    let samples = ToneSource.samples(
      of: Self.frequency, amplitude: 0.25, format: format, from: Int64(start), count: count)
    for index in 0..<count {
      let isHeard = tone.contains((start + index) * Self.frameRate / coding.sampleRate)
      let value = isHeard ? samples[index] : 0
      for channel in 0..<coding.channels {
        if coding.sampleFormat == AV_SAMPLE_FMT_FLTP {
          let plane = UnsafeMutableRawPointer(frame.pointee.extended_data[channel])
          plane?.assumingMemoryBound(to: Float.self)[index] = Float(value) / 32_768
        } else {
          let plane = UnsafeMutableRawPointer(frame.pointee.extended_data[0])
          plane?.assumingMemoryBound(to: Int16.self)[index * coding.channels + channel] = value
        }
      }
    }
    try encode(frame, output)
    av_frame_unref(frame)
  }

  private func encode(_ frame: UnsafeMutablePointer<AVFrame>?, _ output: Output) throws {
    try check(avcodec_send_frame(output.encoder, frame))
    var packet = av_packet_alloc()
    defer { av_packet_free(&packet) }
    while let packet, avcodec_receive_packet(output.encoder, packet) >= 0 {
      packet.pointee.stream_index = output.stream.pointee.index
      if packet.pointee.duration == 0, output.encoder.pointee.codec_type == AVMEDIA_TYPE_VIDEO {
        packet.pointee.duration = 1
      }
      av_packet_rescale_ts(packet, output.encoder.pointee.time_base, output.stream.pointee.time_base)
      try check(av_interleaved_write_frame(context, packet))
    }
  }
}
