/// A track of a WebM file, as its header describes it.
package enum WebMTrack: Hashable, Sendable {
  /// VP8 of a size; pictures of other sizes may follow, since key frames carry their own.
  case vp8(width: Int, height: Int)
  /// Opus, decoded to so many channels.
  case opus(channels: Int)

  /// The codec of a MIME type that WebM can hold here.
  package static func isSupported(mimeType: String) -> Bool {
    ["video/vp8", "audio/opus"].contains(mimeType.lowercased())
  }

  var isVideo: Bool { if case .vp8 = self { true } else { false } }

  /// The first packet of Opus in Ogg, which Matroska keeps as the codec's private data (RFC 7845 §5.1).
  ///
  /// Nothing is skipped: the recording joins a stream that began before, so its first samples are not those that an
  /// encoder makes while it warms up.
  static func opusHead(channels: Int) -> [UInt8] {
    Array("OpusHead".utf8) + [1, UInt8(clamping: channels), 0, 0, 0x80, 0xBB, 0, 0, 0, 0, 0]
  }
}
