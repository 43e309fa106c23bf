import RTCBase
import RTCSDP
import RTCSecurity
import WebRTCTypes

/// Writes m-sections of our offers and answers (RFC 9429 §5.2.1, §5.3.1).
struct SectionWriter {
  var section: LocalDescription.Section
  var transportProtocol: String
  var fingerprints: [CertificateFingerprint]
  var ice: RTCIceParameters
  /// An answer names a section only if the offer did.
  var writesMID = true
  var hasReducedSizeRTCP = true
  /// Set when the offer allowed it for the section, and not for the session.
  var mixesExtensionHeaders = false

  static let unspecified = ConnectionData(address: "0.0.0.0")

  /// A section of audio or video.
  func media(of transceiver: JSEPTransceiver, cname: String) -> MediaDescription {
    var formats: [String] = []
    var codecLines: [Attribute] = []
    for codec in section.codecs {
      formats.append(String(codec.payloadType.rawValue))
      codecLines += lines(of: codec)
      if let payloadType = codec.retransmissionPayloadType {
        formats.append(String(payloadType.rawValue))
        codecLines += [
          .rtpmap(RTPMap(payloadType: payloadType, encodingName: "rtx", clockRate: codec.clockRate)),
          .fmtp(FormatParameters(format: "\(payloadType.rawValue)", text: "apt=\(codec.payloadType.rawValue)")),
        ]
      }
    }
    var attributes = transportLines
    attributes += section.extensions.map { mapping in
      .extmap(
        ExtensionMapping(
          id: Int(mapping.id), direction: mapping.direction == .sendrecv ? nil : mapping.direction, uri: mapping.uri))
    }
    if mixesExtensionHeaders { attributes.append(.extmapAllowMixed) }
    attributes.append(.direction(section.direction))
    if section.direction.sends { attributes += msidLines(of: transceiver.sender) }
    attributes.append(.rtcpMux)
    if hasReducedSizeRTCP { attributes.append(.rtcpReducedSize) }
    if section.isBundleOnly { attributes.append(.bundleOnly) }
    attributes += codecLines
    if section.direction.sends { attributes += sourceLines(of: transceiver.sender, cname: cname) }
    return description(formats: formats, attributes: attributes)
  }

  /// A section of data channels (RFC 8841 §5), or its form before the RFC: the port as format, explained by `a=sctpmap`.
  func data(sctpPort: UInt16, maximumMessageSize: UInt64, hasDraftFormat: Bool) -> MediaDescription {
    var attributes = transportLines
    if section.isBundleOnly { attributes.append(.bundleOnly) }
    attributes.append(
      hasDraftFormat ? .sctpMap("\(sctpPort) webrtc-datachannel 65535") : .sctpPort(sctpPort))
    attributes.append(.maxMessageSize(maximumMessageSize))
    return description(
      formats: [hasDraftFormat ? String(sctpPort) : "webrtc-datachannel"], attributes: attributes)
  }

  /// A section with port 0. A rejected section needs no attributes, but some peers refuse a description in which one
  /// lacks credentials, a DTLS role or multiplexing, and some look for codecs even there.
  func rejected(formats: [String], codecLines: [Attribute]) -> MediaDescription {
    var attributes = transportLines
    attributes.append(.direction(.inactive))
    if section.kind == .audio || section.kind == .video { attributes.append(.rtcpMux) }
    var media = description(formats: formats, attributes: attributes + codecLines)
    media.port = 0
    return media
  }

  private func description(formats: [String], attributes: [Attribute]) -> MediaDescription {
    MediaDescription(
      kind: section.kind, port: section.isBundleOnly ? 0 : 9, transportProtocol: transportProtocol, formats: formats,
      connections: [Self.unspecified], attributes: attributes)
  }

  /// Bundled sections repeat what RFC 9143 §7.1.3 asks for in the tagged section only: peers that expect it
  /// everywhere outnumber those that mind.
  private var transportLines: [Attribute] {
    var lines: [Attribute] = [.iceUfrag(ice.usernameFragment), .icePassword(ice.password)]
    lines += fingerprints.map { .fingerprint($0) }
    if let setup = section.setup { lines.append(.setup(setup)) }
    if writesMID { lines.append(.mid(section.mid)) }
    return lines
  }

