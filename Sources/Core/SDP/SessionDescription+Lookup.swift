import RTCBase
import RTCSecurity

extension SessionDescription {
  /// The section with this `mid`.
  package func media(mid: String) -> MediaDescription? { media.first { $0.mid == mid } }
  package func mediaIndex(mid: String) -> Int? { media.firstIndex { $0.mid == mid } }

  /// The `mid`s of each `a=group:BUNDLE`, in their order (RFC 9143).
  package var bundleGroups: [[String]] {
    attributes.compactMap { attribute in
      if case .group(semantics: "BUNDLE", let mids) = attribute { mids } else { nil }
    }
  }

  package var isICELite: Bool { attributes.contains(.iceLite) }
  package var allowsMixedExtensions: Bool { attributes.contains(.extmapAllowMixed) }

  /// What holds for a section: its own lines, or else those of the session (RFC 8839 §5.4, RFC 8122 §5).
  package func iceUfrag(for media: MediaDescription) -> String? {
    media.attributes.iceUfrag ?? attributes.iceUfrag
  }
  package func icePassword(for media: MediaDescription) -> String? {
    media.attributes.icePassword ?? attributes.icePassword
  }
  package func fingerprints(for media: MediaDescription) -> [CertificateFingerprint] {
    let own = media.attributes.fingerprints
    return own.isEmpty ? attributes.fingerprints : own
  }
  package func setup(for media: MediaDescription) -> SetupRole? { media.attributes.setup ?? attributes.setup }
  package func tlsID(for media: MediaDescription) -> String? { media.attributes.tlsID ?? attributes.tlsID }
  /// `sendrecv` when neither says (RFC 8866 §6.7).
  package func direction(for media: MediaDescription) -> MediaDirection {
    media.direction ?? attributes.direction ?? .sendrecv
  }
  /// The options of the section and of the session together.
  package func iceOptions(for media: MediaDescription) -> [String] {
    let own = media.attributes.iceOptions
    return own + attributes.iceOptions.filter { !own.contains($0) }
  }
  /// Extensions of the session hold for every section (RFC 8285 §8).
  package func extensionMappings(for media: MediaDescription) -> [ExtensionMapping] {
    attributes.extensionMappings + media.extensionMappings
  }
}

extension MediaDescription {
  package var mid: String? { attributes.lazy.compactMap { if case .mid(let mid) = $0 { mid } else { nil } }.first }
  /// The section's own direction; `SessionDescription.direction(for:)` knows the session's too.
  package var direction: MediaDirection? { attributes.direction }
  package func direction(default direction: MediaDirection) -> MediaDirection { self.direction ?? direction }

  package var rtpmaps: [RTPMap] { attributes.compactMap { if case .rtpmap(let map) = $0 { map } else { nil } } }
  package func rtpmap(_ payloadType: PayloadType) -> RTPMap? {
    attributes.lazy.compactMap { if case .rtpmap(let map) = $0 { map } else { nil } }
      .first { $0.payloadType == payloadType }
  }
  /// The formats of the `m=` line that are payload types.
  package var payloadTypes: [PayloadType] { formats.compactMap { UInt8($0).flatMap { PayloadType(rawValue: $0) } } }

  package var formatParameters: [FormatParameters] {
    attributes.compactMap { if case .fmtp(let parameters) = $0 { parameters } else { nil } }
  }
  package func formatParameters(_ payloadType: PayloadType) -> FormatParameters? {
    attributes.lazy.compactMap { if case .fmtp(let parameters) = $0 { parameters } else { nil } }
      .first { $0.payloadType == payloadType }
  }

  package var rtcpFeedback: [RTCPFeedbackAttribute] {
    attributes.compactMap { if case .rtcpFeedback(let feedback) = $0 { feedback } else { nil } }
  }
  /// What holds for a payload type, the lines with `*` included.
  package func rtcpFeedback(_ payloadType: PayloadType) -> [RTCPFeedbackAttribute] {
    rtcpFeedback.filter { $0.payloadType == nil || $0.payloadType == payloadType }
  }

  package var extensionMappings: [ExtensionMapping] { attributes.extensionMappings }
  package var candidates: [CandidateAttribute] {
    attributes.compactMap { if case .candidate(let candidate) = $0 { candidate } else { nil } }
  }
  package var hasEndOfCandidates: Bool { attributes.contains(.endOfCandidates) }
  package var isBundleOnly: Bool { attributes.contains(.bundleOnly) }
  package var hasRTCPMux: Bool { attributes.contains(.rtcpMux) || attributes.contains(.rtcpMuxOnly) }
  package var hasReducedSizeRTCP: Bool { attributes.contains(.rtcpReducedSize) }

