import CVPXShims
import RTCFrames

/// VP8 (RFC 6386) by libvpx, in one thread, for real time: constant rate, no look-ahead, key frames on demand.
///
/// Error resilience is off: it costs quality for receivers that decode after a loss, and ours, as those of the
/// browsers, do not.
final class VP8VideoEncoder: VideoEncoder {
  static let mimeType = "video/VP8"
  /// libvpx's `cpu-used`; negative values fix the effort, positive ones adapt it to the time and cost far more.
  static let defaultSpeed = -6
  /// The clock of RTP (RFC 7741 §4.1).
  private static let clockRate: Int64 = 90_000

  let implementationName = "libvpx"
  private let context: UnsafeMutablePointer<vpx_codec_ctx_t>
  private var isOpen = false
  private var settings: vpx_codec_enc_cfg_t
  private let configuration: VideoEncoderConfiguration
  private var rates: VideoEncoderRates
  private var lastTimestamp: MediaTime?
  /// The time of the next picture for libvpx, in ticks: it advances evenly, since rate control takes jitter for a
  /// change of rate.
  private var ticks: Int64 = 0
  /// The smoothed time between pictures, in ticks.
  private var interval: Double
  private var framesUntilKeyFrame = 0

  init(_ configuration: VideoEncoderConfiguration) throws {
    self.configuration = configuration
    rates = configuration.rates
    interval = Double(Self.clockRate) / max(1, configuration.rates.frameRate)
    settings = vpx_codec_enc_cfg_t()
    guard rtc_vpx_vp8_default_configuration(&settings) == VPX_CODEC_OK else {
      throw MediaError(.notSupportedError, "libvpx cannot make a VP8 encoder")
    }
    context = .allocate(capacity: 1)
    context.initialize(to: vpx_codec_ctx_t())
    settings.g_threads = 1
    settings.g_timebase = vpx_rational(num: 1, den: Int32(Self.clockRate))
    settings.g_pass = VPX_RC_ONE_PASS
    settings.g_lag_in_frames = 0
    settings.g_error_resilient = 0
    settings.kf_mode = VPX_KF_DISABLED
    settings.rc_end_usage = VPX_CBR
    settings.rc_resize_allowed = 0
    settings.rc_dropframe_thresh = configuration.content == .detail ? 0 : 30
    settings.rc_min_quantizer = 2
    settings.rc_max_quantizer = 56
    settings.rc_undershoot_pct = 100
    settings.rc_overshoot_pct = 15
    // Milliseconds of the target rate that the sender's queue may hold.
    settings.rc_buf_initial_sz = 500
    settings.rc_buf_optimal_sz = 600
    settings.rc_buf_sz = 1_000
    settings.rc_target_bitrate = Self.kilobits(rates.bitrate)
  }

  deinit {
    close()
    context.deallocate()
  }

  func setRates(_ rates: VideoEncoderRates) throws {
    guard rates != self.rates else { return }
    if rates.frameRate != self.rates.frameRate { interval = Double(Self.clockRate) / max(1, rates.frameRate) }
    self.rates = rates
    settings.rc_target_bitrate = Self.kilobits(rates.bitrate)
    guard isOpen else { return }
    try check(vpx_codec_enc_config_set(context, &settings), "refused a rate of \(rates.bitrate) bit/s")
    try limitKeyFrames()
  }

  func encode(_ frame: VideoFrame, asKeyFrame: Bool) throws -> EncodedVideoFrame? {
    var isKeyFrameWanted = asKeyFrame
    if !isOpen || Int(settings.g_w) != frame.width || Int(settings.g_h) != frame.height {
      try resize(width: frame.width, height: frame.height)
      isKeyFrameWanted = true
    }
    if configuration.keyFrameInterval != nil, framesUntilKeyFrame <= 0 { isKeyFrameWanted = true }
    advanceClock(to: frame.timestamp)
    let status = frame.withUnsafePlanes { luma, cb, cr in
      var image = vpx_image_t()
      vpx_img_wrap(
        &image, VPX_IMG_FMT_I420, UInt32(frame.width), UInt32(frame.height), 1, UnsafeMutablePointer(mutating: luma))
      image.planes.0 = UnsafeMutablePointer(mutating: luma)
      image.planes.1 = UnsafeMutablePointer(mutating: cb)
      image.planes.2 = UnsafeMutablePointer(mutating: cr)
      image.stride.0 = Int32(frame.layout.lumaStride)
      image.stride.1 = Int32(frame.layout.chromaStride)
      image.stride.2 = Int32(frame.layout.chromaStride)
      return vpx_codec_encode(
        context, &image, ticks, UInt(max(1, interval)), isKeyFrameWanted ? rtc_vpx_force_key_frame : 0,
        rtc_vpx_deadline_realtime)
    }
    try check(status, "could not encode a picture of \(frame.width)x\(frame.height)")
    return takePacket(of: frame)
  }

