extension Attribute {
  /// What stands behind `a=`.
  package var text: String {
    let name = name
    return value.map { "\(name):\($0)" } ?? name
  }

  /// The attribute's name as the registry has it.
  package var name: String {
    switch self {
    case .group: "group"
    case .mid: "mid"
    case .msid: "msid"
    case .msidSemantic: "msid-semantic"
    case .iceUfrag: "ice-ufrag"
    case .icePassword: "ice-pwd"
    case .iceOptions: "ice-options"
    case .iceLite: "ice-lite"
    case .candidate: "candidate"
    case .endOfCandidates: "end-of-candidates"
    case .fingerprint: "fingerprint"
    case .setup: "setup"
    case .tlsID: "tls-id"
    case .rtcp: "rtcp"
    case .rtcpMux: "rtcp-mux"
    case .rtcpMuxOnly: "rtcp-mux-only"
    case .rtcpReducedSize: "rtcp-rsize"
    case .direction(let direction): direction.rawValue
    case .rtpmap: "rtpmap"
    case .fmtp: "fmtp"
    case .rtcpFeedback: "rtcp-fb"
    case .extmap: "extmap"
    case .extmapAllowMixed: "extmap-allow-mixed"
    case .ssrc: "ssrc"
    case .ssrcGroup: "ssrc-group"
    case .rid: "rid"
    case .simulcast: "simulcast"
    case .sctpPort: "sctp-port"
    case .sctpMap: "sctpmap"
    case .maxMessageSize: "max-message-size"
    case .bundleOnly: "bundle-only"
    case .packetTime: "ptime"
    case .maximumPacketTime: "maxptime"
    case .crypto: "crypto"
    case .other(let name, _): name
    }
  }

  /// What stands behind the colon; `nil` for a flag.
  package var value: String? {
    switch self {
    case .iceLite, .endOfCandidates, .rtcpMux, .rtcpMuxOnly, .rtcpReducedSize, .direction, .extmapAllowMixed,
      .bundleOnly:
      nil
    case .group(let semantics, let mids): semantics.followed(by: mids)
    // Most peers write a space after this colon, which is why it is kept although the grammar has none.
    case .msidSemantic(let semantic, let streamIDs): " " + semantic.followed(by: streamIDs)
    case .msid(let streamID, let trackID): trackID.map { "\(streamID) \($0)" } ?? streamID
    case .mid(let value), .iceUfrag(let value), .icePassword(let value), .tlsID(let value), .rtcp(let value),
      .sctpMap(let value), .crypto(let value):
      value
    case .iceOptions(let options): options.joined(separator: " ")
    case .candidate(let candidate): candidate.text
    case .fingerprint(let fingerprint): "\(fingerprint.algorithm) \(fingerprint.text)"
    case .setup(let role): role.rawValue
    case .rtpmap(let map): map.text
    case .fmtp(let parameters): "\(parameters.format) \(parameters.text)"
    case .rtcpFeedback(let feedback): feedback.text
    case .extmap(let mapping): mapping.text
    case .ssrc(let source):
      "\(source.ssrc.rawValue) \(source.attribute)" + (source.value.map { ":" + $0 } ?? "")
    case .ssrcGroup(let semantics, let ssrcs): semantics.followed(by: ssrcs.map { String($0.rawValue) })
    case .rid(let rid): rid.text
    case .simulcast(let simulcast): simulcast.text
    case .sctpPort(let port): String(port)
    case .maxMessageSize(let size): String(size)
    case .packetTime(let milliseconds), .maximumPacketTime(let milliseconds): String(milliseconds)
    case .other(_, let value): value
    }
  }
}

extension CandidateAttribute {
  /// What stands behind `candidate:`.
  package var text: String {
    var text = "\(foundation) \(component) \(transport) \(priority) \(address) \(port) typ \(kind)"
    if let relatedAddress { text += " raddr \(relatedAddress)" }
    if let relatedPort { text += " rport \(relatedPort)" }
    for item in extensions { text += item.value.isEmpty ? " \(item.name)" : " \(item.name) \(item.value)" }
    return text
  }
}

extension RTPMap {
  fileprivate var text: String {
    "\(payloadType.rawValue) \(encodingName)/\(clockRate)" + (channels.map { "/\($0)" } ?? "")
  }
}

extension RTCPFeedbackAttribute {
  fileprivate var text: String {
    "\(payloadType.map { String($0.rawValue) } ?? "*") \(type)" + (parameter.map { " " + $0 } ?? "")
  }
}

extension ExtensionMapping {
  fileprivate var text: String {
    "\(id)" + (direction.map { "/\($0.rawValue)" } ?? "") + " \(uri)" + (attributes.map { " " + $0 } ?? "")
  }
}

extension RIDAttribute {
  fileprivate var text: String {
    let list = parameters.map { parameter in parameter.value.map { "\(parameter.name)=\($0)" } ?? parameter.name }
    return "\(id) \(direction.rawValue)" + (list.isEmpty ? "" : " " + list.joined(separator: ";"))
  }
}

extension SimulcastAttribute {
  fileprivate var text: String {
    func list(_ direction: String, _ streams: [Stream]) -> String? {
      streams.isEmpty
        ? nil
        : direction + " "
          + streams.map { stream in
            stream.alternatives.map { ($0.isPaused ? "~" : "") + $0.rid }.joined(separator: ",")
          }.joined(separator: ";")
    }
    let lists = [list("send", send), list("recv", receive)]
    return (listsReceiveFirst ? lists.reversed() : lists).compactMap { $0 }.joined(separator: " ")
  }
}

extension String {
  fileprivate func followed(by words: [String]) -> String {
    words.isEmpty ? self : "\(self) \(words.joined(separator: " "))"
  }
}
