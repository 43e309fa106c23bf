import RTCBase
import RTCSDP
import RTCSecurity
import WebRTCTypes

/// A description of the peer with its sections read as the session needs them.
struct RemoteDescription: Hashable, Sendable {
  var type: RTCSdpType
  /// As it was read, with the candidates that came later.
  var description: SessionDescription
  var sections: [Section]
  /// The indices of each BUNDLE group's sections that are not rejected, in the group's order.
  var bundleGroups: [[Int]]
  /// How many candidates `description` has.
  var candidateCount: Int

  /// The most candidates that are remembered of all sections: as many as all transports may have. A description may bring more.
  static let maximumCandidates = JSEPSession.maximumTransports * JSEPSession.Generation.maximumCandidates

  var apiDescription: RTCSessionDescription { RTCSessionDescription(type: type, sdp: description.text) }

  struct Section: Hashable, Sendable {
    var index: Int
    /// Made by the session when the peer gave none.
    var mid: String
    var hasMID: Bool
    var kind: MediaKind
    var isRejected: Bool
    /// A kind and protocol that we know; others are rejected in the answer (RFC 9429 §5.3.1).
    var isSupported: Bool
    var direction: MediaDirection
    var codecs: [CodecDescription]
    var extensions: [ExtensionMapping]
    var hasRTCPMux: Bool
    var hasReducedSizeRTCP: Bool
    var mixesExtensionHeaders: Bool
    /// The index of the section whose transport attributes hold for this one: its own unless it is bundled.
    var transportTag: Int
    /// Which of the description's BUNDLE groups it is in.
    var bundleGroup: Int?
    var isBundleOnly: Bool
    /// The section's own or the session's; `nil` for a section that only follows the tag of its group.
    var ice: RTCIceParameters?
    var fingerprints: [CertificateFingerprint]
    var setup: SetupRole?
    /// `nil` if nothing was said of streams.
    var streamIDs: [String]?
    var trackID: String?
    var sources: [RemoteSource]
  }
}

/// Reads and checks a peer's description on its own, without regard to the session's past.
struct RemoteDescriptionReader {
  let type: RTCSdpType
  let description: SessionDescription
  let supportsDataChannels: Bool
  /// What we could agree on: of the feedback and the header extensions that the peer names no others are kept.
  let knownFeedback: Set<RTCPFeedback>
  let knownExtensions: Set<String>

  /// The most m-sections: beyond it a description is hostile.
  static let maximumSections = 1_024
  /// The most mappings of known header extensions that hold for a section, those of the session included.
  static let maximumExtensions = 64
  /// The most streams that a section's track is in.
  static let maximumStreams = 32
  /// The most sources of a section; with simulcast, retransmission and repair it has about nine.
  static let maximumSources = 64

  init(type: RTCSdpType, description: SessionDescription, configuration: JSEPConfiguration) {
    self.type = type
    self.description = description
    supportsDataChannels = configuration.supportsDataChannels
    let codecs = configuration.audioCodecs + configuration.videoCodecs
    knownFeedback = Set(codecs.flatMap(\.feedback))
    knownExtensions = Set((configuration.audioExtensions + configuration.videoExtensions).map(\.uri))
  }

  /// `makeMID` is asked for sections that have none (RFC 9429 §5.10).
  func read(makeMID: (Int) -> String) throws(WebRTCError) -> RemoteDescription {
    guard description.media.count <= Self.maximumSections else {
      throw .operationError("A description has at most \(Self.maximumSections) m-sections.")
    }
    let namedMIDs = description.media.compactMap(\.mid)
    guard Set(namedMIDs).count == namedMIDs.count else {
      throw .invalidAccessError("Two m-sections have the same a=mid.")
    }
    if let mid = namedMIDs.first(where: { $0.isEmpty || $0.utf8.count > 16 }) {
      throw .invalidAccessError("The a=mid \"\(mid.prefix(64))\" is not 1 to 16 bytes long (RFC 9143 §15.2).")
    }
    var session = description
    session.attributes = inheritedLines
    var sections: [RemoteDescription.Section] = []
    for index in description.media.indices {
      sections.append(readSection(index, mid: description.media[index].mid ?? makeMID(index), session: session))
    }
    let groups = try readBundleGroups(&sections)
    for section in sections where section.isSupported && !section.isRejected {
      try check(section, tag: sections[section.transportTag])
    }
    return RemoteDescription(
      type: type, description: description, sections: sections, bundleGroups: groups,
      candidateCount: description.media.reduce(0) { $0 + $1.candidates.count })
  }

