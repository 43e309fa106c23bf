/// All that stands before the first cluster of a WebM file, with the places that are completed at the end.
struct WebMHeader: Sendable {
  /// Room for the index of the file's parts.
  static let seekHeadSize = 96
  /// A duration: identifier, size and eight bytes.
  private static let durationSize = 11
  private static let application = "swift-webrtc"

  private(set) var bytes: [UInt8] = []
  /// Where the size of the segment stands.
  private(set) var segmentSizePosition = 0
  /// Where the segment's contents begin; positions in the file's own index count from here.
  private(set) var segmentStart = 0
  private(set) var infoPosition = 0
  private(set) var durationPosition = 0
  private(set) var tracksPosition = 0

  init(tracks: [WebMTrack]) {
    var file = EBMLWriter()
    file.master(.ebml) { ebml in
      ebml.unsigned(.ebmlVersion, 1)
      ebml.unsigned(.ebmlReadVersion, 1)
      ebml.unsigned(.ebmlMaximumIDLength, 4)
      ebml.unsigned(.ebmlMaximumSizeLength, 8)
      ebml.string(.docType, "webm")
      ebml.unsigned(.docTypeVersion, 4)
      ebml.unsigned(.docTypeReadVersion, 2)
    }
    file.openMaster(.segment)
    segmentStart = file.count
    segmentSizePosition = segmentStart - 8
    file.void(total: Self.seekHeadSize)

    infoPosition = file.count
    file.master(.info) { info in
      info.unsigned(.timestampScale, 1_000_000)
      info.string(.muxingApp, Self.application)
      info.string(.writingApp, Self.application)
      // A duration of zero would be believed; room for one is passed over.
      info.void(total: Self.durationSize)
    }
    durationPosition = file.count - Self.durationSize

    tracksPosition = file.count
    file.master(.tracks) { writer in
      for (index, track) in tracks.enumerated() { Self.write(track, number: index + 1, to: &writer) }
    }
    bytes = file.bytes
  }

  private static func write(_ track: WebMTrack, number: Int, to tracks: inout EBMLWriter) {
    tracks.master(.trackEntry) { entry in
      entry.unsigned(.trackNumber, UInt64(number))
      entry.unsigned(.trackUID, UInt64(number))
      entry.unsigned(.trackType, track.isVideo ? 1 : 2)
      entry.unsigned(.flagLacing, 0)
      switch track {
      case .vp8(let width, let height):
        entry.string(.codecID, "V_VP8")
        entry.master(.video) { video in
          video.unsigned(.pixelWidth, UInt64(clamping: max(1, width)))
          video.unsigned(.pixelHeight, UInt64(clamping: max(1, height)))
        }
      case .opus(let channels):
        entry.string(.codecID, "A_OPUS")
        entry.binary(.codecPrivate, WebMTrack.opusHead(channels: channels))
        entry.unsigned(.codecDelay, 0)
        // A decoder that starts anywhere is right after 80 ms (RFC 7845 §4.6).
        entry.unsigned(.seekPreRoll, 80_000_000)
        entry.master(.audio) { audio in
          audio.float(.samplingFrequency, 48_000)
          audio.unsigned(.channels, UInt64(clamping: channels))
        }
      }
    }
  }

  /// What replaces the room for a duration.
  static func durationElement(milliseconds: Int64) -> [UInt8] {
    var writer = EBMLWriter()
    writer.float(.duration, Double(milliseconds))
    return writer.bytes
  }

  /// What replaces the room after the segment's beginning.
  func seekHead(cuesPosition: Int) -> [UInt8] {
    var writer = EBMLWriter()
    writer.master(.seekHead) { head in
      for (id, position) in [
        (MatroskaID.info, infoPosition), (.tracks, tracksPosition), (.cues, cuesPosition),
      ] {
        head.master(.seek) { seek in
          seek.unsigned(.seekID, UInt64(id.rawValue))
          seek.unsigned(.seekPosition, UInt64(position - segmentStart))
        }
      }
    }
    writer.void(total: Self.seekHeadSize - writer.count)
    return writer.bytes
  }
}
