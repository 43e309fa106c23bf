import RTCBase
import RTCSDP
import WebRTCTypes

/// The operations on transceivers of webrtc-pc §5.1 and §5.4. None talks to the peer; they change what the next offer
/// says.
extension JSEPSession {
  /// The most transceivers of one session.
  static let maximumTransceivers = 1_024
  /// The most transports of one session: each has sockets on every address, an ICE agent and a DTLS association. Sections that share one
  /// are not limited by it.
  static let maximumTransports = 16

  /// Always makes a new one (webrtc-pc §5.1, addTransceiver).
  @discardableResult
  package mutating func addTransceiver(
    _ kind: MediaStreamTrackKind, trackID: String? = nil, init options: RTCRtpTransceiverInit = .init()
  ) throws(WebRTCError) -> TransceiverID {
    try requireOpen()
    guard let direction = options.direction.mediaDirection else {
      throw .typeError("A transceiver cannot be made with the direction \"stopped\".")
    }
    if let trackID { try requireUnsent(trackID: trackID) }
    let encodings = try validated(options.sendEncodings, kind: kind)
    return try makeTransceiver(
      kind, direction: direction, trackID: trackID, streamIDs: options.streamIDs, encodings: encodings)
  }

  /// Reuses a transceiver that has never sent, or makes a new one (webrtc-pc §5.1, addTrack).
  @discardableResult
  package mutating func addTrack(
    _ kind: MediaStreamTrackKind, trackID: String, streamIDs: [String] = []
  ) throws(WebRTCError) -> TransceiverID {
    try requireOpen()
    try requireUnsent(trackID: trackID)
    let reusable = transceivers.indices.first {
      let transceiver = transceivers[$0]
      return transceiver.kind == kind && transceiver.sender.trackID == nil && !transceiver.isStopping
        && !transceiver.isStopped && !transceiver.hasSent
    }
    guard let index = reusable else {
      let id = try makeTransceiver(
        kind, direction: .sendrecv, trackID: trackID, streamIDs: streamIDs, encodings: [RTCRtpEncodingParameters()])
      if let index = transceiverIndex(id) { transceivers[index].wasAddedByTrack = true }
      return id
    }
    transceivers[index].sender.trackID = trackID
    transceivers[index].sender.signalledTrackID = trackID
    transceivers[index].sender.streamIDs = streamIDs.uniqued()
    transceivers[index].direction = MediaDirection(sends: true, receives: transceivers[index].direction.receives)
    transceivers[index].wasCreatedByRemoteOffer = false
    revision &+= 1
    return transceivers[index].id
  }

  /// The sender keeps its place without a track (webrtc-pc §5.1, removeTrack).
  package mutating func removeTrack(_ id: TransceiverID) throws(WebRTCError) {
    try requireOpen()
    guard let index = transceiverIndex(id) else {
      throw .invalidAccessError("The sender belongs to another connection.")
    }
    guard transceivers[index].sender.trackID != nil else { return }
    transceivers[index].sender.trackID = nil
    transceivers[index].direction = MediaDirection(sends: false, receives: transceivers[index].direction.receives)
    revision &+= 1
  }

  /// Another track in the same place, without negotiation (webrtc-pc §5.2, replaceTrack).
  package mutating func replaceTrack(_ id: TransceiverID, trackID: String?) throws(WebRTCError) {
    let index = try activeTransceiverIndex(id)
    transceivers[index].sender.trackID = trackID
  }

  package mutating func setDirection(
    _ id: TransceiverID, _ direction: RTCRtpTransceiverDirection
  ) throws(WebRTCError) {
    let index = try activeTransceiverIndex(id)
    guard let direction = direction.mediaDirection else {
      throw .typeError("A direction cannot be set to \"stopped\"; use stop().")
    }
    guard transceivers[index].direction != direction else { return }
    transceivers[index].direction = direction
    revision &+= 1
  }

  package mutating func setStreams(_ id: TransceiverID, _ streamIDs: [String]) throws(WebRTCError) {
    let index = try activeTransceiverIndex(id)
    guard transceivers[index].sender.streamIDs != streamIDs.uniqued() else { return }
    transceivers[index].sender.streamIDs = streamIDs.uniqued()
    revision &+= 1
  }

