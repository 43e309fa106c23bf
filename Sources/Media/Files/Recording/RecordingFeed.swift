import MediaStreams
import RTCFrames
import Synchronization

/// A track being recorded, and the mailbox of its frames.
final class RecordingFeed: Sendable {
  /// A compressed frame of either kind.
  struct Frame: Sendable {
    var bytes: [UInt8]
    var mimeType: String
    var isKeyFrame: Bool
    var width = 0
    var height = 0
    var timestamp: MediaTime
    var receiveTime: MediaTime?
  }

  let kind: MediaStreamTrack.Kind
  private let track: MediaStreamTrack
  private let video: FrameMailbox<EncodedVideoFrame>
  private let audio: FrameMailbox<EncodedAudioFrame>

  init(track: MediaStreamTrack) {
    self.track = track
    kind = track.kind
    let provider = track.encodedVideoProvider
    // Four seconds of pictures at 60 a second, and of sound: what a slow disk may take to answer.
    video = FrameMailbox(capacity: 240, onKeyFrameNeeded: { provider?.requestKeyFrame() }, startsAtKeyFrame: true)
    audio = FrameMailbox(capacity: 400)
  }

  func attach() {
    switch kind {
    case .video: track.attachEncodedVideo(video)
    case .audio: track.attachEncodedAudio(audio)
    }
  }

  func detach() {
    switch kind {
    case .video: track.detachEncodedVideo(video)
    case .audio: track.detachEncodedAudio(audio)
    }
  }

  /// Whether nothing comes any more, beside what waits in the mailbox.
  var isOver: Bool { track.readyState == .ended }
  /// Frames that were lost, or came before the first key frame.
  var droppedCount: Int { video.droppedCount + audio.droppedCount }
  /// The size that the track says its pictures have.
  var announcedSize: (width: Int, height: Int) {
    let settings = track.settings
    return (settings.width ?? 640, settings.height ?? 480)
  }

  func requestKeyFrame() { track.encodedVideoProvider?.requestKeyFrame() }

  /// The oldest frame in the mailbox.
  func poll() -> Frame? {
    if let frame = video.poll() {
      let size = frame.width > 0 ? (frame.width, frame.height) : Self.size(ofVP8: frame.bytes)
      return Frame(
        bytes: frame.bytes, mimeType: frame.mimeType, isKeyFrame: frame.isKeyFrame, width: size.0, height: size.1,
        timestamp: frame.timestamp, receiveTime: frame.metadata.receiveTime)
    }
    if let frame = audio.poll() {
      return Frame(
        bytes: frame.bytes, mimeType: frame.mimeType, isKeyFrame: true, timestamp: frame.timestamp,
        receiveTime: frame.metadata.receiveTime)
    }
    return nil
  }

  /// The size in a key frame (RFC 6386 §9.1); zero in other frames.
  private static func size(ofVP8 bytes: [UInt8]) -> (Int, Int) {
    guard bytes.count >= 10, bytes[0] & 1 == 0, bytes[3] == 0x9D, bytes[4] == 0x01, bytes[5] == 0x2A else {
      return (0, 0)
    }
    return ((Int(bytes[7]) << 8 | Int(bytes[6])) & 0x3FFF, (Int(bytes[9]) << 8 | Int(bytes[8])) & 0x3FFF)
  }
}
