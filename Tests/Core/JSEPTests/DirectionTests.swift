import RTCSDP
import Testing
import WebRTCTypes

@testable import RTCJSEP

@Suite("Directions")
struct DirectionTests {
  @Test(
    "JS-05: offer and answer meet in the intersection, on both sides",
    arguments: MediaDirection.allCases, MediaDirection.allCases)
  func table(offered: MediaDirection, wanted: MediaDirection) throws {
    var offerer = makeSession(seed: 1)
    var answerer = makeSession(seed: 2)
    let id = try offerer.addTransceiver(.audio, init: .init(direction: RTCRtpTransceiverDirection(offered)))
    let events = try negotiate(&offerer, &answerer) { answerer in
      let transceiver = try #require(answerer.transceivers.first)
      #expect(transceiver.direction == .recvonly)
      try answerer.setDirection(transceiver.id, RTCRtpTransceiverDirection(wanted))
    }
    let forward = offered.sends && wanted.receives
    let back = offered.receives && wanted.sends
    let expected = MediaDirection(sends: forward, receives: back)
    let ours = try #require(offerer.transceiver(id))
    let theirs = try #require(answerer.transceivers.first)
    #expect(ours.currentDirection == expected)
    #expect(theirs.currentDirection == expected.reversed)
    #expect(ours.direction == offered)
    #expect(theirs.direction == wanted)
    #expect(offerer.negotiated.media.map(\.direction) == [expected])
    #expect(answerer.negotiated.media.map(\.direction) == [expected.reversed])
    #expect(try parse(answerer.currentLocalDescription?.sdp).media[0].direction == expected.reversed)
    // TX-08: the answerer hears of the track when the offer is set, the offerer when the answer is.
    #expect(events.answerer.contains(.track(theirs.id, streamIDs: [])) == offered.sends)
    #expect(events.answerer.contains(.trackMuted(theirs.id)) == (offered.sends && !wanted.receives))
    #expect(events.offerer.contains(.track(ours.id, streamIDs: [])) == back)
  }

  @Test(
    "JS-05: a later offer changes the direction that was agreed",
    arguments: MediaDirection.allCases, MediaDirection.allCases)
  func change(first: MediaDirection, second: MediaDirection) throws {
    var offerer = makeSession(seed: 1)
    var answerer = makeSession(seed: 2)
    let id = try offerer.addTransceiver(.audio, init: .init(direction: RTCRtpTransceiverDirection(first)))
    try negotiate(&offerer, &answerer) { try $0.setDirection($0.transceivers[0].id, .sendrecv) }
    #expect(offerer.transceiver(id)?.currentDirection == first)
    try offerer.setDirection(id, RTCRtpTransceiverDirection(second))
    #expect(offerer.isNegotiationNeeded == (first != second))
    let events = try negotiate(&offerer, &answerer)
    let theirs = try #require(answerer.transceivers.first)
    #expect(offerer.transceiver(id)?.currentDirection == second)
    #expect(theirs.currentDirection == second.reversed)
    #expect(events.answerer.contains(.track(theirs.id, streamIDs: [])) == (!first.sends && second.sends))
    #expect(events.answerer.contains(.trackMuted(theirs.id)) == (first.sends && !second.sends))
    #expect(events.offerer.contains(.track(id, streamIDs: [])) == (!first.receives && second.receives))
    #expect(events.offerer.contains(.trackMuted(id)) == (first.receives && !second.receives))
  }
}