  /// The lines of the session that hold for its sections. They are read again for each section, so there are few of them: what counts
  /// once is there once.
  private var inheritedLines: [Attribute] {
    var names: Set<String> = []
    var extensions = 0
    return description.attributes.filter { attribute in
      switch attribute {
      case .iceUfrag, .icePassword, .iceLite, .setup, .direction, .extmapAllowMixed:
        return names.insert(attribute.name).inserted
      case .fingerprint: return true  // Few already (`SDPLimits.fingerprints`).
      case .extmap(let mapping):
        guard knownExtensions.contains(mapping.uri), extensions < Self.maximumExtensions else { return false }
        extensions += 1
        return true
      default: return false
      }
    }
  }

  /// `session` has the lines of the session that hold for all sections.
  private func readSection(_ index: Int, mid: String, session: SessionDescription) -> RemoteDescription.Section {
    let media = description.media[index]
    let (streamIDs, trackID) = Self.streams(of: media)
    let ufrag = session.iceUfrag(for: media)
    let password = session.icePassword(for: media)
    let ice: RTCIceParameters? =
      ufrag == nil && password == nil
      ? nil
      : RTCIceParameters(
        usernameFragment: ufrag ?? "", password: password ?? "",
        iceLite: session.isICELite || media.attributes.contains(.iceLite))
    let extensions = session.extensionMappings(for: media).lazy.filter { knownExtensions.contains($0.uri) }
    return RemoteDescription.Section(
      index: index, mid: mid, hasMID: media.mid != nil, kind: media.kind,
      isRejected: media.port == 0 && !media.isBundleOnly, isSupported: isSupported(media),
      direction: session.direction(for: media), codecs: CodecDescription.all(in: media, known: knownFeedback),
      extensions: Array(extensions.prefix(Self.maximumExtensions)), hasRTCPMux: media.hasRTCPMux,
      hasReducedSizeRTCP: media.hasReducedSizeRTCP,
      mixesExtensionHeaders: session.allowsMixedExtensions || media.attributes.contains(.extmapAllowMixed),
      transportTag: index, bundleGroup: nil, isBundleOnly: media.isBundleOnly, ice: ice,
      fingerprints: session.fingerprints(for: media), setup: session.setup(for: media),
      streamIDs: streamIDs, trackID: trackID, sources: Self.sources(of: media))
  }

  private func isSupported(_ media: MediaDescription) -> Bool {
    switch media.kind {
    case .audio, .video:  // RFC 9429 §5.1.2
      return [
        "UDP/TLS/RTP/SAVPF", "UDP/TLS/RTP/SAVP", "TCP/DTLS/RTP/SAVPF", "TCP/DTLS/RTP/SAVP", "TCP/TLS/RTP/SAVPF",
        "RTP/SAVPF", "RTP/SAVP",
      ].contains(media.transportProtocol)
    case .application:
      return supportsDataChannels
        && ["UDP/DTLS/SCTP", "TCP/DTLS/SCTP", "DTLS/SCTP"].contains(media.transportProtocol)
    default: return false
    }
  }

  /// The streams of `a=msid` (RFC 8830), or of the `a=ssrc` lines that preceded it, of which only the first source
  /// counts: the others are retransmission, or with Plan B further tracks that a section here cannot carry.
  private static func streams(of media: MediaDescription) -> ([String]?, String?) {
    let msids = media.msids
    if !msids.isEmpty {
      let streamIDs = msids.lazy.map(\.streamID).filter { $0 != "-" }
      return (Array(Array(streamIDs).uniqued().prefix(maximumStreams)), msids.lazy.compactMap(\.trackID).first)
    }
    let source = media.ssrcAttributes.first { $0.attribute.lowercased() == "msid" && $0.value != nil }
    guard let value = source?.value else { return (nil, nil) }
    let parts = value.utf8.split(separator: UInt8(ascii: " "), maxSplits: 2).map { Substring($0) }
    guard let stream = parts.first else { return ([], nil) }
    let trackID = parts.count > 1 ? parts[1] : nil
    // As of an `a=msid` line, names of another form are taken for none.
    guard stream.isSDPName, trackID?.isSDPName ?? true else { return (nil, nil) }
    return (stream == "-" ? [] : [String(stream)], trackID.map { String($0) })
  }

