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
/// The engine's targets steer the encoder. A track that comes encoded passes by the encoder.
final class SendPipeline: Sendable {
  private struct State: Sendable {
    var track: MediaStreamTrack?
    var target: EncodingTarget?
    var encoder: Encoder?
    var adaptation = VideoAdaptation()
    var size: (width: Int, height: Int)?
    var isClosed = false
    var rates = VideoEncoderRates(bitrate: 0, frameRate: 30)
  }

  enum Encoder: Sendable {
    case video(VideoEncoderPipeline, mimeType: String)
    case audio(AudioEncoderPipeline, mimeType: String)
    case encodedVideo(EncodedForwarder<EncodedVideoFrame>)
    case encodedAudio(EncodedForwarder<EncodedAudioFrame>)
  }

  private let kind: MediaStreamTrackKind
  private let options: RTCPeerConnectionOptions
  private let send: @Sendable (EncodedFrame) -> Void
  private let state = Mutex(State())

  init(
    kind: MediaStreamTrackKind, options: RTCPeerConnectionOptions, send: @escaping @Sendable (EncodedFrame) -> Void
  ) {
    self.kind = kind
    self.options = options
    self.send = send
  }

  var track: MediaStreamTrack? { state.withLock { $0.track } }
  /// For statistics.
  var encoder: Encoder? { state.withLock { $0.encoder } }
  var adaptation: VideoAdaptation { state.withLock { $0.adaptation } }
  var target: EncodingTarget? { state.withLock { $0.target } }

  /// Takes another track; the encoder goes on, so that sequence and timestamps do too (RP-22).
  func setTrack(_ track: MediaStreamTrack?) throws {
    let old = state.withLock { state in
      defer { state.track = track }
      return state.track
    }
    if let old { detach(old) }
    guard track != nil else { return }
    try attach()
  }

  /// What the network can carry now.
  func apply(_ target: EncodingTarget) {
    let changesCodec = state.withLock { state in
      let before = state.target
      state.target = target
      return before?.codec != target.codec || before?.isActive != target.isActive
    }
    if changesCodec {
      // An encoder that cannot be made is told of when its first picture fails.
      try? attach()
      if target.isActive { requestKeyFrame() }
    }
    steer()
  }

  func requestKeyFrame() {
    switch encoder {
    case .video(let pipeline, _): pipeline.requestKeyFrame()
    case .encodedVideo: track?.encodedVideoProvider?.requestKeyFrame()
    case .audio, .encodedAudio, nil: break
    }
  }

  // MARK: The encoder

  private func attach() throws {
    let (track, target, old, isClosed) = state.withLock { ($0.track, $0.target, $0.encoder, $0.isClosed) }
    guard let track, let codec = target?.codec, !isClosed else { return }
    let mimeType = "\(kind.rawValue)/\(codec.name)"
    let encoder: Encoder
    if isSuitable(old, track: track, mimeType: mimeType), let old {
      encoder = old
    } else {
      encoder = try makeEncoder(for: track, codec: codec, mimeType: mimeType)
      if let old { closeLater(old, track) }
      state.withLock { $0.encoder = encoder }
    }
    switch encoder {
    case .video(let pipeline, _): track.attachVideo(pipeline)
    case .audio(let pipeline, _): track.attachAudio(pipeline)
    case .encodedVideo(let forwarder): track.attachEncodedVideo(forwarder)
    case .encodedAudio(let forwarder): track.attachEncodedAudio(forwarder)
    }
    steer()
  }

  private func isSuitable(_ encoder: Encoder?, track: MediaStreamTrack, mimeType: String) -> Bool {
    switch encoder {
    case .video(_, let present): present == mimeType && track.encodedVideoProvider?.isEncodedOnly != true
    case .audio(_, let present): present == mimeType && track.encodedAudioProvider?.isEncodedOnly != true
    case .encodedVideo: track.encodedVideoProvider?.isEncodedOnly == true
    case .encodedAudio: track.encodedAudioProvider?.isEncodedOnly == true
    case nil: false
    }
  }

  private func makeEncoder(
    for track: MediaStreamTrack, codec: NegotiatedCodec, mimeType: String
  ) throws -> Encoder {
    let clockRate = Int64(codec.clockRate)
    switch kind {
    case .video:
      let deliver: @Sendable (EncodedVideoFrame) -> Void = { [weak self] frame in
        self?.deliver(frame, clockRate: clockRate)
      }
      if track.encodedVideoProvider?.isEncodedOnly == true {
        return .encodedVideo(EncodedForwarder(deliver))
      }
      let pipeline = try VideoEncoderPipeline(
        registry: options.codecs,
        configuration: VideoEncoderConfiguration(
          mimeType: mimeType, content: track.contentHint == .detail || track.contentHint == .text ? .detail : .motion),
        onFrame: deliver)
      return .video(pipeline, mimeType: mimeType)
    case .audio:
      let deliver: @Sendable (EncodedAudioFrame) -> Void = { [weak self] frame in self?.deliver(frame) }
      if track.encodedAudioProvider?.isEncodedOnly == true {
        return .encodedAudio(EncodedForwarder(deliver))
      }
      let pipeline = try AudioEncoderPipeline(
        registry: options.codecs, configuration: audioConfiguration(track, codec, mimeType), onFrame: deliver)
      return .audio(pipeline, mimeType: mimeType)
    }
  }

