import RTCSDP
import Testing
import WebRTCTypes

@testable import RTCJSEP

@Suite("Transceivers")
struct TransceiverTests {
  @Test("TX-01: every call makes a transceiver, with what was asked for")
  func addTransceiver() throws {
    var session = makeSession()
    let first = try session.addTransceiver(.audio)
    let second = try session.addTransceiver(
      .video, init: .init(direction: .sendonly, streamIDs: ["s", "s"], sendEncodings: [.init(maxBitrate: 1_000)]))
    #expect(first != second)
    #expect(session.transceivers.map(\.direction) == [.sendrecv, .sendonly])
    #expect(session.transceivers.map(\.currentDirection) == [nil, nil])
    #expect(session.transceivers.map(\.mid) == [nil, nil])
    #expect(session.transceivers[1].sender.streamIDs == ["s"])
    #expect(session.transceivers[1].sender.encodings.map(\.maxBitrate) == [1_000])
    // RX-01: the receiver's track is there from the start.
    #expect(Set(session.transceivers.map(\.receiver.trackID)).count == 2)
    #expect(session.isNegotiationNeeded)
  }

  @Test("TX-01: encodings are checked")
  func encodings() {
    var session = makeSession()
    func error(_ rids: [String?], scale: Double? = nil) -> String? {
      errorName {
        try session.addTransceiver(
          .video, init: .init(sendEncodings: rids.map { .init(rid: $0, scaleResolutionDownBy: scale) }))
      }
    }
    #expect(error(["a", "a"]) == "TypeError")
    #expect(error(["a", nil]) == "TypeError")
    #expect(error(["a-b", "c"]) == "TypeError")
    #expect(error([""]) == "TypeError")
    #expect(error([nil], scale: 0.5) == "RangeError")
    #expect(errorName { try session.addTransceiver(.audio, init: .init(direction: .stopped)) } == "TypeError")
    #expect(session.transceivers.isEmpty)
    #expect(error(["one"]) == nil)
    #expect(session.transceivers[0].sender.encodings[0].rid == nil)
    #expect(error(["a", "b", "c", "d"]) == nil)
    #expect(session.transceivers[1].sender.encodings.count == 3)
  }

  @Test("TX-02: addTrack reuses a transceiver that never sent, and refuses a track twice")
  func addTrack() throws {
    var session = makeSession()
    let waiting = try session.addTransceiver(.audio, init: .init(direction: .recvonly))
    try session.addTransceiver(.video, init: .init(direction: .inactive))
    let reused = try session.addTrack(.audio, trackID: "a", streamIDs: ["s"])
    #expect(reused == waiting)
    #expect(session.transceivers[0].direction == .sendrecv)
    #expect(session.transceivers[0].sender.streamIDs == ["s"])
    #expect(errorName { try session.addTrack(.audio, trackID: "a") } == "InvalidAccessError")
    try session.addTrack(.video, trackID: "v")
    #expect(session.transceivers[1].direction == .sendonly)
    let new = try session.addTrack(.audio, trackID: "b")
    #expect(new != waiting)
    #expect(session.transceivers.count == 3)
  }

  @Test("TX-02: a sender that has sent is not reused")
  func usedSender() throws {
    var offerer = makeSession(seed: 1)
    var answerer = makeSession(seed: 2)
    let first = try offerer.addTrack(.audio, trackID: "a")
    try negotiate(&offerer, &answerer)
    try offerer.removeTrack(first)
    let second = try offerer.addTrack(.audio, trackID: "b")
    #expect(second != first)
  }

  @Test("TX-03: removeTrack turns the direction and asks for a negotiation")
  func removeTrack() throws {
    var offerer = makeSession(seed: 1)
    var answerer = makeSession(seed: 2)
    let id = try offerer.addTrack(.audio, trackID: "a", streamIDs: ["s"])
    try negotiate(&offerer, &answerer)
    try offerer.removeTrack(id)
    try offerer.removeTrack(id)
    #expect(offerer.transceivers[0].direction == .recvonly)
    #expect(offerer.transceivers[0].sender.trackID == nil)
    #expect(offerer.isNegotiationNeeded)
    let events = try negotiate(&offerer, &answerer)
    #expect(events.answerer.contains(.trackMuted(answerer.transceivers[0].id)))
    #expect(errorName { try offerer.removeTrack(TransceiverID(rawValue: 99)) } == "InvalidAccessError")
  }

  @Test("TX-04: a stopped transceiver takes no direction")
  func stoppedDirection() throws {
    var session = makeSession()
    let id = try session.addTransceiver(.audio)
    try session.setDirection(id, .inactive)
    #expect(errorName { try session.setDirection(id, .stopped) } == "TypeError")
    try session.stop(id)
    #expect(errorName { try session.setDirection(id, .sendrecv) } == "InvalidStateError")
    #expect(session.transceivers[0].apiDirection == .stopped)
  }