  private static func sources(of media: MediaDescription) -> [RemoteSource] {
    var retransmissions: [SSRC: SSRC] = [:]
    for group in media.ssrcGroups where group.semantics == "FID" && group.ssrcs.count == 2 {
      retransmissions[group.ssrcs[0]] = group.ssrcs[1]
    }
    var cnames: [SSRC: String] = [:]
    for line in media.ssrcAttributes where line.attribute.lowercased() == "cname" { cnames[line.ssrc] = line.value }
    let repairing = Set(retransmissions.values)
    let primary = (media.ssrcs + media.ssrcGroups.flatMap(\.ssrcs)).uniqued().lazy.filter { !repairing.contains($0) }
    return primary.prefix(maximumSources).map {
      RemoteSource(ssrc: $0, cname: cnames[$0], retransmissionSSRC: retransmissions[$0])
    }
  }

  /// RFC 9143 §7: within a group the first usable section that has a transport speaks for all.
  private func readBundleGroups(_ sections: inout [RemoteDescription.Section]) throws(WebRTCError) -> [[Int]] {
    var indices: [String: Int] = [:]
    for section in sections where section.hasMID && !section.isRejected { indices[section.mid] = section.index }
    var groups: [[Int]] = []
    for mids in description.bundleGroups {
      let members = mids.compactMap { indices[$0] }.uniqued()
      for member in members {
        guard sections[member].bundleGroup == nil else {
          throw .invalidAccessError("The section with mid \"\(sections[member].mid)\" is in two BUNDLE groups.")
        }
        sections[member].bundleGroup = groups.count
      }
      let supported = members.filter { sections[$0].isSupported }
      let tag = supported.first { !sections[$0].isBundleOnly } ?? supported.first ?? members.first
      for member in members { sections[member].transportTag = tag ?? member }
      groups.append(members)
    }
    // RFC 9143 §6: without a group, bundle-only says nothing, and port 0 rejects.
    for index in sections.indices where sections[index].isBundleOnly && sections[index].bundleGroup == nil {
      sections[index].isBundleOnly = false
      sections[index].isRejected = description.media[index].port == 0
    }
    return groups
  }

  private func check(_ section: RemoteDescription.Section, tag: RemoteDescription.Section) throws(WebRTCError) {
    let place = "The section with mid \"\(section.mid)\""
    guard let ice = tag.ice else { throw .invalidAccessError("\(place) has no a=ice-ufrag and a=ice-pwd.") }
    // RFC 8839 §5.4
    guard (4...256).contains(ice.usernameFragment.utf8.count) else {
      throw .invalidAccessError("\(place) has an a=ice-ufrag that is not 4 to 256 characters long.")
    }
    guard (22...256).contains(ice.password.utf8.count) else {
      throw .invalidAccessError("\(place) has an a=ice-pwd that is not 22 to 256 characters long.")
    }
    guard !tag.fingerprints.isEmpty else {
      let media = description.media[section.index]
      throw .invalidAccessError(
        media.hasCrypto
          ? "\(place) has keys in a=crypto, which WebRTC forbids (RFC 8827 §6.5), and no a=fingerprint for DTLS."
          : "\(place) has no a=fingerprint.")
    }
    switch (type, tag.setup) {
    case (_, .holdconn?):
      throw .invalidAccessError("\(place) has a=setup:holdconn, which DTLS does not use (RFC 8842 §5.2).")
    case (.answer, .actpass?), (.pranswer, .actpass?):
      throw .invalidAccessError("\(place) has a=setup:actpass; an answer says active or passive (RFC 8842 §5.3).")
    default: break
    }
    if type != .offer, section.kind != .application, !section.hasRTCPMux {
      throw .invalidAccessError("\(place) lacks a=rtcp-mux, without which no answer is accepted here (RFC 8858).")
    }
  }
}
