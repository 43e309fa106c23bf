internal import RTCBase
internal import RTCCodecs
internal import RTCEngine
internal import RTCFrames
internal import RTCJSEP
internal import RTCPayload
internal import RTCRTP
internal import RTCSend
import Synchronization

/// From a track to encoded frames: the track's source thread, the encoder's mailbox and thread, and one hop to the connection.
///
/// The engine's targets steer the encoder. A track that comes encoded passes by the encoder. Track and target are changed on the
/// connection's event loop only.
final class SendPipeline: Sendable {
  private struct State: Sendable {
    var track: MediaStreamTrack?
    var target: EncodingTarget?
    var encoder: Encoder?
    /// Counts encoders: what an earlier one still delivers is dropped.
    var encoderNumber = 0
    /// Of the encoders before, for statistics.
    var totals = EncoderTotals()
    var isClosed = false
    /// The encoders that are being released, one after the other.
    var releases: Task<Void, Never>?
  }

  enum Encoder: Sendable {
    case video(VideoEncoderPipeline, VideoEncoderConfiguration)
    case audio(AudioEncoderPipeline, AudioEncoderConfiguration)
    case encodedVideo(EncodedForwarder<EncodedVideoFrame>)
    case encodedAudio(EncodedForwarder<EncodedAudioFrame>)
  }

  /// How the encoder's settings follow the bitrate. Its lock is held while they are set, which two threads may do.
  private struct Steering: Sendable {
    var adaptation = VideoAdaptation()
    var due = MediaTime.zero
  }

  private let kind: MediaStreamTrackKind
  private let options: RTCPeerConnectionOptions
  private let group: CodecGroup
  private let send: @Sendable (EncodedFrame) -> Void
  private let state = Mutex(State())
  private let steering = Mutex(Steering())
  /// What the track delivers, for statistics.
  let meter = MediaSourceMeter()

  /// The adaptation counts time: it is asked at least so often while pictures come.
  private static let steeringInterval = Duration.milliseconds(250)

  /// - Parameter group: the codecs of the connection.
  init(
    kind: MediaStreamTrackKind, options: RTCPeerConnectionOptions, group: CodecGroup,
    send: @escaping @Sendable (EncodedFrame) -> Void
  ) {
    self.kind = kind
    self.options = options
    self.group = group
    self.send = send
  }

  deinit { closeLater() }

  var track: MediaStreamTrack? { state.withLock { $0.track } }
  /// For statistics.
  var encoder: Encoder? { state.withLock { $0.encoder } }
  var totals: EncoderTotals { state.withLock { $0.totals } }
  var adaptation: VideoAdaptation { steering.withLock { $0.adaptation } }
  var target: EncodingTarget? { state.withLock { $0.target } }

  /// Takes another track; the encoder goes on, so that sequence and timestamps do too (RP-22).
  func setTrack(_ track: MediaStreamTrack?) {
    let (old, encoder) = state.withLock { state in
      defer { state.track = track }
      return (state.track, state.encoder)
    }
    guard old !== track else { return }
    if let old, let encoder { Self.detach(encoder, from: old) }
    meter.observe(track)
    attach()
  }

  /// What the network can carry now.
  func apply(_ target: EncodingTarget) {
    let before = state.withLock { state in
      defer { state.target = target }
      return state.target
    }
    if before?.codec != target.codec || before?.packetTime != target.packetTime || before?.isActive != target.isActive {
      attach()
      if target.isActive { requestKeyFrame() }
    }
    steer()
  }

  /// Makes the encoder anew when the application says that the track's content is another (mst-content-hint §3). Asked with each frame.
  func heedContentHint() {
    let (encoder, track) = state.withLock { ($0.encoder, $0.track) }
    guard let track else { return }
    switch encoder {
    case .video(_, let configuration) where configuration.content != Self.videoContent(track): attach()
    case .audio(_, let configuration) where configuration.content != Self.audioContent(track): attach()
    default: break
    }
  }

