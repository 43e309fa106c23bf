import RTCBase
import RTCSDP
import RTCSecurity
import Testing
import WebRTCTypes

@testable import RTCJSEP

@Suite("Offer and answer between two sessions")
struct RenegotiationTests {
  private func audioVideoPair() throws -> (JSEPSession, JSEPSession) {
    var offerer = makeSession(seed: 1)
    var answerer = makeSession(seed: 2)
    try offerer.addTrack(.audio, trackID: "a1", streamIDs: ["s1"])
    try offerer.addTrack(.video, trackID: "v1", streamIDs: ["s1"])
    try answerer.addTrack(.audio, trackID: "a2", streamIDs: ["s2"])
    try answerer.addTrack(.video, trackID: "v2", streamIDs: ["s2"])
    return (offerer, answerer)
  }

  @Test("JS-08: audio and video both ways on one transport")
  func audioVideo() throws {
    var (offerer, answerer) = try audioVideoPair()
    let events = try negotiate(&offerer, &answerer)
    for session in [offerer, answerer] {
      #expect(session.transceivers.count == 2)
      #expect(session.transceivers.map(\.currentDirection) == [.sendrecv, .sendrecv])
      #expect(session.transceivers.map(\.mid) == ["0", "1"])
      #expect(session.negotiated.transports.count == 1)
      #expect(session.negotiated.transports[0].mids == ["0", "1"])
      #expect(session.negotiated.media.map { $0.sendCodecs.map(\.name) } == [["opus", "PCMU", "PCMA"], ["VP8"]])
      #expect(session.negotiated.media.allSatisfy { $0.usesReducedSizeRTCP && $0.mixesExtensionHeaders })
      #expect(session.negotiated.media[1].sendCodecs[0].feedback.count == 5)
      #expect(session.pendingLocalDescription == nil)
      #expect(session.pendingRemoteDescription == nil)
      #expect(!session.isNegotiationNeeded)
    }
    let ours = offerer.negotiated
    let theirs = answerer.negotiated
    #expect(ours.transports[0].ice.remote == theirs.transports[0].ice.local)
    #expect(theirs.transports[0].ice.remote == ours.transports[0].ice.local)
    #expect(ours.transports[0].ice.isControlling)
    #expect(!theirs.transports[0].ice.isControlling)
    #expect(ours.transports[0].dtlsRole == .server)
    #expect(theirs.transports[0].dtlsRole == .client)
    #expect(ours.transports[0].remoteFingerprints == [fingerprint(2)])
    for (mine, other) in zip(ours.media, theirs.media) {
      #expect(mine.remoteSources.map(\.ssrc) == other.localSources.map(\.ssrc))
      #expect(other.remoteSources.map(\.ssrc) == mine.localSources.map(\.ssrc))
      #expect(mine.remoteSources.map(\.cname) == [other.cname])
      #expect(mine.extensions == other.extensions)
    }
    #expect(
      ours.media[1].remoteSources[0].retransmissionSSRC == theirs.media[1].localSources[0].retransmissionSSRC)
    #expect(
      events.answerer == [
        .signalingStateChanged(.haveRemoteOffer), .trackAddedToStream(answerer.transceivers[0].id, streamID: "s1"),
        .trackAddedToStream(answerer.transceivers[1].id, streamID: "s1"),
        .track(answerer.transceivers[0].id, streamIDs: ["s1"]),
        .track(answerer.transceivers[1].id, streamIDs: ["s1"]), .signalingStateChanged(.stable),
      ])
    #expect(
      events.offerer == [
        .signalingStateChanged(.haveLocalOffer), .signalingStateChanged(.stable),
        .trackAddedToStream(offerer.transceivers[0].id, streamID: "s2"),
        .trackAddedToStream(offerer.transceivers[1].id, streamID: "s2"),
        .track(offerer.transceivers[0].id, streamIDs: ["s2"]),
        .track(offerer.transceivers[1].id, streamIDs: ["s2"]),
      ])
  }

  @Test("JS-08: an answerer without tracks only receives")
  func oneSided() throws {
    var offerer = makeSession(seed: 1)
    var answerer = makeSession(seed: 2)
    try offerer.addTrack(.audio, trackID: "a1", streamIDs: ["s1"])
    let events = try negotiate(&offerer, &answerer)
    #expect(offerer.transceivers[0].currentDirection == .sendonly)
    #expect(offerer.transceivers[0].direction == .sendrecv)
    #expect(answerer.transceivers[0].currentDirection == .recvonly)
    #expect(answerer.negotiated.media[0].receiveCodecs.count == 3)
    #expect(events.answerer.contains(.transceiverAdded(answerer.transceivers[0].id)))
    // TX-02: the transceiver that the offer made is reused, and the other side is to be told.
    let id = try answerer.addTrack(.audio, trackID: "a2", streamIDs: ["s2"])
    #expect(id == answerer.transceivers[0].id)
    #expect(answerer.isNegotiationNeeded)
    try negotiate(&answerer, &offerer)
    #expect(offerer.transceivers[0].currentDirection == .sendrecv)
    #expect(offerer.transceivers[0].receiver.streamIDs == ["s2"])
  }

  @Test("JS-03: media added later joins the transport; roles and credentials stay")
  func addLater() throws {
    var (offerer, answerer) = try audioVideoPair()
    try negotiate(&offerer, &answerer)
    let before = offerer.negotiated.transports[0]
    try answerer.addTrack(.video, trackID: "v3", streamIDs: [])
    #expect(answerer.isNegotiationNeeded)
    try negotiate(&answerer, &offerer)
    let offer = try parse(offerer.currentRemoteDescription?.sdp)
    #expect(offer.media.map(\.mid) == ["0", "1", "2"])
    #expect(offer.media.map(\.isBundleOnly) == [false, false, false])
    var after = offerer.negotiated.transports[0]
    #expect(after.mids == ["0", "1", "2"])
    after.mids = before.mids
    #expect(after == before)
    // RFC 8842 §5.3: the answerer goes on being what it was.
    #expect(try parse(offerer.currentLocalDescription?.sdp).media[0].attributes.setup == .passive)
    #expect(offerer.transceivers.count == 3)
    #expect(offerer.transceivers[2].currentDirection == .recvonly)
  }

  @Test("JS-03: a stopped transceiver's section is rejected by both, then used for something else with a new mid")
  func stopAndRecycle() throws {
    var (offerer, answerer) = try audioVideoPair()
    try negotiate(&offerer, &answerer)
    let stopped = offerer.transceivers[0].id
    let remote = answerer.transceivers[0].id
    try offerer.stop(stopped)
    #expect(offerer.isNegotiationNeeded)
    #expect(offerer.transceiver(stopped)?.apiDirection == .stopped)
    #expect(offerer.transceiver(stopped)?.currentDirection == .sendrecv)
    let events = try negotiate(&offerer, &answerer)
    let offer = try parse(offerer.currentLocalDescription?.sdp)
    #expect(offer.media.map(\.port) == [0, 9])
    #expect(offer.bundleGroups == [["1"]])
    #expect(offerer.transceivers.map(\.kind) == [.video])
    #expect(answerer.transceivers.map(\.kind) == [.video])
    #expect(events.answerer.contains(.transceiverStopped(remote)))
    #expect(events.answerer.contains(.transceiverRemoved(remote)))
    #expect(events.answerer.contains(.trackRemovedFromStream(remote, streamID: "s1")))
    #expect(events.offerer.contains(.transceiverRemoved(stopped)))
    #expect(offerer.negotiated.transports.map(\.mids) == [["1"]])
    #expect(!offerer.isNegotiationNeeded)

    // It stays rejected while nothing needs it.
    try negotiate(&answerer, &offerer)
    #expect(try parse(answerer.currentLocalDescription?.sdp).media.map(\.port) == [0, 9])

    try answerer.addTransceiver(.video)
    try negotiate(&answerer, &offerer)
    let recycled = try parse(answerer.currentLocalDescription?.sdp)
    #expect(recycled.media.count == 2)
    #expect(recycled.media[0].kind == .video)
    #expect(recycled.media[0].mid != "0")
    #expect(recycled.media[0].port != 0)
    #expect(offerer.transceivers.count == 2)
    #expect(offerer.negotiated.transports.count == 1)
    #expect(Set(offerer.negotiated.transports[0].mids) == Set(recycled.media.compactMap(\.mid)))
  }

  @Test("JS-24: the remote side stops a section by rejecting it in the answer")
  func rejectedAnswer() throws {
    var offerer = makeSession(seed: 1)
    var answerer = makeSession(seed: 2)
    try offerer.addTransceiver(.audio)
    let video = try offerer.addTransceiver(.video)
    let events = try negotiate(&offerer, &answerer) { try $0.stop($0.transceivers[1].id) }
    #expect(events.offerer.contains(.transceiverStopped(video)))
    #expect(offerer.transceivers.map(\.kind) == [.audio])
    #expect(answerer.transceivers.map(\.kind) == [.audio])
    #expect(offerer.negotiated.media.map(\.kind) == [.audio])
    #expect(try parse(offerer.currentRemoteDescription?.sdp).media[1].port == 0)
  }

  @Test("TX-05: a transceiver that is stopped before its first offer vanishes with it")
  func stopEarly() throws {
    var offerer = makeSession(seed: 1)
    var answerer = makeSession(seed: 2)
    let early = try offerer.addTransceiver(.audio)
    try offerer.addTransceiver(.video)
    try offerer.stop(early)
    try offerer.stop(early)
    try negotiate(&offerer, &answerer)
    #expect(try parse(offerer.currentLocalDescription?.sdp).media.map(\.kind) == [.video])
    #expect(offerer.transceivers.map(\.kind) == [.video])
  }

  @Test("JS-10: a local offer that is rolled back leaves what the application wanted, and nothing else")
  func localRollback() throws {
    var (offerer, answerer) = try audioVideoPair()
    try negotiate(&offerer, &answerer)
    let before = offerer.negotiated
    try offerer.addTrack(.video, trackID: "v3")
    _ = try offerer.setLocalDescription()
    #expect(offerer.transceivers[2].mid != nil)
    #expect(offerer.currentLocalDescription != nil)
    #expect(offerer.pendingLocalDescription?.type == .offer)
    let events = try offerer.setLocalDescription(.rollback)
    #expect(events == [.signalingStateChanged(.stable)])
    #expect(offerer.negotiated == before)
    #expect(offerer.transceivers.count == 3)
    #expect(offerer.transceivers[2].mid == nil)
    #expect(offerer.pendingLocalDescription == nil)
    #expect(offerer.isNegotiationNeeded)
    try negotiate(&offerer, &answerer)
    #expect(answerer.transceivers.count == 3)
  }

  @Test("JS-10: a remote offer that is rolled back takes its transceivers and streams along")
  func remoteRollback() throws {
    var (offerer, answerer) = try audioVideoPair()
    try negotiate(&offerer, &answerer)
    try offerer.addTrack(.video, trackID: "v3", streamIDs: ["s3"])
    try offerer.setStreams(offerer.transceivers[0].id, ["s4"])
    try offerer.setDirection(offerer.transceivers[1].id, .recvonly)
    _ = try offerer.setLocalDescription()
    let before = answerer.negotiated
    let applied = try answerer.setRemoteDescription(.offer, sdp: try #require(offerer.localDescription).sdp)
    let new = try #require(answerer.transceivers.last).id
    #expect(
      applied == [
        .signalingStateChanged(.haveRemoteOffer), .transceiverAdded(new), .trackMuted(answerer.transceivers[1].id),
        .trackRemovedFromStream(answerer.transceivers[0].id, streamID: "s1"),
        .trackRemovedFromStream(answerer.transceivers[1].id, streamID: "s1"),
        .trackAddedToStream(answerer.transceivers[0].id, streamID: "s4"), .trackAddedToStream(new, streamID: "s3"),
        .track(new, streamIDs: ["s3"]),
      ])
    let events = try answerer.setRemoteDescription(.rollback, sdp: "this is not read")
    #expect(
      events == [
        .signalingStateChanged(.stable), .transceiverStopped(new), .trackMuted(new),
        .trackRemovedFromStream(answerer.transceivers[0].id, streamID: "s4"),
        .trackRemovedFromStream(new, streamID: "s3"),
        .trackAddedToStream(answerer.transceivers[0].id, streamID: "s1"),
        .trackAddedToStream(answerer.transceivers[1].id, streamID: "s1"), .transceiverRemoved(new),
      ])
    #expect(answerer.negotiated == before)
    #expect(answerer.transceivers.count == 2)
    #expect(answerer.pendingRemoteDescription == nil)
    #expect(answerer.transceivers[0].receiver.streamIDs == ["s1"])
  }

  @Test("JS-10: a transceiver of a remote offer that got a track of ours survives the rollback")
  func remoteRollbackWithTrack() throws {
    var offerer = makeSession(seed: 1)
    var answerer = makeSession(seed: 2)
    try offerer.addTransceiver(.audio)
    _ = try offerer.setLocalDescription()
    _ = try answerer.setRemoteDescription(.offer, sdp: try #require(offerer.localDescription).sdp)
    let id = try answerer.addTrack(.audio, trackID: "a2")
    _ = try answerer.setRemoteDescription(.rollback)
    #expect(answerer.transceivers.map(\.id) == [id])
    #expect(answerer.transceivers[0].mid == nil)
  }

  @Test("JS-09: when offers cross, the polite side's own is rolled back, and both converge")
  func glare() throws {
    for count in [1, 20] {
      var polite = makeSession(seed: 1)
      var impolite = makeSession(seed: 2)
      for number in 0..<count {
        try polite.addTransceiver(number % 2 == 0 ? .audio : .video)
        try impolite.addTrack(number % 3 == 0 ? .audio : .video, trackID: "\(number)")
      }
      _ = try polite.setLocalDescription()
      _ = try impolite.setLocalDescription()
      let events = try polite.setRemoteDescription(.offer, sdp: try #require(impolite.localDescription).sdp)
      #expect(events.prefix(2) == [.signalingStateChanged(.stable), .signalingStateChanged(.haveRemoteOffer)])
      #expect(polite.pendingLocalDescription == nil)
      _ = try polite.setLocalDescription()
      _ = try impolite.setRemoteDescription(.answer, sdp: try #require(polite.localDescription).sdp)
      #expect(polite.isNegotiationNeeded)
      try negotiate(&polite, &impolite)
      #expect(!polite.isNegotiationNeeded)
      #expect(!impolite.isNegotiationNeeded)
      #expect(polite.transceivers.count == impolite.transceivers.count)
      #expect(Set(polite.transceivers.compactMap(\.mid)) == Set(impolite.transceivers.compactMap(\.mid)))
    }
  }

  @Test("JS-09: tracks of the rolled-back side move into the peer's sections")
  func glareReuse() throws {
    var (polite, impolite) = try audioVideoPair()
    _ = try polite.setLocalDescription()
    _ = try impolite.setLocalDescription()
    _ = try polite.setRemoteDescription(.offer, sdp: try #require(impolite.localDescription).sdp)
    _ = try polite.setLocalDescription()
    _ = try impolite.setRemoteDescription(.answer, sdp: try #require(polite.localDescription).sdp)
    #expect(polite.transceivers.map(\.currentDirection) == [.sendrecv, .sendrecv])
    #expect(!polite.isNegotiationNeeded)
    #expect(!impolite.isNegotiationNeeded)
  }

  @Test("JS-13: media starts with a provisional answer, and the final one settles it")
  func provisional() throws {
    var (offerer, answerer) = try audioVideoPair()
    _ = try offerer.setLocalDescription()
    _ = try answerer.setRemoteDescription(.offer, sdp: try #require(offerer.localDescription).sdp)
    let answer = try answerer.createAnswer()
    _ = try answerer.setLocalDescription(.pranswer, sdp: answer.sdp)
    #expect(answerer.signalingState == .haveLocalPranswer)
    #expect(answerer.pendingLocalDescription?.type == .pranswer)
    #expect(answerer.negotiated.media.count == 2)
    _ = try offerer.setRemoteDescription(.pranswer, sdp: answer.sdp)
    #expect(offerer.signalingState == .haveRemotePranswer)
    #expect(offerer.pendingRemoteDescription?.type == .pranswer)
    #expect(offerer.currentLocalDescription == nil)
    #expect(offerer.negotiated.media.count == 2)
    _ = try answerer.setLocalDescription(.answer)
    _ = try offerer.setRemoteDescription(.answer, sdp: try #require(answerer.localDescription).sdp)
    #expect(offerer.signalingState == .stable)
    #expect(offerer.currentRemoteDescription?.type == .answer)
    #expect(offerer.negotiated.transports.count == 1)
    #expect(offerer.negotiated.transports[0].ice.number == 0)
  }

  @Test("JS-16: a peer that declines BUNDLE gets a transport for each section, now and later")
  func declinedBundle() throws {
    var (offerer, answerer) = try audioVideoPair()
    _ = try offerer.setLocalDescription()
    let offer = try #require(offerer.localDescription).sdp.replacing("a=group:BUNDLE 0 1\r\n", with: "")
    _ = try answerer.setRemoteDescription(.offer, sdp: offer)
    _ = try answerer.setLocalDescription()
    let answer = try #require(answerer.localDescription).sdp
    #expect(!answer.contains("BUNDLE"))
    _ = try offerer.setRemoteDescription(.answer, sdp: answer)
    for session in [offerer, answerer] {
      #expect(session.negotiated.transports.map(\.mids) == [["0"], ["1"]])
      #expect(Set(session.negotiated.media.map(\.transportID)).count == 2)
      #expect(session.negotiated.transports.allSatisfy { $0.ice.remote != nil && $0.dtlsRole != nil })
    }
    let before = offerer.negotiated.transports
    try offerer.addTransceiver(.audio)
    try negotiate(&offerer, &answerer)
    #expect(offerer.negotiated.transports.map(\.mids) == [["0"], ["1"], ["2"]])
    #expect(offerer.negotiated.transports.prefix(2) == before[...])
  }

  @Test("JS-16: max-bundle rejects what the peer will not bundle")
  func maxBundleAnswer() throws {
    var session = makeSession { $0.bundlePolicy = .maxBundle }
    let answer = try session.answer(OfferText(OfferText.audio(), OfferText.video()).text)
    #expect(answer.media.map { $0.port == 0 } == [false, true])
    #expect(session.negotiated.transports.count == 1)
  }

  @Test("JS-17: we can be told to be the DTLS server, and follow a peer that has decided")
  func setupRoles() throws {
    for (offered, prefersServer, expected) in [
      ("actpass", false, SetupRole.active), ("actpass", true, .passive), ("active", false, .passive),
      ("passive", true, .active),
    ] {
      var session = makeSession { $0.preferredDTLSServerWhenAnswering = prefersServer }
      let answer = try session.answer(OfferText(OfferText.audio()).text.replacing("actpass", with: offered))
      #expect(answer.media[0].attributes.setup == expected)
      #expect(session.negotiated.transports[0].dtlsRole == (expected == .active ? .client : .server))
    }
  }

  @Test("TX-09: streams follow the peer's msid")
  func streamChange() throws {
    var (offerer, answerer) = try audioVideoPair()
    try negotiate(&offerer, &answerer)
    let id = answerer.transceivers[0].id
    try offerer.setStreams(offerer.transceivers[0].id, ["s1", "extra"])
    #expect(offerer.isNegotiationNeeded)
    let events = try negotiate(&offerer, &answerer)
    #expect(events.answerer.contains(.trackAddedToStream(id, streamID: "extra")))
    #expect(!events.answerer.contains(.track(id, streamIDs: ["s1", "extra"])))
    #expect(answerer.transceivers[0].receiver.streamIDs == ["s1", "extra"])
  }

  @Test("JS-28: simulcast layers that the answer does not take are not sent")
  func simulcastAnswers() throws {
    var offerer = makeSession(seed: 1)
    var answerer = makeSession(seed: 2)
    let encodings = ["q", "h", "f"].map { RTCRtpEncodingParameters(rid: $0) }
    let id = try offerer.addTransceiver(.video, init: .init(sendEncodings: encodings))
    var taking = offerer
    _ = try taking.setLocalDescription()
    _ = try answerer.setRemoteDescription(.offer, sdp: try #require(taking.localDescription).sdp)
    #expect(answerer.pendingRemote?.description.media[0].simulcast?.send.count == 3)
    _ = try answerer.setLocalDescription()
    let answer = try #require(answerer.localDescription).sdp
    var plain = taking
    _ = try plain.setRemoteDescription(.answer, sdp: answer)
    #expect(plain.negotiated.media[0].localSources.map(\.rid) == [nil])
    #expect(plain.transceiver(id)?.sender.encodings.count == 1)
    #expect(answerer.negotiated.media[0].remoteRIDs.map(\.id) == ["q", "h", "f"])
    _ = try taking.setRemoteDescription(
      .answer, sdp: answer + "a=rid:q recv\r\na=rid:f recv\r\na=simulcast:recv q;f\r\n")
    #expect(taking.negotiated.media[0].localSources.map(\.rid) == ["q", "f"])
    #expect(Set(taking.negotiated.media[0].localSources.map(\.ssrc)).count == 2)
  }

  @Test("JS-29: data sections are agreed on when both sides have them")
  func dataChannels() throws {
    var offerer = makeSession(seed: 1) { $0.supportsDataChannels = true }
    var answerer = makeSession(seed: 2) { $0.supportsDataChannels = true }
    try offerer.addTransceiver(.audio)
    try offerer.requestDataChannels()
    #expect(offerer.isNegotiationNeeded)
    try negotiate(&offerer, &answerer)
    #expect(!offerer.isNegotiationNeeded)
    for session in [offerer, answerer] {
      let data = try #require(session.negotiated.data)
      #expect(data.mid == "1")
      #expect(data.remotePort == 5_000)
      #expect(data.maximumMessageSize == 262_144)
      #expect(session.negotiated.transports.map(\.mids) == [["0", "1"]])
    }
    try negotiate(&answerer, &offerer)
    #expect(offerer.negotiated.data != nil)
    var without = makeSession(seed: 3)
    var again = makeSession(seed: 4) { $0.supportsDataChannels = true }
    try again.addTransceiver(.audio)
    try again.requestDataChannels()
    try negotiate(&again, &without)
    #expect(again.negotiated.data == nil)
    #expect(again.negotiated.media.count == 1)
  }

  @Test("PC-06: data channels need negotiation with the first, and not again once they have their answer")
  func dataChannelNegotiation() throws {
    var offerer = makeSession(seed: 1) { $0.supportsDataChannels = true }
    var answerer = makeSession(seed: 2) { $0.supportsDataChannels = true }
    #expect(!isNegotiationAnnounced(&offerer))
    try offerer.requestDataChannels()
    #expect(isNegotiationAnnounced(&offerer))
    try offerer.requestDataChannels()
    #expect(!isNegotiationAnnounced(&offerer))
    try negotiate(&offerer, &answerer)
    #expect(!isNegotiationAnnounced(&offerer))
    // The answerer's own first channel goes over the section that there is.
    try answerer.requestDataChannels()
    #expect(!isNegotiationAnnounced(&answerer))
    let first = try #require(offerer.negotiated.data)
    try offerer.addTransceiver(.audio)
    try negotiate(&offerer, &answerer)
    #expect(offerer.negotiated.data == first)
    #expect(try parse(offerer.currentLocalDescription?.sdp).media.map(\.kind) == [.application, .audio])
  }

  @Test("PC-06: rejected data channels are asked for again only by another channel")
  func rejectedDataChannels() throws {
    var without = makeSession(seed: 1)
    var session = makeSession(seed: 2) { $0.supportsDataChannels = true }
    try session.requestDataChannels()
    #expect(isNegotiationAnnounced(&session))
    try negotiate(&session, &without)
    #expect(!isNegotiationAnnounced(&session))
    try session.addTransceiver(.audio)
    let offer = try parse(try session.createOffer().sdp)
    // Its place is taken by what is new.
    #expect(offer.media.map(\.kind) == [.audio])
    try session.requestDataChannels()
    #expect(isNegotiationAnnounced(&session))
    let second = try session.createOffer()
    #expect(try parse(second.sdp).media.count == 2)
  }

  @Test("JS-29: a data section that the peer takes away and brings back")
  func removedDataSection() throws {
    var session = makeSession { $0.supportsDataChannels = true }
    let section = "\(OfferText.transport)a=mid:d\na=sctp-port:5000\n"
    let offer = OfferText(
      OfferText.audio(), "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\n\(section)",
      session: "a=group:BUNDLE 0 d\n"
    ).text
    _ = try session.answer(offer)
    #expect(session.negotiated.data?.sectionIndex == 1)
    let removal = offer.replacing("m=application 9", with: "m=application 0").replacing("BUNDLE 0 d", with: "BUNDLE 0")
    let removed = try session.answer(removal)
    #expect(removed.media[1].port == 0)
    #expect(session.negotiated.data == nil)
    let restored = try session.answer(offer)
    #expect(restored.media[1].port != 0)
    #expect(session.negotiated.data != nil)
  }

  @Test("JS-09: an offer that was created and never set leaves no trace in an answer")
  func abandonedOffer() throws {
    var (offerer, answerer) = try audioVideoPair()
    let abandoned = try answerer.createOffer()
    try negotiate(&offerer, &answerer)
    #expect(!answerer.negotiated.transports[0].ice.isControlling)
    #expect(answerer.negotiated.transports[0].ice.local.usernameFragment != "")
    #expect(
      errorName { _ = try answerer.setLocalDescription(.offer, sdp: abandoned.sdp) } == "InvalidModificationError")
    try answerer.addTransceiver(.audio)
    try negotiate(&answerer, &offerer)
    #expect(Set(answerer.transceivers.compactMap(\.mid)).count == 3)
  }
}
