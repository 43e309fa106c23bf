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

  private var videos: [String: Video] = ["video/vp8": .vp8]
  private var audios: [String: Audio] = ["audio/opus": .opus, "audio/pcmu": .samples, "audio/pcma": .samples]

  package init() {}

  /// Adds or replaces a format; MIME types compare without regard to case.
  package mutating func register(_ format: Video, mimeType: String) { videos[mimeType.lowercased()] = format }
  package mutating func register(_ format: Audio, mimeType: String) { audios[mimeType.lowercased()] = format }

  func video(_ mimeType: String) -> Video? { videos[mimeType.lowercased()] }
  func audio(_ mimeType: String) -> Audio? { audios[mimeType.lowercased()] }
}

extension PayloadFormats.Video {
  /// RFC 7741
  package static var vp8: Self {
    Self(makePacketizer: { VP8Packetizer(random: $0) }, makeReceiver: { VP8PayloadFormat() })
  }
  /// Any codec's bytes, cut at the packet size behind one byte of our own.
  package static var raw: Self {
    Self(makePacketizer: { _ in RawVideoPacketizer() }, makeReceiver: { RawVideoPayloadFormat() })
  }
}

extension PayloadFormats.Audio {
  /// RFC 7587
  package static var opus: Self { Self(makePacketizer: { AudioPacketizer(format: .opus) }, coding: .opus) }
  /// RFC 3551 §4.5: one byte a sample, as PCMU and PCMA have it.
  package static var samples: Self { Self(makePacketizer: { AudioPacketizer(format: .pcmu) }, coding: .bytePerSample) }
  /// Any codec's bytes, one payload a frame.
  package static func raw(clockRate: Int) -> Self {
    Self(makePacketizer: { AudioPacketizer(format: .raw(clockRate: clockRate)) }, coding: .other)
  }
}
