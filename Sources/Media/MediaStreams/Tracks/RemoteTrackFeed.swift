import RTCFrames
import Synchronization

/// The stack's end of a remote track: what is fed here comes out of the track and its clones.
///
/// A remote track begins muted (webrtc-pc §5.3) and never opens anything, so it has no source to start or stop; its
/// last track being stopped is worth knowing, since nobody needs its frames decoded any more.
package final class RemoteTrackFeed: Sendable {
  package let kind: MediaStreamTrack.Kind
  private let video: RemoteVideoSource?
  private let audio: RemoteAudioSource?

  /// Makes a remote track, live and muted, and the feed behind it.
  ///
  /// - Parameters:
  ///   - id: the identifier the peer announced, or `nil` for one of our own.
  ///   - onKeyFrameRequest: called, on any thread, when a consumer of compressed pictures cannot go on without a key
  ///     frame.
  package static func makeTrack(
    kind: MediaStreamTrack.Kind, id: String? = nil, onKeyFrameRequest: @escaping @Sendable () -> Void = {}
  ) -> (track: MediaStreamTrack, feed: RemoteTrackFeed) {
    let feed = RemoteTrackFeed(kind: kind, onKeyFrameRequest: onKeyFrameRequest)
    let source: TrackSource
    switch (feed.video, feed.audio) {
    case (let video?, _): source = .video(video)
    case (_, let audio?): source = .audio(audio)
    default: preconditionFailure("a feed is of one kind")
    }
    return (.opened(id: id, label: "remote \(kind.rawValue)", origin: .remote, source: source), feed)
  }

  private init(kind: MediaStreamTrack.Kind, onKeyFrameRequest: @escaping @Sendable () -> Void) {
    self.kind = kind
    video = kind == .video ? RemoteVideoSource(onKeyFrameRequest: onKeyFrameRequest) : nil
    audio = kind == .audio ? RemoteAudioSource() : nil
  }

  /// Whether somebody takes decoded frames or may do so: a track of this feed has not been stopped.
  package var hasLiveTracks: Bool { (video?.output.openCount ?? 0) + (audio?.output.openCount ?? 0) > 0 }

  /// A decoded picture, on the decoder's thread.
  package func deliver(_ frame: VideoFrame) {
    guard let video else { return }
    video.note(frame)
    video.output.emit(frame)
  }

  /// Decoded sound, on the decoder's thread.
  package func deliver(_ frame: AudioFrame) {
    guard let audio else { return }
    audio.note(frame)
    audio.output.emit(frame)
  }

  /// A whole compressed picture as it arrived, before it is decoded.
  package func deliver(_ frame: EncodedVideoFrame) { video?.encodedFrames.send(frame) }
  /// Compressed sound as it arrived, before it is decoded.
  package func deliver(_ frame: EncodedAudioFrame) { audio?.encodedFrames.send(frame) }

  package func setMuted(_ isMuted: Bool) {
    video?.output.setMuted(isMuted)
    audio?.output.setMuted(isMuted)
  }

  /// Ends the track and its clones, with an `ended` event.
  package func end() {
    video?.output.end()
    audio?.output.end()
    video?.encodedFrames.finish()
    audio?.encodedFrames.finish()
  }
}

final class RemoteVideoSource: VideoSource, EncodedVideoProvider {
  let output = SourceOutput<VideoFrame>(isMuted: true)
  let encodedFrames = FrameBroadcast<EncodedVideoFrame>()
  let label = "remote video"
  var encodedMimeType: String? { nil }
  var isEncodedOnly: Bool { false }
  private let current = Mutex(MediaTrackSettings())
  private let onKeyFrameRequest: @Sendable () -> Void

  init(onKeyFrameRequest: @escaping @Sendable () -> Void) { self.onKeyFrameRequest = onKeyFrameRequest }

  var settings: MediaTrackSettings { current.withLock { $0 } }
  func start() {}
  func stop() {}
  func requestKeyFrame() { onKeyFrameRequest() }
  func setTargetBitrate(_ bitsPerSecond: Int) {}

  /// The settings of a remote track follow its pictures.
  func note(_ frame: VideoFrame) {
    current.withLock { settings in
      if settings.width != frame.width || settings.height != frame.height {
        settings = MediaTrackSettings(width: frame.width, height: frame.height)
      }
    }
  }
}

final class RemoteAudioSource: AudioSource, EncodedAudioProvider {
  let output = SourceOutput<AudioFrame>(isMuted: true)
  let encodedFrames = FrameBroadcast<EncodedAudioFrame>()
  let label = "remote audio"
  var encodedMimeType: String? { nil }
  var isEncodedOnly: Bool { false }
  private let format = Mutex<AudioFormat?>(nil)

  var settings: MediaTrackSettings {
    guard let format = format.withLock({ $0 }) else { return MediaTrackSettings() }
    return MediaTrackSettings(sampleRate: format.sampleRate, channelCount: format.channels)
  }

  func start() {}
  func stop() {}
  func note(_ frame: AudioFrame) { format.withLock { $0 = frame.format } }
}
