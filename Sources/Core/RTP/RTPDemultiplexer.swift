import RTCBase

/// Finds the receive stream that a packet belongs to, on a transport that many media sections share (RFC 9143 §9.2, RFC 8852).
///
/// Streams are numbered from zero, and the numbers index the arrays in which an owner keeps its receivers. A stream is known by its SSRC: one
/// that was signalled, or one learnt from the MID, RID or payload type of a packet. `stream(for:)` is all that a packet costs before it is
/// authenticated; `route` learns and must see authenticated packets only.
package struct RTPDemultiplexer: Sendable {
  /// One media section of the descriptions.
  package struct Section: Hashable, Sendable {
    package var mid: StreamIdentifier?
    /// Every payload type that may be received, those of retransmission included.
    package var payloadTypes: PayloadTypeSet
    /// Those of retransmission (RFC 4588).
    package var repairPayloadTypes: PayloadTypeSet
    /// What `a=ssrc` and `a=ssrc-group:FID` tell.
    package var streams: [SignalledStream]

    package init(
      mid: StreamIdentifier?, payloadTypes: PayloadTypeSet, repairPayloadTypes: PayloadTypeSet = PayloadTypeSet(),
      streams: [SignalledStream] = []
    ) {
      self.mid = mid
      self.payloadTypes = payloadTypes
      self.repairPayloadTypes = repairPayloadTypes
      self.streams = streams
    }
  }

  package struct SignalledStream: Hashable, Sendable {
    package var ssrc: SSRC
    package var repairSSRC: SSRC?

    package init(ssrc: SSRC, repairSSRC: SSRC? = nil) {
      self.ssrc = ssrc
      self.repairSSRC = repairSSRC
    }
  }

  /// What is known of a stream.
  package struct Stream: Hashable, Sendable {
    package var ssrc: SSRC
    /// Index of the media section.
    package var section: Int
    /// RID, or for a repair stream the RID it repairs.
    package var rid: StreamIdentifier?
    /// Whether it carries retransmissions.
    package var isRepair: Bool
    /// Number of the stream that a repair stream repairs, once known.
    package var repairedStream: Int?
    package var isSignalled: Bool
  }

  package enum Route: Hashable, Sendable {
    /// A stream seen before.
    case known(stream: Int)
    /// The first packet of a stream, or its move to another section, where it keeps its number. The number may have belonged to a stream that
    /// was forgotten for it: an owner starts a new receiver there.
    case new(stream: Int)
    case dropped(DropReason)
  }

  package enum DropReason: Hashable, Sendable {
    /// No section has the MID of the packet.
    case unknownMID
    /// The stream's section does not receive the payload type.
    case payloadTypeNotInSection
    /// Neither MID nor SSRC nor payload type tell the section.
    case noSection
    /// All streams there may be are signalled ones.
    case tooManyStreams
  }

  /// Streams at most, signalled ones included.
  package let maximumStreamCount: Int
  package private(set) var sections: [Section] = []
  /// By number; `nil` where no stream is.
  package private(set) var streams: [Stream?] = []
  /// Numbers of learnt streams, the oldest first.
  private var learntOrder: [Int] = []
  private var table: SSRCTable
  /// The sections' MIDs again: read for every packet that has one.
  private var mids: [StreamIdentifier?] = []
  /// For each payload type the only section that has it; none where several have it.
  private var sectionsByPayloadType = [Int?](repeating: nil, count: 128)

  package init(maximumStreamCount: Int = 128) {
    self.maximumStreamCount = max(1, maximumStreamCount)
    table = SSRCTable(maximumCount: self.maximumStreamCount)
  }

  /// The number of the stream with this SSRC, without looking at anything else. Fit for packets before authentication and for RTCP.
  package func stream(for ssrc: SSRC) -> Int? { table[ssrc] }

  /// Takes the sections of a new description, in their order. A stream keeps its number while its section keeps index and MID and, if it
  /// was signalled, still names it.
  ///
  /// - Returns: numbers of the streams that were forgotten, or that now are others.
  @discardableResult
  package mutating func configure(_ newSections: [Section]) -> [Int] {
    let before = streams
    for (number, stream) in before.enumerated() {
      if let stream, !isKept(stream, newSections) { remove(number) }
    }
    sections = newSections
    mids = newSections.map(\.mid)
    sectionsByPayloadType = Self.uniqueSections(newSections)
    for (index, section) in newSections.enumerated() {
      for signalled in section.streams {
        let primary = insertSignalled(signalled.ssrc, section: index, isRepair: false, repaired: nil)
        if let repairSSRC = signalled.repairSSRC {
          insertSignalled(repairSSRC, section: index, isRepair: true, repaired: primary)
        }
      }
    }
    return before.indices.filter { before[$0] != nil && before[$0]?.identity != streams[$0]?.identity }
  }

  private func isKept(_ stream: Stream, _ newSections: [Section]) -> Bool {
    guard stream.section < newSections.count, newSections[stream.section].mid == mids[stream.section] else {
      return false
    }
    guard stream.isSignalled else { return true }
    return newSections[stream.section].streams.contains {
      stream.isRepair ? $0.repairSSRC == stream.ssrc : $0.ssrc == stream.ssrc
    }
  }

  /// The stream of an authenticated packet. Learns from its extensions and payload type.
  package mutating func route(_ header: RTPHeader, _ extensions: RTPExtensionValues) -> Route {
    let known = table[header.ssrc]
    var section: Int?
    if let mid = extensions.midIdentifier {
      // Step 1: the MID decides, and moves an SSRC that was elsewhere (RFC 9143 §9.2).
      guard let match = mids.firstIndex(of: mid) else { return .dropped(.unknownMID) }
      section = match
    } else if let known, let stream = streams[known] {
      section = stream.section
    } else if let match = sectionsByPayloadType[Int(header.payloadType.rawValue & 0x7F)] {
      section = match
    }
    guard let section else { return .dropped(.noSection) }
    guard sections[section].payloadTypes.contains(header.payloadType) else {
      return .dropped(.payloadTypeNotInSection)
    }
    if let known, streams[known]?.section == section {
      learn(header, extensions, known)
      return .known(stream: known)
    }
    if let known { remove(known) }
    guard let number = known ?? takeNumber() else { return .dropped(.tooManyStreams) }
    insertLearnt(header, extensions, section: section, at: number)
    return .new(stream: number)
  }

  /// Forgets a stream, for instance after its BYE.
  package mutating func remove(_ number: Int) {
    guard streams.indices.contains(number), let stream = streams[number] else { return }
    table.remove(stream.ssrc)
    streams[number] = nil
    learntOrder.removeAll { $0 == number }
    for index in streams.indices {
      if let stream = streams[index], stream.repairedStream == number { streams[index]?.repairedStream = nil }
    }
  }

  // MARK: - Learning

  /// What a packet of a known stream adds: most packets carry no RID and return at once.
  private mutating func learn(_ header: RTPHeader, _ extensions: RTPExtensionValues, _ number: Int) {
    guard let stream = streams[number] else { return }
    let rid = stream.isRepair ? extensions.repairedRidIdentifier : extensions.ridIdentifier
    if let rid, rid != stream.rid {
      streams[number]?.rid = rid
      if stream.isRepair, !stream.isSignalled { streams[number]?.repairedStream = nil }
    }
    if stream.isRepair, streams[number]?.repairedStream == nil {
      let repaired = findRepairedStream(section: stream.section, rid: rid ?? stream.rid)
      streams[number]?.repairedStream = repaired
    }
  }

  private mutating func insertLearnt(
    _ header: RTPHeader, _ extensions: RTPExtensionValues, section: Int, at number: Int
  ) {
    let isRepair =
      extensions.repairedRidIdentifier != nil || sections[section].repairPayloadTypes.contains(header.payloadType)
    let rid = isRepair ? extensions.repairedRidIdentifier : extensions.ridIdentifier
    let repaired = isRepair ? findRepairedStream(section: section, rid: rid) : nil
    streams[number] = Stream(
      ssrc: header.ssrc, section: section, rid: rid, isRepair: isRepair, repairedStream: repaired, isSignalled: false)
    table.insert(header.ssrc, number)
    learntOrder.append(number)
  }

  /// With a RID, the stream of that RID; without, the section's only stream that no repair stream repairs yet.
  private func findRepairedStream(section: Int, rid: StreamIdentifier?) -> Int? {
    var found: Int?
    for (number, stream) in streams.enumerated() {
      guard let stream, stream.section == section, !stream.isRepair else { continue }
      if let rid {
        if stream.rid == rid { found = number }
      } else if !streams.contains(where: { $0?.repairedStream == number }) {
        if found != nil { return nil }
        found = number
      }
    }
    return found
  }

  @discardableResult
  private mutating func insertSignalled(_ ssrc: SSRC, section: Int, isRepair: Bool, repaired: Int?) -> Int? {
    if let number = table[ssrc], let stream = streams[number] {
      if stream.section == section, stream.isRepair == isRepair {
        streams[number]?.isSignalled = true
        streams[number]?.repairedStream = repaired
        learntOrder.removeAll { $0 == number }
        return number
      }
      // Signalled twice: the first section keeps it. Learnt elsewhere: the description knows better.
      if stream.isSignalled { return nil }
      remove(number)
    }
    guard let number = takeNumber() else { return nil }
    streams[number] = Stream(
      ssrc: ssrc, section: section, rid: nil, isRepair: isRepair, repairedStream: repaired, isSignalled: true)
    table.insert(ssrc, number)
    return number
  }

  /// A free number. When there is none the oldest learnt stream is forgotten: a peer that keeps changing its SSRC costs no more memory, and
  /// is still heard. Signalled streams are never forgotten for another.
  private mutating func takeNumber() -> Int? {
    if let free = streams.firstIndex(where: { $0 == nil }) { return free }
    if streams.count < maximumStreamCount {
      streams.append(nil)
      return streams.count - 1
    }
    guard let victim = learntOrder.first else { return nil }
    remove(victim)
    return victim
  }

  private static func uniqueSections(_ sections: [Section]) -> [Int?] {
    (0..<128).map { value in
      let payloadType = PayloadType(truncating: UInt8(value))
      let matches = sections.indices.filter { sections[$0].payloadTypes.contains(payloadType) }
      return matches.count == 1 ? matches[0] : nil
    }
  }
}

extension RTPDemultiplexer.Stream {
  /// What must stay the same for a stream's receiver to go on.
  fileprivate var identity: RTPDemultiplexer.Stream {
    var identity = self
    identity.rid = nil
    identity.isSignalled = false
    identity.repairedStream = nil
    return identity
  }
}
