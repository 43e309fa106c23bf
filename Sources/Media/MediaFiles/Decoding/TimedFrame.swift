import RTCFrames

/// A frame with its place in the file.
struct TimedFrame {
  enum Content {
    case picture(VideoFrame)
    case sound([Int16])
  }

  /// By the clock of the file.
  var start: MediaTime
  var end: MediaTime
  var content: Content

  /// When it is to be handed on: a picture when it is to be seen, sound once its last sample would have been heard.
  var due: MediaTime {
    switch content {
    case .picture: start
    case .sound: end
    }
  }
}
