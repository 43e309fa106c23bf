import RTCFrames
import Synchronization

/// A source of pictures that are compressed already, which a sender passes on without an encoder.
///
/// A track of it, `MediaStreamTrack(source:)`, has `encodedVideoFrames` and no plain ones.
/// ```swift
/// let source = EncodedVideoSource(mimeType: "video/VP8")
/// let track = try MediaStreamTrack(source: source)
/// Task { for await _ in source.keyFrameRequests { camera.makeKeyFrame() } }
/// for await frame in camera.compressedFrames { try source.write(frame) }
/// ```
public final class EncodedVideoSource: VideoSource, EncodedVideoProvider {
  /// The codec, such as `video/VP8`.
  public let mimeType: String
  /// What tracks of this source are called.
  public let label: String
  /// Where tracks attach; no plain pictures come from it.
  public let output = SourceOutput<VideoFrame>()
  package let encodedFrames = FrameBroadcast<EncodedVideoFrame>()
  package var encodedMimeType: String? { mimeType }
  package var isEncodedOnly: Bool { true }

  private let size = Mutex(MediaTrackSettings())
  private let keyFrameBroadcaster = EventBroadcaster<Void>(coalescingKey: { 0 })
  private let bitrateBroadcaster = EventBroadcaster<Int>(coalescingKey: { _ in 0 })

  /// A source of compressed pictures.
  public init(mimeType: String, label: String = "encoded video") {
    self.mimeType = mimeType
    self.label = label
  }

  /// Requests of receivers, and of new consumers, for a key frame. Those that nobody has read yet are one.
  public var keyFrameRequests: EventSequence<Void> { keyFrameBroadcaster.sequence }

  /// What the network can carry, in bits per second, whenever it changes; 0 while nothing is sent. Of those that nobody
  /// has read yet only the newest is kept.
  public var targetBitrates: EventSequence<Int> { bitrateBroadcaster.sequence }

  /// The size of the last key frame.
  public var settings: MediaTrackSettings { size.withLock { $0 } }

  /// Gives a picture to all tracks.
  ///
  /// - Throws: `MediaError` with `InvalidStateError` after `close`, with `NotSupportedError` for a picture of another
  ///   codec.
  public func write(_ frame: EncodedVideoFrame) throws {
    guard !output.isEnded else { throw MediaError(.invalidStateError, "the source of \(mimeType) has been closed") }
    guard frame.mimeType.lowercased() == mimeType.lowercased() else {
      throw MediaError(.notSupportedError, "a source of \(mimeType) takes no frame of \(frame.mimeType)")
    }
    if frame.isKeyFrame, frame.width > 0 {
      size.withLock { $0 = MediaTrackSettings(width: frame.width, height: frame.height) }
    }
    encodedFrames.send(frame)
  }

  /// Ends all tracks of the source.
  public func close() {
    output.end()
    encodedFrames.finish()
    keyFrameBroadcaster.finish()
    bitrateBroadcaster.finish()
  }

  /// Opens nothing.
  public func start() {}
  /// Closes nothing.
  public func stop() {}

  package func requestKeyFrame() { keyFrameBroadcaster.send(()) }
  package func setTargetBitrate(_ bitsPerSecond: Int) { bitrateBroadcaster.send(bitsPerSecond) }
}