  @Test("TX-06: codec preferences order and filter, in offers and answers")
  func codecPreferences() throws {
    var session = makeSession()
    let id = try session.addTransceiver(.audio)
    let codecs = session.configuration.capabilities(.audio).codecs
    try session.setCodecPreferences(id, [codecs[2], codecs[0]])
    #expect(try parse(try session.createOffer().sdp).media[0].formats == ["8", "111"])
    try session.setCodecPreferences(id, [])
    #expect(try parse(try session.createOffer().sdp).media[0].formats == ["111", "0", "8"])
    var foreign = codecs[0]
    foreign.mimeType = "audio/G722"
    #expect(errorName { try session.setCodecPreferences(id, [foreign]) } == "InvalidModificationError")
    let video = try session.addTransceiver(.video)
    let videoCodecs = session.configuration.capabilities(.video).codecs
    #expect(errorName { try session.setCodecPreferences(video, [videoCodecs[1]]) } == "InvalidModificationError")
    try session.setCodecPreferences(video, [videoCodecs[0]])
    #expect(try parse(try session.createOffer().sdp).media[1].formats == ["96"])

    var answerer = makeSession(seed: 2)
    try session.setCodecPreferences(video, [])
    try negotiate(&session, &answerer) { answerer in
      try answerer.setCodecPreferences(answerer.transceivers[0].id, [codecs[1], codecs[0]])
    }
    #expect(answerer.negotiated.media[0].sendCodecs.map(\.name) == ["PCMU", "opus"])
    #expect(session.negotiated.media[0].sendCodecs.map(\.name) == ["PCMU", "opus"])
    #expect(session.negotiated.media[0].receiveCodecs.map(\.name) == ["PCMU", "opus"])
  }

  private func announce(
    _ session: inout JSEPSession, _ expected: Bool, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let isDue = session.announceNegotiationNeeded()
    #expect(isDue == expected, sourceLocation: sourceLocation)
  }

  @Test("JS-12: negotiation is needed for the reasons of webrtc-pc §4.7.3, and announced once")
  func negotiationNeeded() throws {
    var offerer = makeSession(seed: 1)
    var answerer = makeSession(seed: 2)
    announce(&offerer, false)
    let id = try offerer.addTransceiver(.audio)
    announce(&offerer, true)
    announce(&offerer, false)
    try negotiate(&offerer, &answerer) { try $0.setDirection($0.transceivers[0].id, .sendrecv) }
    announce(&offerer, false)
    announce(&answerer, false)
    try offerer.setDirection(id, .sendonly)
    announce(&offerer, true)
    try offerer.setDirection(id, .sendrecv)
    announce(&offerer, false)
    try offerer.setStreams(id, ["new"])
    announce(&offerer, true)
    _ = try offerer.setLocalDescription()
    announce(&offerer, false)
    _ = try offerer.setLocalDescription(.rollback)
    #expect(offerer.isNegotiationNeeded)
  }

  @Test("TX-02: after closing nothing is allowed")
  func closed() throws {
    var session = makeSession()
    let id = try session.addTransceiver(.audio)
    session.close()
    #expect(errorName { try session.addTransceiver(.audio) } == "InvalidStateError")
    #expect(errorName { try session.addTrack(.audio, trackID: "a") } == "InvalidStateError")
    #expect(errorName { try session.setDirection(id, .inactive) } == "InvalidStateError")
    #expect(errorName { _ = try session.createOffer() } == "InvalidStateError")
    #expect(errorName { _ = try session.setLocalDescription() } == "InvalidStateError")
    #expect(errorName { _ = try session.setRemoteDescription(.offer) } == "InvalidStateError")
    #expect(errorName { try session.addICECandidate("") } == "InvalidStateError")
    #expect(session.transceivers[0].apiCurrentDirection == .stopped)
  }

  @Test("RX-01: parameters have codecs, retransmission and extensions once they are negotiated")
  func parameters() throws {
    var offerer = makeSession(seed: 1)
    var answerer = makeSession(seed: 2)
    let id = try offerer.addTransceiver(.video)
    #expect(offerer.receiveParameters(id)?.codecs.isEmpty == true)
    #expect(offerer.sendParameters(id, transactionID: "t")?.encodings.count == 1)
    try negotiate(&offerer, &answerer)
    let send = try #require(offerer.sendParameters(id, transactionID: "t"))
    #expect(send.codecs.map(\.mimeType) == ["video/VP8", "video/rtx"])
    #expect(send.codecs.map(\.sdpFmtpLine) == [nil, "apt=96"])
    #expect(send.headerExtensions.count == 6)
    #expect(send.rtcp.cname != nil)
    #expect(offerer.receiveParameters(id)?.codecs.map(\.payloadType) == [96, 97])
    #expect(offerer.receiveParameters(TransceiverID(rawValue: 9)) == nil)
  }
}