  /// What the peer's format parameters ask of Opus (RFC 7587 §6.1); other codecs have none.
  private func audioConfiguration(
    _ track: MediaStreamTrack, _ codec: NegotiatedCodec, _ mimeType: String
  ) -> AudioEncoderConfiguration {
    func isSet(_ name: String) -> Bool { codec.parameters[name] == "1" }
    var configuration = AudioEncoderConfiguration(mimeType: mimeType)
    configuration.channels = isSet("stereo") && options.usesStereo ? 2 : 1
    configuration.content = track.contentHint == .music ? .music : .speech
    configuration.usesForwardErrorCorrection = isSet("useinbandfec")
    configuration.usesDiscontinuousTransmission = isSet("usedtx") && options.usesDiscontinuousTransmission
    configuration.usesConstantBitrate = isSet("cbr")
    configuration.maximumPlaybackRate = codec.parameters["maxplaybackrate"].flatMap { Int($0) }
    return configuration
  }

  private func steer() {
    let (target, encoder) = state.withLock { ($0.target, $0.encoder) }
    guard let target else { return }
    let bitrate = Int(clamping: target.bitrate.bitsPerSecond)
    switch encoder {
    case .video(let pipeline, _):
      let decision = adapt(target)
      var control = pipeline.control
      control.rates = VideoEncoderRates(bitrate: max(1, bitrate), frameRate: decision.maximumFrameRate)
      control.isActive = target.isActive && bitrate > 0
      control.maximumFrameRate = min(target.encoding.maxFramerate ?? .infinity, decision.maximumFrameRate)
      control.scaleDownBy = max(1, target.encoding.scaleResolutionDownBy ?? 1) * decision.scale
      pipeline.control = control
    case .audio(let pipeline, _):
      pipeline.setTarget(AudioEncoderTarget(bitrate: max(6_000, bitrate), packetLoss: target.packetLoss))
      pipeline.setActive(target.isActive)
    case .encodedVideo: track?.encodedVideoProvider?.setTargetBitrate(bitrate)
    case .encodedAudio, nil: break
    }
  }

  /// At what size and rate the picture is worth the bits (CD-18).
  private func adapt(_ target: EncodingTarget) -> VideoAdaptation.Decision {
    let settings = track?.settings
    return state.withLock { state in
      guard let width = settings?.width, let height = settings?.height, target.isActive else {
        return state.adaptation.decision
      }
      let scale = max(1, target.encoding.scaleResolutionDownBy ?? 1)
      return state.adaptation.update(
        width: Int(Double(width) / scale), height: Int(Double(height) / scale),
        frameRate: min(settings?.frameRate ?? 30, target.encoding.maxFramerate ?? 1_000), target: target.bitrate,
        now: MonotonicTime(nanoseconds: MediaTime.now.nanoseconds))
    }
  }

  // MARK: Frames

  private func deliver(_ frame: EncodedVideoFrame, clockRate: Int64) {
    let captured = frame.timestamp.nanoseconds
    let ticks = captured / 1_000_000_000 * clockRate + captured % 1_000_000_000 * clockRate / 1_000_000_000
    send(
      EncodedFrame(
        bytes: frame.bytes, rtpTimestamp: UInt32(truncatingIfNeeded: ticks), isKeyFrame: frame.isKeyFrame,
        captureTime: MonotonicTime(nanoseconds: captured), width: frame.width > 0 ? frame.width : nil,
        height: frame.height > 0 ? frame.height : nil))
  }

  private func deliver(_ frame: EncodedAudioFrame) {
    let captured = frame.timestamp.nanoseconds
    // The encoder counts samples; a source of encoded frames has times only.
    let timestamp = frame.metadata.rtpTimestamp ?? UInt32(truncatingIfNeeded: captured / 1_000 * 48 / 1_000)
    send(
      EncodedFrame(
        bytes: frame.bytes, rtpTimestamp: timestamp, captureTime: MonotonicTime(nanoseconds: captured),
        audioLevel: frame.audioLevel.map { AudioLevel(level: $0, voiceActivity: frame.voiceActivity ?? ($0 < 60)) }))
  }

  // MARK: End

  private func detach(_ track: MediaStreamTrack) {
    switch encoder {
    case .video(let pipeline, _): track.detachVideo(pipeline)
    case .audio(let pipeline, _): track.detachAudio(pipeline)
    case .encodedVideo(let forwarder): track.detachEncodedVideo(forwarder)
    case .encodedAudio(let forwarder): track.detachEncodedAudio(forwarder)
    case nil: break
    }
  }

  private func closeLater(_ encoder: Encoder, _ track: MediaStreamTrack) {
    switch encoder {
    case .video(let pipeline, _):
      track.detachVideo(pipeline)
      Task { await pipeline.close() }
    case .audio(let pipeline, _):
      track.detachAudio(pipeline)
      Task { await pipeline.close() }
    case .encodedVideo(let forwarder): track.detachEncodedVideo(forwarder)
    case .encodedAudio(let forwarder): track.detachEncodedAudio(forwarder)
    }
  }

  func closeLater() { Task { await close() } }

  /// Detaches from the track and releases the encoder.
  func close() async {
    let (track, encoder) = state.withLock { state in
      defer {
        state.isClosed = true
        state.encoder = nil
      }
      return (state.track, state.encoder)
    }
    guard let encoder else { return }
    switch encoder {
    case .video(let pipeline, _):
      track?.detachVideo(pipeline)
      await pipeline.close()
    case .audio(let pipeline, _):
      track?.detachAudio(pipeline)
      await pipeline.close()
    case .encodedVideo(let forwarder): track?.detachEncodedVideo(forwarder)
    case .encodedAudio(let forwarder): track?.detachEncodedAudio(forwarder)
    }
  }
}

/// Passes frames on as they come.
final class EncodedForwarder<Frame: Sendable>: FrameConsumer {
  private let deliver: @Sendable (Frame) -> Void
  init(_ deliver: @escaping @Sendable (Frame) -> Void) { self.deliver = deliver }
  func receive(_ frame: Frame) { deliver(frame) }
  func finish() {}
}