  /// What the sender's `setParameters` decided; the number, order and names of encodings are the negotiated ones
  /// (webrtc-pc §5.2).
  package mutating func setEncodings(
    _ id: TransceiverID, _ encodings: [RTCRtpEncodingParameters]
  ) throws(WebRTCError) {
    let index = try activeTransceiverIndex(id)
    guard encodings.map(\.rid) == transceivers[index].sender.encodings.map(\.rid) else {
      throw .invalidModificationError("The number, order and RIDs of encodings cannot be changed.")
    }
    if let media = negotiatedMedia(of: transceivers[index]) {
      for codec in encodings.compactMap(\.codec)
      where !media.sendCodecs.contains(where: { $0.matches(codec, kind: media.kind) }) {
        throw .invalidModificationError("\(codec.mimeType) was not negotiated, so it cannot be sent.")
      }
    }
    transceivers[index].sender.encodings = try validated(encodings, kind: transceivers[index].kind)
  }

  /// Ends it for good; the next negotiation frees its m-section (webrtc-pc §5.4, stop).
  package mutating func stop(_ id: TransceiverID) throws(WebRTCError) {
    try requireOpen()
    guard let index = transceiverIndex(id) else {
      throw .invalidAccessError("The transceiver belongs to another connection.")
    }
    guard !transceivers[index].isStopping else { return }
    transceivers[index].isStopping = true
    revision &+= 1
  }

  /// Filters and orders the codecs of the transceiver's section; an empty list resets it (webrtc-pc §5.4,
  /// setCodecPreferences).
  package mutating func setCodecPreferences(_ id: TransceiverID, _ codecs: [RTCRtpCodec]) throws(WebRTCError) {
    try requireOpen()
    guard let index = transceiverIndex(id) else {
      throw .invalidAccessError("The transceiver belongs to another connection.")
    }
    let capabilities = configuration.codecs(transceivers[index].kind)
    let resiliency = Set(["rtx", "red", "ulpfec", "flexfec-03"])
    var preferences: [CodecCapability] = []
    var namesRetransmission = false
    for codec in codecs {
      let subtype = codec.mimeType.split(separator: "/").last.map { $0.lowercased() } ?? ""
      if resiliency.contains(subtype) {
        let known = configuration.capabilities(transceivers[index].kind).codecs
        guard known.contains(where: { $0.isSameCodec(as: codec) }) else { throw Self.unknownCodec(codec) }
        if subtype == "rtx" { namesRetransmission = true }
        continue
      }
      guard let capability = capabilities.first(where: { $0.rtpCodec.isSameCodec(as: codec) }) else {
        throw Self.unknownCodec(codec)
      }
      if !preferences.contains(capability) { preferences.append(capability) }
    }
    guard codecs.isEmpty || !preferences.isEmpty else {
      throw .invalidModificationError("The preferences name no codec that carries media, only retransmission.")
    }
    if !namesRetransmission {
      for position in preferences.indices { preferences[position].supportsRetransmission = false }
    }
    guard transceivers[index].codecPreferences != preferences else { return }
    transceivers[index].codecPreferences = preferences
    revision &+= 1
  }

  private static func unknownCodec(_ codec: RTCRtpCodec) -> WebRTCError {
    .invalidModificationError(
      "\(codec.mimeType) with clock rate \(codec.clockRate) is not among the capabilities of this transceiver's kind.")
  }

  /// The next offer has an m-section for data channels.
  package mutating func requestDataChannels() throws(WebRTCError) {
    try requireOpen()
    guard configuration.supportsDataChannels else {
      throw .notSupportedError("Data channels are not enabled in this session.")
    }
    guard !wantsDataChannels else { return }
    wantsDataChannels = true
    revision &+= 1
  }

  /// The codecs of a transceiver's section in order of preference.
  func codecs(of transceiver: JSEPTransceiver) -> [CodecCapability] {
    transceiver.codecPreferences.isEmpty ? configuration.codecs(transceiver.kind) : transceiver.codecPreferences
  }

  mutating func makeTransceiver(
    _ kind: MediaStreamTrackKind, direction: MediaDirection, trackID: String?, streamIDs: [String],
    encodings: [RTCRtpEncodingParameters], receiverTrackID: String? = nil
  ) throws(WebRTCError) -> TransceiverID {
    guard transceivers.count < Self.maximumTransceivers else {
      throw .operationError("A connection has at most \(Self.maximumTransceivers) transceivers.")
    }
    let id = TransceiverID(rawValue: nextTransceiverID)
    nextTransceiverID += 1
    let sources = encodings.map { encoding in
      NegotiatedSource(ssrc: unusedSSRC(), retransmissionSSRC: unusedSSRC(), rid: encoding.rid)
    }
    let receiverTrackID = receiverTrackID.flatMap { candidate in
      transceivers.contains { $0.receiver.trackID == candidate } ? nil : candidate
    }
    transceivers.append(
      JSEPTransceiver(
        id: id, kind: kind, direction: direction,
        sender: JSEPSender(
          trackID: trackID, streamIDs: streamIDs.uniqued(), signalledTrackID: trackID ?? random.uuid(),
          sources: sources, encodings: encodings),
        receiver: JSEPReceiver(trackID: receiverTrackID ?? random.uuid(), streamIDs: []), wasAddedByTrack: false))
    revision &+= 1
    return id
  }

