import RTCFrames

extension MediaStreamTrack {
  /// The track's pictures. A consumer that falls behind by more than `buffer` loses the oldest; an audio track has
  /// none.
  ///
  /// - Parameter buffer: pictures kept for this consumer at most, at least 1.
  public func videoFrames(buffer: Int = 2) -> FrameSequence<VideoFrame> {
    FrameSequence(
      makeMailbox: { FrameMailbox(capacity: buffer) }, attach: { self.attachVideo($0) },
      detach: { self.detachVideo($0) })
  }

  /// The track's sound. A consumer that falls behind by more than `buffer` frames loses the oldest; a video track has
  /// none.
  ///
  /// - Parameter buffer: frames of sound kept for this consumer at most, at least 1. Sources make frames of 10 or 20
  ///   ms.
  public func audioFrames(buffer: Int = 50) -> FrameSequence<AudioFrame> {
    FrameSequence(
      makeMailbox: { FrameMailbox(capacity: buffer) }, attach: { self.attachAudio($0) },
      detach: { self.detachAudio($0) })
  }

  /// The track's compressed pictures, as a peer sent them or a pass-through source was given them; other tracks have
  /// none.
  ///
  /// It begins with a key frame. A consumer that falls behind by more than `buffer`, or by 16 MiB, loses all up to the
  /// next key frame, which is asked for.
  public func encodedVideoFrames(buffer: Int = 120) -> FrameSequence<EncodedVideoFrame> {
    let provider = attachment.source.encodedVideo
    return FrameSequence(
      makeMailbox: {
        FrameMailbox(capacity: buffer, onKeyFrameNeeded: { provider?.requestKeyFrame() }, startsAtKeyFrame: true)
      },
      attach: {
        self.attachEncodedVideo($0)
        provider?.requestKeyFrame()
      }, detach: { self.detachEncodedVideo($0) })
  }

  /// The track's compressed sound, as a peer sent it or a pass-through source was given it; other tracks have none.
  public func encodedAudioFrames(buffer: Int = 100) -> FrameSequence<EncodedAudioFrame> {
    FrameSequence(
      makeMailbox: { FrameMailbox(capacity: buffer) }, attach: { self.attachEncodedAudio($0) },
      detach: { self.detachEncodedAudio($0) })
  }

  /// The next picture of the track (image-capture, `ImageCapture.grabFrame`).
  ///
  /// - Throws: `MediaError` with `InvalidStateError`, when the track carries no pictures or ends before the next;
  ///   `CancellationError`.
  public func grabFrame() async throws -> VideoFrame {
    guard kind == .video else { throw MediaError(.invalidStateError, "an audio track has no picture to grab") }
    for await frame in videoFrames(buffer: 1) { return frame }
    try Task.checkCancellation()
    throw MediaError(.invalidStateError, "the track has ended, so there is no picture to grab")
  }
}

// What the stack attaches to tracks. Consumers are called on the source's thread and only store the frame.
extension MediaStreamTrack {
  package func attachVideo(_ consumer: any FrameConsumer<VideoFrame>) {
    if case .video(let pipeline) = attachment.pipeline { pipeline.consumers.add(consumer) } else { consumer.finish() }
  }

  package func detachVideo(_ consumer: any FrameConsumer<VideoFrame>) {
    if case .video(let pipeline) = attachment.pipeline { pipeline.consumers.remove(consumer) }
  }

  package func attachAudio(_ consumer: any FrameConsumer<AudioFrame>) {
    if case .audio(let pipeline) = attachment.pipeline { pipeline.consumers.add(consumer) } else { consumer.finish() }
  }

  package func detachAudio(_ consumer: any FrameConsumer<AudioFrame>) {
    if case .audio(let pipeline) = attachment.pipeline { pipeline.consumers.remove(consumer) }
  }

  /// Attaches a consumer of compressed pictures; a track that has none finishes it at once.
  package func attachEncodedVideo(_ consumer: any FrameConsumer<EncodedVideoFrame>) {
    if let gate = attachment.encodedVideo { gate.consumers.add(consumer) } else { consumer.finish() }
  }

  package func detachEncodedVideo(_ consumer: any FrameConsumer<EncodedVideoFrame>) {
    attachment.encodedVideo?.consumers.remove(consumer)
  }

  /// Attaches a consumer of compressed sound; a track that has none finishes it at once.
  package func attachEncodedAudio(_ consumer: any FrameConsumer<EncodedAudioFrame>) {
    if let gate = attachment.encodedAudio { gate.consumers.add(consumer) } else { consumer.finish() }
  }

  package func detachEncodedAudio(_ consumer: any FrameConsumer<EncodedAudioFrame>) {
    attachment.encodedAudio?.consumers.remove(consumer)
  }

  /// The source of compressed pictures behind the track. A sender whose track is `isEncodedOnly` takes its frames from
  /// here, and passes key-frame requests and the target bitrate on to it.
  package var encodedVideoProvider: (any EncodedVideoProvider)? { attachment.source.encodedVideo }
  /// The source of compressed sound behind the track.
  package var encodedAudioProvider: (any EncodedAudioProvider)? { attachment.source.encodedAudio }
}
