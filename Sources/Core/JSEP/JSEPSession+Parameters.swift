import WebRTCTypes

/// What `getParameters` gives (webrtc-pc §5.2, §5.3).
extension JSEPSession {
  /// `nil` for a transceiver that is not of this session.
  package func sendParameters(_ id: TransceiverID, transactionID: String) -> RTCRtpSendParameters? {
    guard let transceiver = transceiver(id) else { return nil }
    let media = negotiatedMedia(of: transceiver)
    return RTCRtpSendParameters(
      transactionId: transactionID, encodings: transceiver.sender.encodings,
      parameters: RTCRtpParameters(
        headerExtensions: media?.extensions.filter { $0.direction.sends }.map(\.parameters) ?? [],
        rtcp: RTCRtcpParameters(cname: cname, reducedSize: media?.usesReducedSizeRTCP ?? false),
        codecs: media?.sendCodecs.flatMap { $0.parameters(of: transceiver.kind) } ?? []))
  }

  /// `nil` for a transceiver that is not of this session.
  package func receiveParameters(_ id: TransceiverID) -> RTCRtpReceiveParameters? {
    guard let transceiver = transceiver(id) else { return nil }
    let media = negotiatedMedia(of: transceiver)
    return RTCRtpParameters(
      headerExtensions: media?.extensions.filter { $0.direction.receives }.map(\.parameters) ?? [],
      rtcp: RTCRtcpParameters(reducedSize: media?.usesReducedSizeRTCP ?? false),
      codecs: media?.receiveCodecs.flatMap { $0.parameters(of: transceiver.kind) } ?? [])
  }

  /// Whether the sound of a transceiver is to be decoded in stereo: we have asked for it, or the peer says that it sends it (RFC 7587 §6.1).
  package func receivesStereo(_ id: TransceiverID) -> Bool {
    guard let transceiver = transceiver(id), transceiver.kind == .audio, let media = negotiatedMedia(of: transceiver)
    else { return false }
    return media.receiveCodecs.contains { $0.parameters["stereo"] == "1" || $0.isStereoOnly }
      || media.sendCodecs.contains { $0.parameters["sprop-stereo"] == "1" }
  }

  func negotiatedMedia(of transceiver: JSEPTransceiver) -> NegotiatedMedia? {
    guard let index = transceiver.sectionIndex, sections.indices.contains(index),
      sections[index].transceiverID == transceiver.id
    else { return nil }
    return sections[index].media
  }
}

extension NegotiatedExtension {
  fileprivate var parameters: RTCRtpHeaderExtensionParameters {
    RTCRtpHeaderExtensionParameters(uri: uri, id: UInt16(id))
  }
}

extension NegotiatedCodec {
  /// Opus is always written with two channels; what another codec says is so.
  fileprivate var isStereoOnly: Bool { name.lowercased() != "opus" && channels == 2 }

  /// The codec, and its retransmission format as an entry of its own.
  fileprivate func parameters(of kind: MediaStreamTrackKind) -> [RTCRtpCodecParameters] {
    let codec = RTCRtpCodec(
      mimeType: "\(kind.rawValue)/\(name)", clockRate: clockRate,
      channels: kind == .audio ? UInt16(truncatingIfNeeded: channels ?? 1) : nil,
      sdpFmtpLine: parameters.text.isEmpty ? nil : parameters.text)
    var entries = [RTCRtpCodecParameters(payloadType: payloadType.rawValue, codec: codec)]
    if let retransmissionPayloadType {
      let retransmission = RTCRtpCodec(
        mimeType: "\(kind.rawValue)/rtx", clockRate: clockRate, sdpFmtpLine: "apt=\(payloadType.rawValue)")
      entries.append(RTCRtpCodecParameters(payloadType: retransmissionPayloadType.rawValue, codec: retransmission))
    }
    return entries
  }
}
