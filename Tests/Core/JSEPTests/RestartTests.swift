import RTCSDP
import RTCSecurity
import Testing
import WebRTCTypes

@testable import RTCJSEP

@Suite("ICE restart and certificates")
struct RestartTests {
  private func connectedPair() throws -> (JSEPSession, JSEPSession) {
    var offerer = makeSession(seed: 1)
    var answerer = makeSession(seed: 2)
    try offerer.addTrack(.audio, trackID: "a1")
    try offerer.addTrack(.video, trackID: "v1")
    try negotiate(&offerer, &answerer)
    return (offerer, answerer)
  }

  @Test("JS-32: a restart gives both sides new credentials; media goes on until the answer")
  func restart() throws {
    var (offerer, answerer) = try connectedPair()
    let before = offerer.negotiated.transports[0]
    let offer = try offerer.createOffer(RTCOfferOptions(iceRestart: true))
    #expect(offerer.negotiated.transports[0] == before)
    #expect(try offerer.createOffer(RTCOfferOptions(iceRestart: true)) == offer)
    _ = try offerer.setLocalDescription()
    #expect(offerer.localDescription == offer)
    let during = offerer.negotiated.transports[0]
    #expect(during.ice == before.ice)
    #expect(during.restart?.number == 1)
    #expect(during.restart?.local != before.ice.local)
    _ = try answerer.setRemoteDescription(.offer, sdp: offer.sdp)
    _ = try answerer.setLocalDescription()
    _ = try offerer.setRemoteDescription(.answer, sdp: try #require(answerer.localDescription).sdp)
    let after = offerer.negotiated.transports[0]
    let theirs = answerer.negotiated.transports[0]
    #expect(after.id == before.id)
    #expect(after.restart == nil)
    #expect(after.ice.number == 1)
    #expect(theirs.ice.number == 1)
    #expect(after.ice.local == during.restart?.local)
    #expect(after.ice.remote == theirs.ice.local)
    #expect(theirs.ice.remote == after.ice.local)
    #expect(after.associationNumber == 0)
    #expect(after.dtlsRole == before.dtlsRole)
  }

  @Test("PC-17: restartIce asks for a negotiation and survives a rollback; a restart by the peer satisfies it")
  func restartICE() throws {
    var (offerer, answerer) = try connectedPair()
    try offerer.restartICE()
    #expect(offerer.isNegotiationNeeded)
    _ = try offerer.setLocalDescription()
    _ = try offerer.setLocalDescription(.rollback)
    #expect(offerer.isNegotiationNeeded)
    #expect(offerer.negotiated.transports[0].restart == nil)
    _ = try answerer.createOffer(RTCOfferOptions(iceRestart: true))
    try negotiate(&answerer, &offerer)
    #expect(!offerer.isNegotiationNeeded)
    #expect(offerer.negotiated.transports[0].ice.number > 0)
  }

  @Test("PC-17: before the first negotiation there is nothing to restart")
  func restartEarly() throws {
    var session = makeSession()
    try session.restartICE()
    #expect(!session.isNegotiationNeeded)
  }

  @Test("JS-32: only one of the credentials changed is an error, and changes nothing")
  func halfRestart() throws {
    var (offerer, answerer) = try connectedPair()
    _ = try offerer.setLocalDescription()
    let sdp = try #require(offerer.localDescription).sdp
    let ufrag = try #require(try parse(sdp).media[0].attributes.iceUfrag)
    let before = answerer.negotiated
    #expect(
      errorName {
        _ = try answerer.setRemoteDescription(
          .offer, sdp: sdp.replacing("a=ice-ufrag:\(ufrag)", with: "a=ice-ufrag:other"))
      } == "InvalidAccessError")
    #expect(answerer.signalingState == .stable)
    #expect(answerer.negotiated == before)
  }

  @Test("JS-19: another certificate needs a restart, which begins a new association")
  func certificateChange() throws {
    var (offerer, answerer) = try connectedPair()
    _ = try offerer.setLocalDescription()
    let old = fingerprint(1).text
    let new = fingerprint(9).text
    let plain = try #require(offerer.localDescription).sdp.replacing(old, with: new)
    #expect(errorName { _ = try answerer.setRemoteDescription(.offer, sdp: plain) } == "InvalidAccessError")
    _ = try offerer.setLocalDescription(.rollback)
    let restart = try offerer.createOffer(RTCOfferOptions(iceRestart: true)).sdp.replacing(old, with: new)
    _ = try answerer.setRemoteDescription(.offer, sdp: restart)
    _ = try answerer.setLocalDescription()
    #expect(answerer.negotiated.transports[0].associationNumber == 1)
    #expect(answerer.negotiated.transports[0].remoteFingerprints == [fingerprint(9)])
  }

  @Test("JS-19: the same holds for answers")
  func certificateChangeInAnswer() throws {
    var (offerer, answerer) = try connectedPair()
    _ = try offerer.setLocalDescription()
    _ = try answerer.setRemoteDescription(.offer, sdp: try #require(offerer.localDescription).sdp)
    _ = try answerer.setLocalDescription()
    let answer = try #require(answerer.localDescription).sdp
      .replacing(fingerprint(2).text, with: fingerprint(9).text)
    #expect(errorName { _ = try offerer.setRemoteDescription(.answer, sdp: answer) } == "InvalidAccessError")
    #expect(offerer.signalingState == .haveLocalOffer)
  }

  @Test("JS-34: whoever offers, we control a lite peer")
  func lite() throws {
    var session = makeSession()
    _ = try session.answer(OfferText(OfferText.audio(), session: "a=ice-lite\n").text)
    #expect(session.negotiated.transports[0].ice.isControlling)
    #expect(session.negotiated.transports[0].ice.remote?.iceLite == true)
  }
}
