import RTCSDP
import Testing
import WebRTCTypes

@testable import RTCJSEP

@Suite("Candidates")
struct CandidateTests {
  private static let transport2 = OfferText.transport
    .replacing("ETEn", with: "BGKk").replacing("OtSK0WpNtpUjkY4+86js7ZQl", with: "mqyWsAjvtKwTGnvhPztQ9mIf")
  private static let offer = OfferText(
    OfferText.audio(mid: "a1"), OfferText.video(mid: "v1", transport: transport2), session: "a=group:BUNDLE a1 v1\n"
  ).text
  private static let candidate1 = "candidate:1 1 udp 2113929471 203.0.113.100 10100 typ host"
  private static let candidate2 = "candidate:1 2 udp 2113929470 203.0.113.100 10101 typ host"

  private func offered() throws -> JSEPSession {
    var session = makeSession()
    _ = try session.setRemoteDescription(.offer, sdp: Self.offer)
    return session
  }

  @Test("TP-06: there must be a remote description")
  func early() throws {
    var session = makeSession()
    #expect(errorName { try session.addICECandidate(Self.candidate1, sdpMid: "a1") } == "InvalidStateError")
    #expect(errorName { try session.addICECandidate("", sdpMid: "a1") } == "InvalidStateError")
    #expect(errorName { try session.addICECandidate(Self.candidate1) } == "TypeError")
  }