  private func takePacket(of frame: VideoFrame) -> EncodedVideoFrame? {
    var result: EncodedVideoFrame?
    var iterator: vpx_codec_iter_t?
    while let packet = vpx_codec_get_cx_data(context, &iterator) {
      guard packet.pointee.kind == VPX_CODEC_CX_FRAME_PKT else { continue }
      let data = packet.pointee.data.frame
      let isKeyFrame = data.flags & UInt32(VPX_FRAME_IS_KEY) != 0
      var quantizer: Int32 = 0
      _ = rtc_vpx_get_last_quantizer(context, &quantizer)
      var metadata = frame.metadata
      metadata.rtpTimestamp = frame.timestamp.ticks(of: Self.clockRate)
      result = EncodedVideoFrame(
        bytes: Array(UnsafeRawBufferPointer(start: data.buf, count: data.sz)), mimeType: Self.mimeType,
        isKeyFrame: isKeyFrame, width: frame.width, height: frame.height, timestamp: frame.timestamp,
        rotation: frame.rotation, quantizer: Int(quantizer), metadata: metadata)
      framesUntilKeyFrame = isKeyFrame ? (configuration.keyFrameInterval ?? 0) - 1 : framesUntilKeyFrame - 1
    }
    return result
  }

  /// Opens the encoder for a size. libvpx can shrink what is open, and grow it back to what it began with.
  private func resize(width: Int, height: Int) throws {
    settings.g_w = UInt32(width)
    settings.g_h = UInt32(height)
    if isOpen, vpx_codec_enc_config_set(context, &settings) == VPX_CODEC_OK { return }
    close()
    try check(rtc_vpx_vp8_encoder_init(context, &settings), "cannot encode pictures of \(width)x\(height)")
    isOpen = true
    let speed = min(-1, max(-16, configuration.speed ?? Self.defaultSpeed))
    try check(rtc_vpx_set_cpu_used(context, Int32(speed)), "refused a speed of \(speed)")
    try check(rtc_vpx_set_static_threshold(context, configuration.content == .detail ? 100 : 1), "refused a setting")
    try check(rtc_vpx_set_token_partitions(context, 0), "refused a setting")
    try check(rtc_vpx_set_noise_sensitivity(context, 0), "refused a setting")
    try check(rtc_vpx_set_screen_content(context, configuration.content == .detail ? 1 : 0), "refused a setting")
    try limitKeyFrames()
  }

  /// A key frame takes at most half of the optimal buffer, so that it does not fill the path for long.
  private func limitKeyFrames() throws {
    let percent = Double(settings.rc_buf_optimal_sz) * 0.5 * max(1, rates.frameRate) / 10
    try check(
      rtc_vpx_set_maximum_intra_bitrate_percent(context, UInt32(min(10_000, max(300, percent)))), "refused a setting")
  }

  private func advanceClock(to timestamp: MediaTime) {
    if let lastTimestamp {
      let elapsed = Double((timestamp - lastTimestamp).nanoseconds) * Double(Self.clockRate) / 1e9
      // A pause says nothing about the rate of pictures.
      if elapsed > 0, elapsed < Double(Self.clockRate) { interval += (elapsed - interval) / 8 }
    }
    lastTimestamp = timestamp
    ticks += Int64(max(1, interval.rounded()))
  }

  private func close() {
    if isOpen { vpx_codec_destroy(context) }
    isOpen = false
  }

  private func check(_ status: vpx_codec_err_t, _ what: String) throws {
    guard status != VPX_CODEC_OK else { return }
    throw MediaError(.encodingError, "libvpx \(what): \(String(cString: vpx_codec_err_to_string(status)))")
  }

  private static func kilobits(_ bitrate: Int) -> UInt32 { UInt32(min(1_000_000, max(1, bitrate / 1_000))) }
}

extension MediaTime {
  /// The time on a clock of `rate` ticks a second that wraps as RTP timestamps do.
  package func ticks(of rate: Int64) -> UInt32 {
    let (seconds, rest) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
    return UInt32(truncatingIfNeeded: seconds &* rate &+ rest * rate / 1_000_000_000)
  }
}
