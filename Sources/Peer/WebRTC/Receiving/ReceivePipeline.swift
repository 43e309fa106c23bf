internal import RTCBase
internal import RTCCodecs
internal import RTCFrames
internal import RTCPayload
internal import RTCReceive
import Synchronization

/// From frames that are due to a track: one hop to the decoder's thread, and from there to the track's consumers.
final class ReceivePipeline: Sendable {
  enum Decoder: Sendable {
    case video(VideoDecoderPipeline)
    case audio(AudioDecoderPipeline)
  }

  private struct State: Sendable {
    var decoder: Decoder?
    var channels = 1
    var isEnded = false
  }

  private let feed: RemoteTrackFeed
  private let codecs: CodecRegistry
  private let group: CodecGroup
  private let onKeyFrameNeeded: @Sendable () -> Void
  private let state = Mutex(State())

  /// - Parameter group: the codecs of the connection.
  init(
    feed: RemoteTrackFeed, codecs: CodecRegistry, group: CodecGroup, onKeyFrameNeeded: @escaping @Sendable () -> Void
  ) {
    self.feed = feed
    self.codecs = codecs
    self.group = group
    self.onKeyFrameNeeded = onKeyFrameNeeded
  }

  /// For statistics.
  var decoder: Decoder? { state.withLock { $0.decoder } }

  func setMuted(_ isMuted: Bool) { feed.setMuted(isMuted) }

  /// To how many channels sound is decoded, as negotiated (MS-12).
  func setChannels(_ channels: Int) {
    let decoder = state.withLock { state in
      guard state.channels != channels else { return nil as Decoder? }
      state.channels = channels
      return state.decoder
    }
    if case .audio(let decoder) = decoder { decoder.setChannels(channels) }
  }

  // MARK: Frames

  func receive(_ received: ReceivedVideoFrame, mimeType: String) {
    let frame = received.frame
    let metadata = FrameMetadata(
      captureTime: received.captureTime.map { MediaTime(nanoseconds: $0.nanoseconds) },
      receiveTime: MediaTime(nanoseconds: received.lastPacketArrival.nanoseconds), rtpTimestamp: frame.rtpTimestamp)
    let encoded = EncodedVideoFrame(
      bytes: frame.bytes, mimeType: mimeType, isKeyFrame: frame.isKeyFrame, width: frame.width ?? 0,
      height: frame.height ?? 0, timestamp: MediaTime(nanoseconds: received.due.nanoseconds), metadata: metadata)
    feed.deliver(encoded)
    guard feed.hasLiveTracks, case .video(let decoder) = existingDecoder() else { return }
    decoder.receive(encoded)
  }

  func receive(_ playout: AudioPlayout, mimeType: String) {
    let due = MediaTime(nanoseconds: playout.due.nanoseconds)
    let metadata = FrameMetadata(
      captureTime: playout.captureTime.map { MediaTime(nanoseconds: $0.nanoseconds) },
      receiveTime: playout.arrival.map { MediaTime(nanoseconds: $0.nanoseconds) }, rtpTimestamp: playout.rtpTimestamp)
    let duration = Duration.nanoseconds(
      Int64(playout.samples) * 1_000_000_000 / Int64(max(1, playout.clockRate)))
    let samples = playout.samples
    func encoded(_ payload: [UInt8]) -> EncodedAudioFrame {
      EncodedAudioFrame(
        bytes: payload, mimeType: mimeType, timestamp: due, sampleCount: samples,
        audioLevel: playout.audioLevel?.level, voiceActivity: playout.audioLevel?.voiceActivity, metadata: metadata)
    }
    if case .decode(let payload) = playout.action { feed.deliver(encoded(payload)) }
    guard feed.hasLiveTracks, case .audio(let decoder) = existingDecoder() else { return }
    switch playout.action {
    case .decode(let payload):
      decoder.receive(.decode(encoded(payload), stretch: playout.stretch))
    case .decodeForwardErrorCorrection(let payload):
      decoder.receive(.decodeRedundancy(in: encoded(payload), duration: duration))
    case .conceal, .silence: decoder.receive(.conceal(duration: duration, timestamp: due))
    }
  }

  private func existingDecoder() -> Decoder? {
    state.withLock { state in
      if let decoder = state.decoder { return decoder }
      guard !state.isEnded else { return nil }
      state.decoder = makeDecoder(channels: state.channels)
      return state.decoder
    }
  }

  /// Without a thread there is no decoder, and the track shows nothing; the next frame tries again.
  private func makeDecoder(channels: Int) -> Decoder? {
    let feed = feed
    let onKeyFrameNeeded = onKeyFrameNeeded
    switch feed.kind {
    case .video:
      return try? .video(
        VideoDecoderPipeline(
          registry: codecs, group: group, onFrame: { feed.deliver($0) }, onKeyFrameNeeded: { _ in onKeyFrameNeeded() }))
    case .audio:
      return try? .audio(
        AudioDecoderPipeline(registry: codecs, channels: channels, group: group, onFrame: { feed.deliver($0) }))
    }
  }

  // MARK: End

  /// Ends the track; frames that still come are dropped.
  func end() {
    state.withLock { $0.isEnded = true }
    feed.end()
  }

  func closeLater() { Task { await close() } }

  /// Releases the decoder.
  func close() async {
    let decoder = state.withLock { state in
      state.isEnded = true
      return state.decoder.take()
    }
    switch decoder {
    case .video(let pipeline): await pipeline.close()
    case .audio(let pipeline): await pipeline.close()
    case nil: break
    }
  }
}