  @Test("TP-06: sdpMid, then sdpMLineIndex, must name a section; the username fragment one of its own")
  func rules() throws {
    var session = try offered()
    let before = session.remoteDescription
    #expect(errorName { try session.addICECandidate(Self.candidate1) } == "TypeError")
    #expect(errorName { try session.addICECandidate(Self.candidate1, sdpMid: "invalid") } == "OperationError")
    #expect(
      errorName { try session.addICECandidate(Self.candidate1, sdpMid: "invalid", sdpMLineIndex: 0) }
        == "OperationError")
    #expect(errorName { try session.addICECandidate(Self.candidate1, sdpMLineIndex: 2) } == "OperationError")
    #expect(errorName { try session.addICECandidate(Self.candidate1, sdpMLineIndex: -1) } == "OperationError")
    #expect(
      errorName { try session.addICECandidate(Self.candidate1, sdpMid: "a1", usernameFragment: "invalid") }
        == "OperationError")
    #expect(
      errorName { try session.addICECandidate("(Invalid) candidate \r\n string", sdpMid: "a1") } == "OperationError")
    #expect(session.remoteDescription == before)
    #expect(errorName { try session.addICECandidate(Self.candidate1, sdpMid: "a1", sdpMLineIndex: 2) } == nil)
    #expect(errorName { try session.addICECandidate("", sdpMid: "a1") } == nil)
    #expect(errorName { try session.addICECandidate("", sdpMLineIndex: 0) } == nil)
    #expect(errorName { try session.addICECandidate("") } == nil)
  }

  @Test("TP-06: candidates appear in their section of the remote description, once")
  func appear() throws {
    var session = try offered()
    try session.addICECandidate(Self.candidate1, sdpMid: "a1", sdpMLineIndex: 0, usernameFragment: "ETEn")
    try session.addICECandidate(Self.candidate1, sdpMid: "a1")
    try session.addICECandidate(Self.candidate2, sdpMLineIndex: 1, usernameFragment: "BGKk")
    try session.addICECandidate("", sdpMid: "a1", usernameFragment: "ETEn")
    let text = try #require(session.remoteDescription).sdp
    let remote = try parse(text)
    #expect(remote.media.map(\.candidates.count) == [1, 1])
    #expect(remote.media.map(\.hasEndOfCandidates) == [true, false])
    #expect(text.contains("a=\(Self.candidate1)\r\n"))
    #expect(text.contains("a=\(Self.candidate2)\r\n"))
  }

  @Test("TP-06: the transport has those of its tagged section, from the description and from later")
  func transportCandidates() throws {
    var session = try offered()
    try session.addICECandidate(Self.candidate1, sdpMid: "a1")
    try session.addICECandidate(Self.candidate2, sdpMid: "v1")
    _ = try session.setLocalDescription()
    #expect(session.negotiated.transports[0].ice.remoteCandidates.map(\.port) == [10_100])
    try session.addICECandidate(Self.candidate2, sdpMid: "a1")
    #expect(session.negotiated.transports[0].ice.remoteCandidates.map(\.port) == [10_100, 10_101])
    #expect(!session.negotiated.transports[0].ice.remoteCandidatesEnded)
    try session.addICECandidate("", sdpMid: "a1")
    #expect(session.negotiated.transports[0].ice.remoteCandidatesEnded)
  }

  @Test("TP-06: a description tells the first and the last of thousands of candidates; all go on to the transport")
  func bound() throws {
    var session = try offered()
    func add(_ ports: ClosedRange<UInt16>) throws {
      for port in ports {
        try session.addICECandidate("candidate:1 1 udp 2113929471 203.0.113.100 \(port) typ host", sdpMid: "a1")
      }
    }
    try add(1...1_000)
    let told = try parse(session.remoteDescription?.sdp).media[0].candidates.map(\.port)
    #expect(told == Array(1...64) + Array(937...1_000))
    _ = try session.setLocalDescription()
    #expect(session.negotiated.transports[0].ice.remoteCandidates.map(\.port) == told)
    try add(2_001...5_000)
    let ice = session.negotiated.transports[0].ice
    #expect(ice.remoteCandidateCount == 3_128)
    #expect(ice.remoteCandidates.suffix(1_024).map(\.port) == Array(3_977...5_000))
    #expect(ice.remoteCandidates.count == 1_024)
    #expect(try parse(session.remoteDescription?.sdp).media[0].candidates.count == 128)
    try session.addICECandidate("", sdpMid: "a1")
    #expect(session.negotiated.transports[0].ice.remoteCandidatesEnded)
  }

  @Test("JS-31: local candidates appear in the local descriptions, with the default one as address")
  func local() throws {
    var session = makeSession()
    try session.addTransceiver(.audio)
    try session.addTransceiver(.video)
    _ = try session.setLocalDescription()
    let transport = session.negotiated.transports[1]
    #expect(transport.mids == ["1"])
    let host = CandidateAttribute(
      foundation: "1", priority: 2_130_706_431, address: "2001:db8::1", port: 5_000, kind: .host)
    let reflexive = CandidateAttribute(
      foundation: "2", priority: 1_694_498_815, address: "203.0.113.7", port: 6_000, kind: .serverReflexive,
      relatedAddress: "10.0.0.1", relatedPort: 5_000)
    session.addLocalCandidate(host, transport: transport.id, generation: 0)
    #expect(
      try parse(session.localDescription?.sdp).media[1].connections == [
        ConnectionData(addressType: "IP6", address: "2001:db8::1")
      ])
    session.addLocalCandidate(reflexive, transport: transport.id, generation: 0)
    session.addLocalCandidate(nil, transport: transport.id, generation: 0)
    session.addLocalCandidate(host, transport: transport.id, generation: 7)
    let media = try parse(session.localDescription?.sdp).media
    #expect(media[0].candidates.isEmpty)
    #expect(media[0].port == 9)
    #expect(media[1].candidates == [host, reflexive])
    #expect(media[1].hasEndOfCandidates)
    #expect(media[1].port == 6_000)
    #expect(media[1].connections == [ConnectionData(address: "203.0.113.7")])
    // What was created before does not change.
    #expect(errorName { _ = try session.setLocalDescription() } == nil)
    #expect(try parse(session.localDescription?.sdp).media[1].candidates.count == 2)
  }

  @Test("JS-31: later offers hold the candidates of their transport")
  func laterOffers() throws {
    var offerer = makeSession(seed: 1)
    var answerer = makeSession(seed: 2)
    try offerer.addTransceiver(.audio)
    try offerer.addTransceiver(.video)
    try negotiate(&offerer, &answerer)
    let transport = offerer.negotiated.transports[0]
    let host = CandidateAttribute(
      foundation: "1", priority: 2_130_706_431, address: "192.0.2.1", port: 5_000, kind: .host)
    offerer.addLocalCandidate(host, transport: transport.id, generation: 0)
    #expect(try parse(offerer.currentLocalDescription?.sdp).media.map(\.candidates.count) == [1, 0])
    #expect(try parse(try offerer.createOffer().sdp).media.map(\.candidates.count) == [1, 0])
    let restart = try parse(try offerer.createOffer(RTCOfferOptions(iceRestart: true)).sdp)
    #expect(restart.media.map(\.candidates.count) == [0, 0])
    answerer.addLocalCandidate(host, transport: answerer.negotiated.transports[0].id, generation: 0)
    #expect(try parse(answerer.currentLocalDescription?.sdp).media.map(\.candidates.count) == [1, 0])
  }

  @Test("PC-18: trickle is what the remote description says")
  func trickle() throws {
    var session = makeSession()
    #expect(session.canTrickleIceCandidates == nil)
    _ = try session.setRemoteDescription(.offer, sdp: Self.offer)
    #expect(session.canTrickleIceCandidates == false)
    var second = makeSession()
    _ = try second.setRemoteDescription(.offer, sdp: OfferText(OfferText.audio("a=ice-options:trickle\n")).text)
    #expect(second.canTrickleIceCandidates == true)
    var third = makeSession()
    _ = try third.setRemoteDescription(
      .offer, sdp: OfferText(OfferText.audio(), session: "a=ice-options:trickle\n").text)
    #expect(third.canTrickleIceCandidates == true)
  }
}
