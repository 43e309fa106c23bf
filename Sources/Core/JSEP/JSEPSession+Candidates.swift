import RTCSDP
import WebRTCTypes

/// Candidates of both sides: they belong to a transport, and appear in the descriptions.
extension JSEPSession {
  // MARK: Remote candidates

  /// webrtc-pc §4.4.2, addIceCandidate. An empty candidate is the end of candidates, and without a section it is that
  /// of all.
  package mutating func addICECandidate(
    _ candidate: String, sdpMid: String? = nil, sdpMLineIndex: Int? = nil, usernameFragment: String? = nil
  ) throws(WebRTCError) {
    try requireOpen()
    guard candidate.isEmpty || sdpMid != nil || sdpMLineIndex != nil else {
      throw .typeError("A candidate needs its sdpMid or its sdpMLineIndex.")
    }
    guard let remote = pendingRemote ?? currentRemote else {
      throw .invalidStateError("A candidate can only be added after the remote description.")
    }
    var indices = Array(remote.sections.indices)
    if let sdpMid {
      guard let index = remote.sections.firstIndex(where: { $0.mid == sdpMid }) else {
        throw .operationError("The remote description has no section with the mid \"\(sdpMid)\".")
      }
      indices = [index]
    } else if let sdpMLineIndex {
      guard remote.sections.indices.contains(sdpMLineIndex) else {
        throw .operationError(
          "The remote description has \(remote.sections.count) sections; sdpMLineIndex is \(sdpMLineIndex).")
      }
      indices = [sdpMLineIndex]
    }
    var attribute: CandidateAttribute?
    if !candidate.isEmpty {
      do {
        attribute = try CandidateAttribute(parsing: candidate)
      } catch {
        throw .operationError("The candidate is invalid: \(error.reason).")
      }
    }
    let fragment = usernameFragment ?? attribute?.usernameFragment
    if let fragment, !indices.contains(where: { isKnown(fragment, index: $0) }) {
      throw .operationError("No applied remote description has the username fragment \"\(fragment)\" there.")
    }
    for index in indices { add(attribute, index: index, fragment: fragment) }
  }

  private func isKnown(_ fragment: String, index: Int) -> Bool {
    [pendingRemote, currentRemote].contains { remote in
      guard let remote, remote.sections.indices.contains(index) else { return false }
      return remote.usernameFragments(index).contains(fragment)
    }
  }

  private mutating func add(_ candidate: CandidateAttribute?, index: Int, fragment: String?) {
    let remote = pendingRemote ?? currentRemote
    // A rejected section has no transport for a candidate (webrtc-pc §4.4.2, addIceCandidate step 4.5).
    guard let remote, !remote.sections[index].isRejected else { return }
    if let fragment {
      for keyPath in [\JSEPSession.pendingRemote, \JSEPSession.currentRemote] {
        guard let old = self[keyPath: keyPath], old.sections.indices.contains(index),
          old.usernameFragments(index).contains(fragment)
        else { continue }
        self[keyPath: keyPath]?.add(candidate, index: index)
      }
    } else if pendingRemote != nil {
      pendingRemote?.add(candidate, index: index)
    } else {
      currentRemote?.add(candidate, index: index)
    }
    guard sections.indices.contains(index), let id = sections[index].transportID, let position = transportIndex(id),
      let ice = transports[position].ice.ice.remote,
      fragment.map({ $0 == ice.usernameFragment }) ?? remote.usernameFragments(index).contains(ice.usernameFragment)
    else { return }
    guard let candidate else {
      // The end of one section's candidates is not that of the transport unless the section speaks for it.
      if remote.sections[index].transportTag == index { transports[position].ice.ice.remoteCandidatesEnded = true }
      return
    }
    transports[position].ice.addRemote(candidate)
  }

  // MARK: Local candidates

  /// What a transport gathered, for the ICE session with this number; `nil` is the end of candidates.
  package mutating func addLocalCandidate(
    _ candidate: CandidateAttribute?, transport id: TransportID, generation number: Int
  ) {
    guard let position = transportIndex(id) else { return }
    if transports[position].ice.ice.number == number {
      transports[position].ice.addLocal(candidate)
    } else if transports[position].restart?.ice.number == number {
      transports[position].restart?.addLocal(candidate)
    } else {
      return
    }
    pendingLocal = withCandidates(pendingLocal)
    currentLocal = withCandidates(currentLocal)
  }

  /// webrtc-pc §4.4.1.6: descriptions hold the candidates gathered so far.
  func withCandidates(_ local: LocalDescription?) -> LocalDescription? {
    guard var local else { return nil }
    for index in local.sections.indices where local.sections[index].isTransportTag {
      guard let id = local.sections[index].transportID, let position = transportIndex(id) else { continue }
      let transport = transports[position]
      let generations = [transport.ice, transport.restart].compactMap { $0 }
      guard let generation = generations.first(where: { $0.ice.number == local.sections[index].generation }) else {
        continue
      }
      local.description.media[index].setCandidates(
        generation.localCandidates, haveEnded: generation.localCandidatesEnded)
    }
    return local
  }

  // MARK: Restart

  /// The next offer has new credentials for every transport (webrtc-pc §4.4.2, restartIce).
  package mutating func restartICE() throws(WebRTCError) {
    try requireOpen()
    credentialsToReplace = transports.map(\.ice.ice.local) + transports.compactMap(\.restart?.ice.local)
    revision &+= 1
  }
}

extension RemoteDescription {
  /// Of a section: its own, and for a bundled one those of its tag.
  func usernameFragments(_ index: Int) -> [String] {
    [sections[index].ice, sections[sections[index].transportTag].ice].compactMap { $0?.usernameFragment }
  }

  /// A section with as many candidates as it may have, and any section once all have as many, drops one from their midst. Until the session
  /// is agreed on it is all that is known of them: those that came first and those that came last stay.
  mutating func add(_ candidate: CandidateAttribute?, index: Int) {
    let line = candidate.map { Attribute.candidate($0) } ?? .endOfCandidates
    var lines = description.media[index].attributes
    guard !lines.contains(line) else { return }
    let known = lines.indices.filter { if case .candidate = lines[$0] { true } else { false } }
    if candidate == nil {
      lines.append(line)
    } else {
      let isFull =
        known.count >= JSEPSession.Generation.maximumCandidates || candidateCount >= Self.maximumCandidates
      guard !isFull || !known.isEmpty else { return }
      lines.insert(line, at: known.last.map { $0 + 1 } ?? lines.endIndex)
      if isFull { lines.remove(at: known[known.count / 2]) } else { candidateCount += 1 }
    }
    description.media[index].attributes = lines
  }
}

extension JSEPSession.Generation {
  mutating func addLocal(_ candidate: CandidateAttribute?) {
    guard let candidate else {
      localCandidatesEnded = true
      return
    }
    if !localCandidates.contains(candidate), localCandidates.count < Self.maximumCandidates {
      localCandidates.append(candidate)
    }
  }
}
