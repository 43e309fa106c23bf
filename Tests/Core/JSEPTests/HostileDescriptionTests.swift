import RTCBase
import RTCSDP
import Testing
import WebRTCTypes

@testable import RTCJSEP

@Suite("Hostile descriptions")
struct HostileDescriptionTests {
  @Test("JS-35: feedback for all formats at once is kept as far as we know it, once a format")
  func feedback() throws {
    let formats = (0..<128).map { "\($0)" }.joined(separator: " ")
    let maps = (0..<128).map { "a=rtpmap:\($0) VP8/90000\n" }.joined()
    let noise = (0..<800).map { "a=rtcp-fb:* X-\($0) \(String(repeating: "É", count: 500))\n" }.joined()
    let known = "a=rtcp-fb:* NACK\na=rtcp-fb:100 nack\na=rtcp-fb:100 nack pli\n"
    let offer = OfferText(
      "m=video 9 UDP/TLS/RTP/SAVPF \(formats)\n\(OfferText.transport)a=mid:0\n\(maps)\(noise)\(known)")
    #expect(offer.text.utf8.count > 800_000)
    var session = makeSession()
    _ = try session.setRemoteDescription(.offer, sdp: offer.text)
    let codecs = try #require(session.pendingRemote).sections[0].codecs
    #expect(codecs.count == 128)
    for codec in codecs {
      #expect(codec.feedback == (codec.payloadType.rawValue == 100 ? [.nack, .pictureLossIndication] : [.nack]))
    }
    _ = try session.setLocalDescription()
    let first = try #require(session.negotiated.media[0].sendCodecs.first { $0.payloadType.rawValue == 100 })
    #expect(first.feedback == [.nack, .pictureLossIndication])
  }