  /// Their SSRCs are free again.
  mutating func removeTransceivers(where isGone: (JSEPTransceiver) -> Bool) {
    let count = transceivers.count
    transceivers.removeAll(where: isGone)
    guard transceivers.count < count else { return }
    usedSSRCs = Set(transceivers.lazy.flatMap(\.sender.sources).flatMap { [$0.ssrc, $0.retransmissionSSRC] })
  }

  private mutating func unusedSSRC() -> SSRC {
    var ssrc = SSRC(rawValue: random.uint32())
    // 0 is what some peers take for "unknown".
    while ssrc.rawValue == 0 || !usedSSRCs.insert(ssrc).inserted { ssrc.rawValue &+= 1 }
    return ssrc
  }

  private func activeTransceiverIndex(_ id: TransceiverID) throws(WebRTCError) -> Int {
    try requireOpen()
    guard let index = transceiverIndex(id) else {
      throw .invalidStateError("The transceiver is stopped or belongs to another connection.")
    }
    guard !transceivers[index].isStopping, !transceivers[index].isStopped else {
      throw .invalidStateError("The transceiver is stopped.")
    }
    return index
  }

  private func requireUnsent(trackID: String) throws(WebRTCError) {
    if transceivers.contains(where: { $0.sender.trackID == trackID && !$0.isStopped }) {
      throw .invalidAccessError("The track is already sent by this connection; replace or remove it first.")
    }
  }

  /// webrtc-pc §5.1, addTransceiver steps 7 and 8.
  private func validated(
    _ encodings: [RTCRtpEncodingParameters], kind: MediaStreamTrackKind
  ) throws(WebRTCError) -> [RTCRtpEncodingParameters] {
    guard !encodings.isEmpty else { return [RTCRtpEncodingParameters()] }
    let rids = encodings.compactMap(\.rid)
    for rid in rids {
      let isValid = !rid.isEmpty && rid.utf8.count <= 255 && rid.utf8.allSatisfy(\.isASCIIAlphanumeric)
      guard isValid else { throw .typeError("The RID \"\(rid)\" is not 1 to 255 letters and digits (RFC 8851 §10).") }
    }
    guard Set(rids).count == rids.count, encodings.count == 1 || rids.count == encodings.count else {
      throw .typeError("With several encodings, each needs a RID of its own.")
    }
    guard encodings.allSatisfy({ ($0.scaleResolutionDownBy ?? 1) >= 1 }) else {
      throw .rangeError("scaleResolutionDownBy must be 1 or more.")
    }
    guard encodings.allSatisfy({ ($0.maxFramerate ?? 0) >= 0 }) else {
      throw .rangeError("maxFramerate must not be negative.")
    }
    // An implementation may take fewer encodings than asked for, but then without RIDs for a single one (step 8).
    guard kind == .video, encodings.count > 1 else {
      var first = encodings[0]
      first.rid = nil
      if kind == .audio {
        first.scaleResolutionDownBy = nil
        first.maxFramerate = nil
      }
      return [first]
    }
    return Array(encodings.prefix(Self.maximumEncodings))
  }

  /// The most simulcast layers of a sender.
  static let maximumEncodings = 3
}

extension UInt8 {
  fileprivate var isASCIIAlphanumeric: Bool {
    switch self {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "A")...UInt8(ascii: "Z"):
      true
    default: false
    }
  }
}

extension RTCRtpCodec {
  /// webrtc-pc §5.4, codec dictionary match.
  fileprivate func isSameCodec(as other: RTCRtpCodec) -> Bool {
    mimeType.lowercased() == other.mimeType.lowercased() && clockRate == other.clockRate
      && (channels ?? 1) == (other.channels ?? 1) && (sdpFmtpLine ?? "") == (other.sdpFmtpLine ?? "")
  }
}

extension Array where Element: Hashable {
  /// Without repetitions, the first of each kept.
  func uniqued() -> [Element] {
    var seen: Set<Element> = []
    return filter { seen.insert($0).inserted }
  }
}