  func requestKeyFrame() {
    switch encoder {
    case .video(let pipeline, _): pipeline.requestKeyFrame()
    case .encodedVideo: track?.encodedVideoProvider?.requestKeyFrame()
    case .audio, .encodedAudio, nil: break
    }
  }

  // MARK: The encoder

  /// What all codecs can make (RFC 7587 §4.2, RFC 3551 §4.2).
  private static let packetDurations: [Duration] = [
    .milliseconds(10), .milliseconds(20), .milliseconds(40), .milliseconds(60),
  ]

  /// Gives the track the encoder that it needs. When the system has no thread left there is none; the next change tries again.
  private func attach() {
    let (track, target, old, isClosed) = state.withLock { ($0.track, $0.target, $0.encoder, $0.isClosed) }
    guard let track, let codec = target?.codec, !isClosed else { return }
    let encoder: Encoder
    if let old, isSuitable(old, track: track, codec: codec) {
      encoder = old
    } else {
      state.withLock { release(&$0) }
      let number = state.withLock { $0.encoderNumber }
      guard let made = try? makeEncoder(for: track, codec: codec, number: number) else { return }
      encoder = made
      state.withLock { $0.encoder = made }
    }
    switch encoder {
    case .video(let pipeline, _):
      track.detachVideo(pipeline)
      track.attachVideo(pipeline)
    case .audio(let pipeline, _):
      track.detachAudio(pipeline)
      track.attachAudio(pipeline)
    case .encodedVideo(let forwarder):
      track.detachEncodedVideo(forwarder)
      forwarder.restart()
      track.attachEncodedVideo(forwarder)
      if target?.isActive == true { track.encodedVideoProvider?.requestKeyFrame() }
    case .encodedAudio(let forwarder):
      track.detachEncodedAudio(forwarder)
      track.attachEncodedAudio(forwarder)
    }
    steer()
  }

  private func isSuitable(_ encoder: Encoder, track: MediaStreamTrack, codec: NegotiatedCodec) -> Bool {
    switch encoder {
    case .video(_, let configuration):
      track.encodedVideoProvider?.isEncodedOnly != true && configuration == videoConfiguration(track, codec)
    case .audio(_, let configuration):
      track.encodedAudioProvider?.isEncodedOnly != true && configuration == audioConfiguration(track, codec)
    case .encodedVideo(let forwarder):
      track.encodedVideoProvider?.isEncodedOnly == true && forwarder.mimeType == mimeType(codec)
    case .encodedAudio(let forwarder):
      track.encodedAudioProvider?.isEncodedOnly == true && forwarder.mimeType == mimeType(codec)
    }
  }

  private func makeEncoder(
    for track: MediaStreamTrack, codec: NegotiatedCodec, number: Int
  ) throws -> Encoder {
    let clockRate = Int64(codec.clockRate)
    switch kind {
    case .video:
      let deliver: @Sendable (EncodedVideoFrame) -> Void = { [weak self] frame in
        self?.deliver(frame, clockRate: clockRate, encoder: number)
      }
      if track.encodedVideoProvider?.isEncodedOnly == true {
        return .encodedVideo(
          EncodedForwarder(mimeType: mimeType(codec), mimeTypeOf: \.mimeType, isStart: \.isKeyFrame, deliver))
      }
      let configuration = videoConfiguration(track, codec)
      let pipeline = try VideoEncoderPipeline(
        registry: options.codecs, configuration: configuration, group: group, onFrame: deliver)
      return .video(pipeline, configuration)
    case .audio:
      let deliver: @Sendable (EncodedAudioFrame) -> Void = { [weak self] frame in
        self?.deliver(frame, clockRate: clockRate, encoder: number)
      }
      if track.encodedAudioProvider?.isEncodedOnly == true {
        return .encodedAudio(
          EncodedForwarder(mimeType: mimeType(codec), mimeTypeOf: \.mimeType, isStart: { _ in true }, deliver))
      }
      let configuration = audioConfiguration(track, codec)
      let pipeline = try AudioEncoderPipeline(
        registry: options.codecs, configuration: configuration, group: group, onFrame: deliver)
      return .audio(pipeline, configuration)
    }
  }

