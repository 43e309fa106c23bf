import RTCBase
import RTCPayload
import RTCRTP
import RTCReceive

/// How codecs travel in RTP, by MIME type: the formats that are built in, and those that a program registers for codecs of its own (CD-15).
package struct PayloadFormats {
  /// One video codec's format.
  package struct Video {
    package var makePacketizer: (RandomSource) -> any Packetizer
    package var makeReceiver: () -> any VideoPayloadFormat

    package init(
      makePacketizer: @escaping (RandomSource) -> any Packetizer, makeReceiver: @escaping () -> any VideoPayloadFormat
    ) {
      self.makePacketizer = makePacketizer
      self.makeReceiver = makeReceiver
    }
  }

  /// One audio codec's format: a frame is a payload.
  package struct Audio {
    package var makePacketizer: () -> any Packetizer
    package var coding: AudioFormat.Coding

    package init(makePacketizer: @escaping () -> any Packetizer, coding: AudioFormat.Coding) {
      self.makePacketizer = makePacketizer
      self.coding = coding
    }
  }

  private var videos: [String: Video] = [
    "video/vp8": Video(makePacketizer: { VP8Packetizer(random: $0) }, makeReceiver: { VP8PayloadFormat() })
  ]
  private var audios: [String: Audio] = [
    "audio/opus": Audio(makePacketizer: { AudioPacketizer(format: .opus) }, coding: .opus),
    "audio/pcmu": Audio(makePacketizer: { AudioPacketizer(format: .pcmu) }, coding: .bytePerSample),
    "audio/pcma": Audio(makePacketizer: { AudioPacketizer(format: .pcma) }, coding: .bytePerSample),
  ]

  package init() {}

  /// Adds or replaces a format; MIME types compare without regard to case.
  package mutating func register(_ format: Video, mimeType: String) { videos[mimeType.lowercased()] = format }
  package mutating func register(_ format: Audio, mimeType: String) { audios[mimeType.lowercased()] = format }

  func video(_ mimeType: String) -> Video? { videos[mimeType.lowercased()] }
  func audio(_ mimeType: String) -> Audio? { audios[mimeType.lowercased()] }
}
