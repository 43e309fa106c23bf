import RTCSDP
import Testing
import WebRTCTypes

@testable import RTCJSEP

@Suite("Local descriptions")
struct LocalDescriptionTests {
  private func offering() throws -> JSEPSession {
    var session = makeSession()
    try session.addTransceiver(.audio)
    return session
  }

  @Test("JS-06: without arguments the state decides, and the last one created is used if nothing changed")
  func parameterless() throws {
    var session = try offering()
    let created = try session.createOffer(RTCOfferOptions(iceRestart: true))
    _ = try session.setLocalDescription()
    #expect(session.pendingLocalDescription == created)
    #expect(session.signalingState == .haveLocalOffer)
    #expect(session.currentLocalDescription == nil)

    var second = try offering()
    let outdated = try second.createOffer()
    try second.addTransceiver(.video)
    _ = try second.setLocalDescription()
    #expect(second.pendingLocalDescription != outdated)
    #expect(try parse(second.localDescription?.sdp).media.count == 2)

    var answerer = makeSession(seed: 2)
    _ = try answerer.setRemoteDescription(.offer, sdp: created.sdp)
    let answer = try answerer.createAnswer()
    #expect(try answerer.createAnswer() == answer)
    _ = try answerer.setLocalDescription()
    #expect(answerer.currentLocalDescription == answer)
    #expect(answerer.currentRemoteDescription == created)
    #expect(answerer.pendingRemoteDescription == nil)
  }

  @Test("JS-07: text that was not created last is refused; line ends do not count")
  func munging() throws {
    var session = try offering()
    #expect(
      errorName { _ = try session.setLocalDescription(.offer, sdp: "v=0\r\n") } == "InvalidModificationError")
    let offer = try session.createOffer().sdp
    let munged = offer.replacing("minptime=10", with: "minptime=20")
    #expect(errorName { _ = try session.setLocalDescription(.offer, sdp: munged) } == "InvalidModificationError")
    #expect(session.signalingState == .stable)
    _ = try session.setLocalDescription(.offer, sdp: offer.replacing("\r\n", with: "\n"))
    #expect(session.signalingState == .haveLocalOffer)

    var answerer = makeSession(seed: 2)
    _ = try answerer.setRemoteDescription(.offer, sdp: offer)
    let answer = try answerer.createAnswer().sdp
    #expect(
      errorName { _ = try answerer.setLocalDescription(.answer, sdp: answer + "a=x\r\n") }
        == "InvalidModificationError")
    #expect(answerer.signalingState == .haveRemoteOffer)
    _ = try answerer.setLocalDescription(.answer, sdp: answer)
  }

  @Test("JS-06: an offer that was overtaken by a change is still good, but another negotiation is needed")
  func overtaken() throws {
    var session = try offering()
    let offer = try session.createOffer()
    try session.addTransceiver(.video)
    _ = try session.setLocalDescription(.offer, sdp: offer.sdp)
    #expect(try parse(session.localDescription?.sdp).media.count == 1)
    var answerer = makeSession(seed: 2)
    _ = try session.setRemoteDescription(.answer, sdp: try answerer.answer(offer.sdp).text)
    #expect(session.isNegotiationNeeded)
  }

  @Test("JS-08: an offer can be replaced before it is answered")
  func replaced() throws {
    var session = try offering()
    _ = try session.setLocalDescription()
    try session.addTransceiver(.video)
    let events = try session.setLocalDescription()
    #expect(events.isEmpty)
    let offer = try #require(session.localDescription).sdp
    #expect(try parse(offer).media.map(\.mid) == ["0", "1"])
    var answerer = makeSession(seed: 2)
    _ = try session.setRemoteDescription(.answer, sdp: try answerer.answer(offer).text)
    #expect(session.negotiated.media.count == 2)
    #expect(session.negotiated.transports.count == 1)
  }

  @Test("JS-08: a remote offer can be replaced before it is answered")
  func remoteReplaced() throws {
    var session = makeSession()
    _ = try session.setRemoteDescription(.offer, sdp: OfferText(OfferText.audio()).text)
    let id = try #require(session.transceivers.first).id
    let answer = try session.answer(OfferText(OfferText.audio(), OfferText.video()).text)
    #expect(answer.media.count == 2)
    #expect(session.transceivers.map(\.id).first == id)
  }

  @Test("PC-10: offers and answers are created in their states only")
  func createStates() throws {
    var session = try offering()
    #expect(errorName { _ = try session.createAnswer() } == "InvalidStateError")
    #expect(errorName { _ = try session.setLocalDescription(.answer) } == "InvalidStateError")
    #expect(errorName { _ = try session.setLocalDescription(.rollback) } == "InvalidStateError")
    #expect(errorName { _ = try session.setRemoteDescription(.rollback) } == "InvalidStateError")
    #expect(errorName { _ = try session.setRemoteDescription(.answer, sdp: "") } == "InvalidStateError")
    _ = try session.setRemoteDescription(.offer, sdp: OfferText(OfferText.audio()).text)
    #expect(errorName { _ = try session.createOffer() } == "InvalidStateError")
    #expect(errorName { _ = try session.setLocalDescription(.rollback) } == "InvalidStateError")
  }
}