  private func mimeType(_ codec: NegotiatedCodec) -> String { "\(kind.rawValue)/\(codec.name)" }

  private static func videoContent(_ track: MediaStreamTrack) -> VideoEncoderConfiguration.Content {
    track.contentHint == .detail || track.contentHint == .text ? .detail : .motion
  }

  private static func audioContent(_ track: MediaStreamTrack) -> AudioEncoderConfiguration.Content {
    track.contentHint == .music ? .music : .speech
  }

  private func videoConfiguration(_ track: MediaStreamTrack, _ codec: NegotiatedCodec) -> VideoEncoderConfiguration {
    VideoEncoderConfiguration(
      mimeType: mimeType(codec),
      content: Self.videoContent(track),
      parameters: codec.parameters.parameters.map { CodecDescription.Parameter($0.name, $0.value ?? "") })
  }

  /// What the peer's format parameters ask of Opus (RFC 7587 §6.1); other codecs have none.
  private func audioConfiguration(_ track: MediaStreamTrack, _ codec: NegotiatedCodec) -> AudioEncoderConfiguration {
    func isSet(_ name: String) -> Bool { codec.parameters[name] == "1" }
    var configuration = AudioEncoderConfiguration(mimeType: mimeType(codec))
    let isOpus = codec.name.lowercased() == "opus"
    configuration.channels = isOpus ? (isSet("stereo") && options.usesStereo ? 2 : 1) : codec.channels ?? 1
    configuration.content = Self.audioContent(track)
    configuration.usesForwardErrorCorrection = isSet("useinbandfec")
    configuration.usesDiscontinuousTransmission = isSet("usedtx") && options.usesDiscontinuousTransmission
    configuration.usesConstantBitrate = isSet("cbr")
    if let wanted = target?.packetTime {
      configuration.packetDuration =
        Self.packetDurations.last { $0 <= .milliseconds(wanted) } ?? Self.packetDurations[0]
    }
    configuration.maximumPlaybackRate = codec.parameters["maxplaybackrate"].flatMap { Int($0) }
    return configuration
  }

  // MARK: Steering

  private func steer() {
    steering.withLock { steering in
      steering.due = MediaTime.now + Self.steeringInterval
      let (target, encoder, track) = state.withLock { ($0.target, $0.encoder, $0.track) }
      guard let target else { return }
      let bitrate = Int(clamping: target.bitrate.bitsPerSecond)
      switch encoder {
      case .video(let pipeline, _):
        let settings = track?.settings
        let wished = target.encoding.maxFramerate ?? .infinity
        let frameRate = min(settings?.frameRate ?? 30, wished)
        let decision = adapt(&steering.adaptation, target, settings, frameRate: frameRate, hint: track?.contentHint)
        let limit = decision.limitation == .none ? wished : min(wished, decision.maximumFrameRate)
        var control = pipeline.control
        control.rates = VideoEncoderRates(bitrate: max(1, bitrate), frameRate: max(1, min(frameRate, limit)))
        control.isActive = target.isActive && bitrate > 0
        control.maximumFrameRate = limit.isFinite ? limit : nil
        control.scaleDownBy = max(1, target.encoding.scaleResolutionDownBy ?? 1) * decision.scale
        pipeline.control = control
      case .audio(let pipeline, _):
        pipeline.setTarget(AudioEncoderTarget(bitrate: max(6_000, bitrate), packetLoss: target.packetLoss))
        pipeline.setActive(target.isActive)
      case .encodedVideo: track?.encodedVideoProvider?.setTargetBitrate(target.isActive ? bitrate : 0)
      case .encodedAudio, nil: break
      }
    }
  }