  @Test("JS-35: what the session says of header extensions is kept for each section as far as we know it")
  func extensions() throws {
    let noise = (0..<900).map { "a=extmap:\($0 % 14 + 1) urn:x:\($0)\n" }.joined()
    let known = (20..<120).map { "a=extmap:\($0) \(HeaderExtensionCapability.mid.uri)\n" }.joined()
    let sections = (0..<200).map { OfferText.audio("a=extmap:3 urn:own\n", mid: "\($0)") }.joined()
    var session = makeSession()
    _ = try session.setRemoteDescription(.offer, sdp: OfferText(sections, session: noise + known).text)
    let read = try #require(session.pendingRemote).sections
    #expect(read.count == 200)
    for section in read { #expect(section.extensions.count == RemoteDescriptionReader.maximumExtensions) }
    // Identifiers that the peer gave a meaning are not ours to give, whether or not we know what they mean.
    #expect(session.extensions.id(for: "urn:ours", preferred: 3) == nil)
  }

  @Test("JS-35: streams and sources of a section are bounded")
  func streamsAndSources() throws {
    let msids = (0..<400).map { "a=msid:stream-\($0) track\n" }.joined()
    let group = "a=ssrc-group:SIM \((1...6_000).map { "\($0)" }.joined(separator: " "))\n"
    var session = makeSession()
    let offer = OfferText(OfferText.audio(msids + group + "a=ssrc:7 cname:first\n"))
    let events = try session.setRemoteDescription(.offer, sdp: offer.text)
    _ = try session.setLocalDescription()
    let media = session.negotiated.media[0]
    #expect(media.remoteStreamIDs == (0..<RemoteDescriptionReader.maximumStreams).map { "stream-\($0)" })
    #expect(events.count { if case .trackAddedToStream = $0 { true } else { false } } == media.remoteStreamIDs.count)
    #expect(media.remoteSources.count == RemoteDescriptionReader.maximumSources)
    #expect(media.remoteSources.first == RemoteSource(ssrc: SSRC(rawValue: 7), cname: "first"))
  }

  @Test(
    "JS-21: streams with names that are no names are as none",
    arguments: ["é", "e\u{301}", String(repeating: "x", count: 257)])
  func streamNames(name: String) throws {
    for line in [
      "a=msid:\(name) track\n", "a=msid:stream \(name)\n", "a=ssrc:1 msid:\(name) t\n", "a=ssrc:1 msid:s \(name)\n",
    ] {
      var session = makeSession()
      _ = try session.setRemoteDescription(.offer, sdp: OfferText(OfferText.audio(line)).text)
      let receiver = session.transceivers[0].receiver
      #expect(receiver.streamIDs == [session.defaultStreamID], "\(line)")
      #expect(receiver.trackID != name && receiver.trackID != "t" && receiver.trackID != "track", "\(line)")
    }
  }

  @Test("JS-35: candidates of many sections are remembered as far as all transports may have them")
  func candidates() throws {
    var session = makeSession()
    let offer = OfferText(
      Self.sections(21).joined() + OfferText.audio("a=candidate:1 1 udp 1 192.0.2.1 1 typ host\n", mid: "last"))
    _ = try session.setRemoteDescription(.offer, sdp: offer.text)
    func add(_ number: Int, _ mid: String) throws {
      try session.addICECandidate("candidate:\(number) 1 udp \(number) 192.0.2.1 \(number) typ host", sdpMid: mid)
    }
    for section in 0..<21 { for number in 1...100 { try add(number, "\(section)") } }
    func numbers(_ index: Int) throws -> [UInt16] {
      try #require(session.pendingRemote).description.media[index].candidates.map(\.port)
    }
    let total = try (0...21).reduce(0) { try $0 + numbers($1).count }
    #expect(total == RemoteDescription.maximumCandidates && session.pendingRemote?.candidateCount == total)
    #expect(try numbers(0) == Array(1...100))
    // One more of a section takes the place of one between its first and its latest.
    try add(101, "0")
    #expect(try numbers(0).count == 100 && numbers(0).first == 1 && numbers(0).last == 101)
    try add(2, "last")
    #expect(try numbers(21) == [2])
    #expect(session.pendingRemote?.candidateCount == total)
  }

  // MARK: Transports

  private static func sections(_ count: Int, from first: Int = 0) -> [String] {
    (first..<first + count).map { OfferText.audio(mid: "\($0)") }
  }

  @Test("JS-35: sections that share no transport are accepted until there are 16 transports, and not beyond")
  func transports() throws {
    var session = makeSession()
    let limit = JSEPSession.maximumTransports
    let answer = try session.answer(OfferText(Self.sections(256).joined()).text)
    #expect(answer.media.map { $0.port != 0 } == (0..<256).map { $0 < limit })
    #expect(session.negotiated.transports.count == limit && session.transports.count == limit)
    // The same with later offers: those accepted stay, those that are new find none free.
    for _ in 0..<3 {
      let again = try session.answer(OfferText(Self.sections(256).joined()).text)
      #expect(again.media.map { $0.port != 0 } == (0..<256).map { $0 < limit })
      #expect(session.transports.count == limit)
    }
    // Sections that share one need none of their own.
    let group = "a=group:BUNDLE \(([0] + Array(16..<256)).map { "\($0)" }.joined(separator: " "))\n"
    let bundled = try session.answer(OfferText(Self.sections(256).joined(), session: group).text)
    #expect(bundled.media.allSatisfy { $0.port != 0 })
    #expect(session.transports.count == limit)
    // What is given up is free again.
    let fewer = Self.sections(4) + (4..<256).map { "m=audio 0 UDP/TLS/RTP/SAVPF 111\na=mid:\($0)\n" }
    _ = try session.answer(OfferText(fewer.joined()).text)
    #expect(session.transports.count == 4)
    _ = try session.answer(OfferText(Self.sections(256).joined()).text)
    #expect(session.transports.count == limit)
  }

  @Test("JS-35: groups of sections beyond 16 transports are rejected whole")
  func transportsOfGroups() throws {
    var session = makeSession()
    let groups = (0..<40).map { "a=group:BUNDLE \($0 * 2) \($0 * 2 + 1)\n" }.joined()
    let answer = try session.answer(OfferText(Self.sections(80).joined(), session: groups).text)
    let accepted = JSEPSession.maximumTransports * 2
    #expect(answer.media.map { $0.port != 0 } == (0..<80).map { $0 < accepted })
    #expect(answer.bundleGroups.count == JSEPSession.maximumTransports)
    #expect(session.transports.count == JSEPSession.maximumTransports)
  }

  @Test("JS-35: provisional answers and rollbacks leave no more than 16 transports")
  func provisionalTransports() throws {
    let limit = JSEPSession.maximumTransports
    var session = makeSession()
    _ = try session.answer(OfferText(Self.sections(10).joined()).text)
    let more = OfferText(Self.sections(40).joined()).text
    for _ in 0..<3 {
      _ = try session.setRemoteDescription(.offer, sdp: more)
      let provisional = try session.createAnswer()
      _ = try session.setRemoteDescription(.rollback)
      #expect(session.transports.count == 10)
      _ = try session.setRemoteDescription(.offer, sdp: more)
      #expect(try session.createAnswer().sdp.isEmpty == provisional.sdp.isEmpty)
    }
    for _ in 0..<3 {
      _ = try session.setLocalDescription(.pranswer)
      #expect(session.transports.count == limit)
    }
    _ = try session.setLocalDescription(.answer)
    #expect(session.transports.count == limit)
    #expect(try parse(session.currentLocalDescription?.sdp).media.count { $0.port != 0 } == limit)
  }

  @Test("JS-35: an offer of ours begins 16 transports at most, and no answer makes them more")
  func offeredTransports() throws {
    var session = makeSession { $0.bundlePolicy = .maxCompat }
    for _ in 0..<40 { try session.addTransceiver(.audio) }
    _ = try session.setLocalDescription()
    let limit = JSEPSession.maximumTransports
    #expect(session.transports.count == limit)
    let offer = try parse(session.localDescription?.sdp)
    #expect(offer.media.map(\.isBundleOnly) == (0..<40).map { $0 >= limit })
    // The peer knows no BUNDLE, and takes what is bundle-only all the same.
    func answer(_ count: Int) -> String {
      let accepted = (0..<40).map { index in
        index < count
          ? OfferText.audio(mid: "\(index)", transport: OfferText.transport.replacing("actpass", with: "active"))
          : "m=audio 0 UDP/TLS/RTP/SAVPF 111\na=mid:\(index)\n"
      }
      return OfferText(accepted.joined()).text
    }
    #expect(errorName { _ = try session.setRemoteDescription(.answer, sdp: answer(40)) } == "InvalidAccessError")
    #expect(errorName { _ = try session.setRemoteDescription(.answer, sdp: answer(limit + 1)) } == "InvalidAccessError")
    _ = try session.setRemoteDescription(.answer, sdp: answer(limit))
    #expect(session.transports.count == limit)
    // There is nothing that a further section could share.
    try session.addTransceiver(.audio)
    #expect(errorName { _ = try session.createOffer() } == "OperationError")
    #expect(session.transports.count == limit)
  }

  // MARK: Names, answers and sources that were used before

  @Test("JS-15: a section cannot take the mid of one that has none in the new offer")
  func takenMID() throws {
    var session = makeSession()
    _ = try session.answer(OfferText(OfferText.audio(mid: nil)).text)
    let mid = session.sections[0].mid
    let offer = OfferText(OfferText.audio(mid: nil), OfferText.video(mid: mid)).text
    #expect(errorName { _ = try session.setRemoteDescription(.offer, sdp: offer) } == "InvalidAccessError")
    #expect(session.signalingState == .stable && session.sections.count == 1)
  }

  @Test("JS-13: an answer to an earlier offer is not the last one that was created")
  func staleAnswer() throws {
    var session = makeSession()
    _ = try session.setRemoteDescription(.offer, sdp: OfferText(OfferText.audio()).text)
    let stale = try session.createAnswer()
    _ = try session.setRemoteDescription(.offer, sdp: OfferText(OfferText.audio(), OfferText.video()).text)
    #expect(
      errorName { _ = try session.setLocalDescription(.answer, sdp: stale.sdp) } == "InvalidModificationError")
    let answer = try session.createAnswer()
    _ = try session.setLocalDescription(.answer, sdp: answer.sdp)
    #expect(session.signalingState == .stable && session.sections.count == 2)
  }

  @Test("JS-35: the SSRCs of senders that are gone are forgotten")
  func usedSSRCs() throws {
    var session = makeSession()
    let offer = OfferText(Self.sections(20).joined(), session: "a=group:BUNDLE 0\n").text
    for _ in 0..<10 {
      _ = try session.setRemoteDescription(.offer, sdp: offer)
      #expect(session.usedSSRCs.count == 40)
      _ = try session.setRemoteDescription(.rollback)
      #expect(session.usedSSRCs.isEmpty)
    }
  }
}