  private func lines(of codec: NegotiatedCodec) -> [Attribute] {
    var lines: [Attribute] = [
      .rtpmap(
        RTPMap(
          payloadType: codec.payloadType, encodingName: codec.name, clockRate: codec.clockRate,
          channels: codec.channels))
    ]
    lines += codec.feedback.map {
      .rtcpFeedback(
        RTCPFeedbackAttribute(payloadType: codec.payloadType, type: $0.type, parameter: $0.parameter))
    }
    if !codec.parameters.text.isEmpty { lines.append(.fmtp(codec.parameters)) }
    return lines
  }

  private func msidLines(of sender: JSEPSender) -> [Attribute] {
    let streamIDs = sender.streamIDs.isEmpty ? ["-"] : sender.streamIDs
    return streamIDs.map { .msid(streamID: $0, trackID: sender.signalledTrackID) }
  }

  private func sourceLines(of sender: JSEPSender, cname: String) -> [Attribute] {
    if sender.sources.count > 1 {
      // Simulcast streams are told apart by RID, not by SSRC (RFC 8853 §5.1).
      let rids = sender.sources.compactMap(\.rid)
      return rids.map { .rid(RIDAttribute(id: $0, direction: .send)) }
        + [.simulcast(SimulcastAttribute(send: rids.map { .init(rid: $0) }))]
    }
    guard let source = sender.sources.first else { return [] }
    var ssrcs = [source.ssrc]
    var lines: [Attribute] = []
    if section.codecs.contains(where: { $0.retransmissionPayloadType != nil }) {
      ssrcs.append(source.retransmissionSSRC)
      lines.append(.ssrcGroup(semantics: "FID", ssrcs: ssrcs))
    }
    let msid = "\(sender.streamIDs.first ?? "-") \(sender.signalledTrackID)"
    for ssrc in ssrcs {
      lines.append(.ssrc(SSRCAttribute(ssrc: ssrc, attribute: "cname", value: cname)))
      lines.append(.ssrc(SSRCAttribute(ssrc: ssrc, attribute: "msid", value: msid)))
    }
    return lines
  }
}

extension MediaDescription {
  /// The lines that say what the formats are.
  var codecLines: [Attribute] {
    attributes.filter {
      switch $0 {
      case .rtpmap, .fmtp, .rtcpFeedback: true
      default: false
      }
    }
  }

  /// Puts what has been gathered into a section, with the default candidate as its address (RFC 8839 §4.2.1.2).
  mutating func setCandidates(_ candidates: [CandidateAttribute], haveEnded: Bool) {
    attributes.removeAll {
      switch $0 {
      case .candidate, .endOfCandidates: true
      default: false
      }
    }
    var lines = candidates.map { Attribute.candidate($0) }
    if haveEnded { lines.append(.endOfCandidates) }
    attributes.insert(contentsOf: lines, at: 0)
    guard port != 0 else { return }
    guard let candidate = Self.defaultCandidate(candidates) else {
      port = 9
      connections = [SectionWriter.unspecified]
      return
    }
    port = candidate.port
    connections = [
      ConnectionData(addressType: candidate.address.contains(":") ? "IP6" : "IP4", address: candidate.address)
    ]
  }

  /// The candidate that most likely works for a peer without ICE: relayed, then reflexive, then host, IPv4 before IPv6.
  private static func defaultCandidate(_ candidates: [CandidateAttribute]) -> CandidateAttribute? {
    func rank(_ candidate: CandidateAttribute) -> Int {
      let kind =
        switch candidate.kind {
        case .relay: 0
        case .serverReflexive: 2
        default: 4
        }
      return kind + (candidate.address.contains(":") ? 1 : 0)
    }
    // A name is no address that a c= line may have without being resolved.
    return candidates.filter { $0.isUDP && $0.component == 1 && IPAddress($0.address) != nil }
      .min { rank($0) < rank($1) }
  }
}
