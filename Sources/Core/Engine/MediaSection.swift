import RTCBase
import RTCJSEP
import RTCRTP
import RTCReceive
import RTCSend
import WebRTCTypes

/// An m-section of a transport, as its RTP sees it.
struct MediaSection {
  var negotiated: NegotiatedMedia
  var sendStream: SendStreamID?
  /// Packets have come since the section last began to receive.
  var isReceiving = false
  /// What its encoder was told last.
  var announcedTarget: EncodingTarget?
  /// What the application asks of its receivers (`jitterBufferTarget`).
  var playoutDelay = TimeDelta.zero
  /// What the application asks of its sender.
  let settings: SendSettings

  init(_ negotiated: NegotiatedMedia, settings: SendSettings = SendSettings()) {
    self.negotiated = negotiated
    self.settings = settings
  }

  /// The peer's first codec, or the one that the application prefers of those it takes.
  var sendCodec: NegotiatedCodec? {
    guard negotiated.direction.sends else { return nil }
    let preferred = settings.codec.flatMap { codec in
      negotiated.sendCodecs.first { $0.matches(codec, kind: negotiated.kind) }
    }
    return preferred ?? negotiated.sendCodecs.first
  }

  /// What the demultiplexer is told: nothing is routed to a section that does not receive.
  var route: RTPDemultiplexer.Section {
    var payloadTypes = PayloadTypeSet()
    var repairs = PayloadTypeSet()
    if negotiated.direction.receives {
      for codec in negotiated.receiveCodecs {
        payloadTypes.insert(codec.payloadType)
        if let repair = codec.retransmissionPayloadType {
          payloadTypes.insert(repair)
          repairs.insert(repair)
        }
      }
    }
    return RTPDemultiplexer.Section(
      mid: StreamIdentifier(negotiated.mid), payloadTypes: payloadTypes, repairPayloadTypes: repairs,
      streams: negotiated.remoteSources.map { .init(ssrc: $0.ssrc, repairSSRC: $0.retransmissionSSRC) })
  }

  /// The extensions in use, those we may send only or all.
  func extensionMap(sendingOnly: Bool) -> RTPExtensionMap {
    var map = RTPExtensionMap()
    map.allowsMixedForms = negotiated.mixesExtensionHeaders
    for entry in negotiated.extensions where !sendingOnly || entry.direction.sends {
      if let known = RTPExtension(rawValue: entry.uri) { map.set(known, id: entry.id) }
    }
    return map
  }

  func usesFeedback(_ feedback: RTCPFeedback) -> Bool {
    negotiated.receiveCodecs.contains { $0.feedback.contains(feedback) }
  }

  /// What the stream has in common with others that share its clock: the `MediaStream` of the track, or the canonical name that the
  /// description gives; `nil` when it gives neither.
  func synchronizationGroup(of ssrc: SSRC) -> String? {
    negotiated.remoteStreamIDs.first ?? negotiated.remoteSources.first { $0.ssrc == ssrc }?.cname
  }

  /// Of what may be received.
  var mimeTypes: [(payloadType: PayloadType, mimeType: String)] {
    negotiated.receiveCodecs.map { ($0.payloadType, "\(negotiated.kind.rawValue)/\($0.name)") }
  }

  /// A receiver for one of the section's streams; `nil` when no codec of the section has a known format.
  func receiverConfiguration(ssrc: SSRC, repair: SSRC?, formats: PayloadFormats) -> ReceiveStream.Configuration? {
    let media: ReceiveStream.Configuration.Media
    switch negotiated.kind {
    case .video:
      let known = negotiated.receiveCodecs.compactMap { codec in
        formats.video("video/\(codec.name)").map { (payloadType: codec.payloadType, format: $0.makeReceiver()) }
      }
      guard !known.isEmpty else { return nil }
      media = .video(VideoReceiver.Configuration(), formats: known)
    case .audio:
      let known = negotiated.receiveCodecs.compactMap { codec in
        formats.audio("audio/\(codec.name)").map {
          AudioFormat(
            payloadType: codec.payloadType, coding: $0.coding, clockRate: Int(codec.clockRate),
            channels: codec.channels ?? 1)
        }
      }
      guard !known.isEmpty else { return nil }
      media = .audio(AudioReceiver.Configuration(formats: known))
    }
    var configuration = ReceiveStream.Configuration(ssrc: ssrc, media: media)
    configuration.rtxSSRC = repair
    configuration.rtxPayloadTypes = negotiated.receiveCodecs.compactMap { codec in
      codec.retransmissionPayloadType.map { (rtx: $0, original: codec.payloadType) }
    }
    configuration.usesNack = usesFeedback(.nack)
    configuration.keyFrameMethod =
      usesFeedback(.pictureLossIndication)
      ? .pictureLossIndication : usesFeedback(.fullIntraRequest) ? .fullIntraRequest : nil
    return configuration
  }
}