  package var msids: [(streamID: String, trackID: String?)] {
    attributes.compactMap { if case .msid(let streamID, let trackID) = $0 { (streamID, trackID) } else { nil } }
  }
  package var ssrcAttributes: [SSRCAttribute] {
    attributes.compactMap { if case .ssrc(let source) = $0 { source } else { nil } }
  }
  /// The sources named in the section, each once, in their order.
  package var ssrcs: [SSRC] {
    var seen: Set<SSRC> = []
    return ssrcAttributes.map(\.ssrc).filter { seen.insert($0).inserted }
  }
  package var ssrcGroups: [(semantics: String, ssrcs: [SSRC])] {
    attributes.compactMap { if case .ssrcGroup(let semantics, let ssrcs) = $0 { (semantics, ssrcs) } else { nil } }
  }

  package var rids: [RIDAttribute] { attributes.compactMap { if case .rid(let rid) = $0 { rid } else { nil } } }
  package var simulcast: SimulcastAttribute? {
    attributes.lazy.compactMap { if case .simulcast(let simulcast) = $0 { simulcast } else { nil } }.first
  }

  package var sctpPort: UInt16? {
    attributes.lazy.compactMap { if case .sctpPort(let port) = $0 { port } else { nil } }.first
  }
  package var maxMessageSize: UInt64? {
    attributes.lazy.compactMap { if case .maxMessageSize(let size) = $0 { size } else { nil } }.first
  }
  package var packetTime: Int? {
    attributes.lazy.compactMap { if case .packetTime(let time) = $0 { time } else { nil } }.first
  }
  /// The milliseconds of sound that a packet should hold: `a=ptime`, or 20, within `a=maxptime`; `nil` when neither is given.
  package var wantedPacketTime: Int? {
    guard packetTime != nil || maximumPacketTime != nil else { return nil }
    return min(packetTime ?? 20, maximumPacketTime ?? .max)
  }
  package var maximumPacketTime: Int? {
    attributes.lazy.compactMap { if case .maximumPacketTime(let time) = $0 { time } else { nil } }.first
  }
  /// `a=crypto` is there: SDES keys, which WebRTC refuses (RFC 8827 §6.5).
  package var hasCrypto: Bool { attributes.contains { if case .crypto = $0 { true } else { false } } }
  /// Bits per second of `b=TIAS`, or else of `b=AS` (RFC 9429 §5.9).
  package var maximumBitrate: Bitrate? {
    if let line = bandwidths.first(where: { $0.type == "TIAS" }) {
      return .bitsPerSecond(Int64(clamping: line.value))
    }
    guard let line = bandwidths.first(where: { $0.type == "AS" }) else { return nil }
    // RFC 9429 §5.9: AS counts headers, of which 50 packets a second of 40 bytes each are taken off.
    return .bitsPerSecond(max(0, Int64(clamping: line.value.multipliedSaturating(by: 950)) - 50 * 40 * 8))
  }
}

/// Look-ups that lines of the session and of a section share.
extension [Attribute] {
  package var iceUfrag: String? { lazy.compactMap { if case .iceUfrag(let value) = $0 { value } else { nil } }.first }
  package var icePassword: String? {
    lazy.compactMap { if case .icePassword(let value) = $0 { value } else { nil } }.first
  }
  package var iceOptions: [String] {
    reduce(into: []) { if case .iceOptions(let options) = $1 { $0 += options } }
  }
  package var fingerprints: [CertificateFingerprint] {
    compactMap { if case .fingerprint(let fingerprint) = $0 { fingerprint } else { nil } }
  }
  package var setup: SetupRole? { lazy.compactMap { if case .setup(let role) = $0 { role } else { nil } }.first }
  package var tlsID: String? { lazy.compactMap { if case .tlsID(let value) = $0 { value } else { nil } }.first }
  package var direction: MediaDirection? {
    lazy.compactMap { if case .direction(let direction) = $0 { direction } else { nil } }.first
  }
  package var extensionMappings: [ExtensionMapping] {
    compactMap { if case .extmap(let mapping) = $0 { mapping } else { nil } }
  }
}

extension UInt64 {
  fileprivate func multipliedSaturating(by other: UInt64) -> UInt64 {
    let (product, overflow) = multipliedReportingOverflow(by: other)
    return overflow ? .max : product
  }
}