  /// At what size and rate the picture is worth the bits (CD-18).
  private func adapt(
    _ adaptation: inout VideoAdaptation, _ target: EncodingTarget, _ settings: MediaTrackSettings?, frameRate: Double,
    hint: ContentHint?
  ) -> VideoAdaptation.Decision {
    guard let width = settings?.width, let height = settings?.height, target.isActive else {
      return adaptation.decision
    }
    // mst-content-hint §3: what is to be kept when bandwidth is short.
    adaptation.preference =
      switch hint {
      case .detail, .text: .maintainResolution
      case .motion: .maintainFrameRate
      default: .balanced
      }
    let scale = max(1, target.encoding.scaleResolutionDownBy ?? 1)
    return adaptation.update(
      width: Int(Double(width) / scale), height: Int(Double(height) / scale), frameRate: frameRate,
      target: target.bitrate, now: MonotonicTime(nanoseconds: MediaTime.now.nanoseconds))
  }

  // MARK: Frames

  private func deliver(_ frame: EncodedVideoFrame, clockRate: Int64, encoder: Int) {
    guard state.withLock({ $0.encoderNumber == encoder && !$0.isClosed }) else { return }
    let captured = frame.timestamp.nanoseconds
    send(
      EncodedFrame(
        bytes: frame.bytes, rtpTimestamp: Self.ticks(captured, clockRate), isKeyFrame: frame.isKeyFrame,
        captureTime: MonotonicTime(nanoseconds: captured), width: frame.width > 0 ? frame.width : nil,
        height: frame.height > 0 ? frame.height : nil))
    let isEncoded = if case .video = self.encoder { true } else { false }
    if isEncoded, steering.withLock({ $0.due <= .now }) { steer() }
  }

  private func deliver(_ frame: EncodedAudioFrame, clockRate: Int64, encoder: Int) {
    guard state.withLock({ $0.encoderNumber == encoder && !$0.isClosed }) else { return }
    let captured = frame.timestamp.nanoseconds
    // An encoder counts samples; a source of encoded frames has times only.
    let timestamp = frame.metadata.rtpTimestamp ?? Self.ticks(captured, clockRate)
    let duration = Int64(max(0, min(frame.sampleCount, Int(clockRate)))) * 1_000_000_000 / max(1, clockRate)
    send(
      EncodedFrame(
        bytes: frame.bytes, rtpTimestamp: timestamp, duration: .nanoseconds(duration),
        captureTime: MonotonicTime(nanoseconds: captured),
        audioLevel: frame.audioLevel.map { AudioLevel(level: $0, voiceActivity: frame.voiceActivity ?? ($0 < 60)) }))
  }

  private static func ticks(_ nanoseconds: Int64, _ clockRate: Int64) -> UInt32 {
    let second: Int64 = 1_000_000_000
    return UInt32(
      truncatingIfNeeded: nanoseconds / second &* clockRate &+ nanoseconds % second &* clockRate / second)
  }

  // MARK: End

  private static func detach(_ encoder: Encoder, from track: MediaStreamTrack) {
    switch encoder {
    case .video(let pipeline, _): track.detachVideo(pipeline)
    case .audio(let pipeline, _): track.detachAudio(pipeline)
    case .encodedVideo(let forwarder): track.detachEncodedVideo(forwarder)
    case .encodedAudio(let forwarder): track.detachEncodedAudio(forwarder)
    }
  }

  /// Parts with the encoder; `close` waits until it is gone.
  private func release(_ state: inout State) {
    state.encoderNumber += 1
    guard let encoder = state.encoder.take() else { return }
    if let track = state.track { Self.detach(encoder, from: track) }
    let before = state.releases
    switch encoder {
    case .video(let pipeline, _):
      state.totals.add(pipeline.statistics)
      state.releases = Task {
        await before?.value
        await pipeline.close()
      }
    case .audio(let pipeline, _):
      state.releases = Task {
        await before?.value
        await pipeline.close()
      }
    case .encodedVideo, .encodedAudio: break
    }
  }

  /// Detaches from the track, which stays the sender's, and begins to release the encoder.
  func closeLater() {
    meter.observe(nil)
    state.withLock { state in
      state.isClosed = true
      release(&state)
    }
  }

  /// The same; returns when the encoder is released.
  func close() async {
    closeLater()
    await state.withLock { $0.releases }?.value
  }
}
