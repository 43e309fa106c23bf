import RTCBase
import RTCSDP
import Testing
import WebRTCTypes

@testable import RTCJSEP

@Suite("Offers")
struct OfferTests {
  private func audioVideo(_ change: (inout JSEPConfiguration) -> Void = { _ in }) throws -> JSEPSession {
    var session = makeSession(seed: 1, change)
    try session.addTrack(.audio, trackID: "microphone", streamIDs: ["camera-and-microphone"])
    try session.addTrack(.video, trackID: "camera", streamIDs: ["camera-and-microphone"])
    return session
  }

  @Test("JS-01: an offer follows the grammar of RFC 9429 §5.2.1")
  func grammar() throws {
    var session = try audioVideo()
    let text = try session.createOffer().sdp
    let lines = text.split(separator: "\r\n").map { String($0) }
    #expect(text.hasSuffix("\r\n"))
    #expect(lines[0] == "v=0")
    let origin = lines[1].split(separator: " ")
    #expect(origin[0] == "o=-")
    #expect(UInt64(origin[1]).map { $0 < 1 << 63 } == true)
    #expect(origin[2...].joined(separator: " ") == "1 IN IP4 0.0.0.0")
    #expect(lines[2] == "s=-")
    #expect(lines[3] == "t=0 0")
    #expect(lines.contains("a=group:BUNDLE 0 1"))
    #expect(lines.contains("a=extmap-allow-mixed"))
    #expect(lines.contains("a=msid-semantic: WMS *"))
    #expect(lines.contains("a=ice-options:trickle ice2"))
    #expect(lines.contains("m=audio 9 UDP/TLS/RTP/SAVPF 111 0 8"))
    #expect(lines.contains("m=video 9 UDP/TLS/RTP/SAVPF 96 97"))
    #expect(lines.filter { $0 == "c=IN IP4 0.0.0.0" }.count == 2)
    #expect(lines.filter { $0 == "a=rtcp-mux" }.count == 2)
    #expect(lines.filter { $0 == "a=rtcp-rsize" }.count == 2)
    #expect(lines.filter { $0 == "a=setup:actpass" }.count == 2)
    #expect(lines.filter { $0.hasPrefix("a=fingerprint:sha-256 01:01:") }.count == 2)
    #expect(lines.contains("a=msid:camera-and-microphone microphone"))
    #expect(lines.contains("a=msid:camera-and-microphone camera"))
    #expect(lines.contains("a=rtpmap:111 opus/48000/2"))
    #expect(lines.contains("a=fmtp:111 minptime=10;useinbandfec=1"))
    #expect(lines.contains("a=rtpmap:97 rtx/90000"))
    #expect(lines.contains("a=fmtp:97 apt=96"))
    for feedback in ["nack", "nack pli", "ccm fir", "goog-remb", "transport-cc"] {
      #expect(lines.contains("a=rtcp-fb:96 \(feedback)"))
    }
    #expect(!text.contains("a=crypto"))
    #expect(!text.contains("red/"))
  }

  @Test("JS-31: every transport has credentials of its own, long enough")
  func credentials() throws {
    var session = try audioVideo()
    let offer = try parse(try session.createOffer().sdp)
    let ufrags = offer.media.compactMap { offer.iceUfrag(for: $0) }
    let passwords = offer.media.compactMap { offer.icePassword(for: $0) }
    #expect(Set(ufrags).count == 2)
    #expect(ufrags.allSatisfy { $0.utf8.count >= 4 })
    #expect(passwords.allSatisfy { $0.utf8.count >= 22 })
  }

  @Test("JS-01: the version of o= goes up only when the offer changes, and never back")
  func version() throws {
    var session = try audioVideo()
    let first = try session.createOffer().sdp
    #expect(try session.createOffer().sdp == first)
    #expect(try parse(first).origin.sessionVersion == 1)
    try session.addTransceiver(.audio)
    let second = try parse(try session.createOffer().sdp)
    #expect(second.origin.sessionVersion == 2)
    #expect(try second.origin.sessionID == parse(first).origin.sessionID)
    _ = try session.setLocalDescription()
    _ = try session.setLocalDescription(.rollback)
    #expect(try parse(try session.createOffer().sdp).origin.sessionVersion > 2)
  }

  @Test("JS-02: one m-section for each transceiver, in order, with directions")
  func sections() throws {
    var session = makeSession()
    try session.addTransceiver(.video, init: .init(direction: .recvonly))
    try session.addTransceiver(.audio, init: .init(direction: .sendonly))
    try session.addTransceiver(.audio, init: .init(direction: .inactive))
    let offer = try parse(try session.createOffer().sdp)
    #expect(offer.media.map(\.kind) == [.video, .audio, .audio])
    #expect(offer.media.map(\.direction) == [.recvonly, .sendonly, .inactive])
    #expect(offer.media.map { $0.msids.count } == [0, 1, 0])
    #expect(offer.media.map { $0.ssrcs.count } == [0, 1, 0])
  }

  @Test("JS-02: a data section is offered when it is asked for")
  func dataSection() throws {
    var session = makeSession { $0.supportsDataChannels = true }
    try session.requestDataChannels()
    let offer = try parse(try session.createOffer().sdp)
    let media = try #require(offer.media.first)
    #expect(media.kind == .application)
    #expect(media.transportProtocol == "UDP/DTLS/SCTP")
    #expect(media.formats == ["webrtc-datachannel"])
    #expect(media.sctpPort == 5_000)
    #expect(media.maxMessageSize == 262_144)
    var closed = makeSession()
    #expect(errorName { try closed.requestDataChannels() } == "NotSupportedError")
  }

  @Test("PC-05: bundle policies decide which sections get a transport of their own")
  func bundlePolicies() throws {
    for (policy, expected) in [
      (RTCBundlePolicy.balanced, [false, true, false]), (.maxCompat, [false, false, false]),
      (.maxBundle, [false, true, true]),
    ] {
      var session = makeSession { $0.bundlePolicy = policy }
      try session.addTransceiver(.audio)
      try session.addTransceiver(.audio)
      try session.addTransceiver(.video)
      _ = try session.setLocalDescription()
      let offer = try parse(session.localDescription?.sdp)
      #expect(offer.media.map(\.isBundleOnly) == expected, "\(policy)")
      #expect(offer.media.map { $0.port == 0 } == expected, "\(policy)")
      #expect(offer.bundleGroups == [["0", "1", "2"]])
      #expect(session.negotiated.transports.count == expected.filter { !$0 }.count)
    }
  }

  @Test("JS-27: sources carry cname and msid, and a FID group where there is retransmission")
  func sources() throws {
    var session = try audioVideo()
    let offer = try parse(try session.createOffer().sdp)
    #expect(offer.media[0].ssrcs.count == 1)
    #expect(offer.media[0].ssrcGroups.isEmpty)
    #expect(offer.media[1].ssrcs.count == 2)
    #expect(offer.media[1].ssrcGroups.first?.semantics == "FID")
    #expect(offer.media[1].ssrcGroups.first?.ssrcs == offer.media[1].ssrcs)
    let cnames = offer.media.flatMap(\.ssrcAttributes).filter { $0.attribute == "cname" }.compactMap(\.value)
    #expect(cnames.count == 3)
    #expect(Set(cnames).count == 1)
    #expect(Set(offer.media.flatMap(\.ssrcs)).count == 3)
  }

  @Test("JS-21: no stream is \"-\", and several are several lines")
  func streams() throws {
    var session = makeSession()
    try session.addTransceiver(.audio)
    try session.addTrack(.video, trackID: "v", streamIDs: ["one", "two", "one"])
    let offer = try parse(try session.createOffer().sdp)
    #expect(offer.media[0].msids.map(\.streamID) == ["-"])
    #expect(offer.media[1].msids.map(\.streamID) == ["one", "two"])
    #expect(offer.media[1].msids.map(\.trackID) == ["v", "v"])
  }

  @Test("JS-25: extension identifiers are unique across the sections, and 1 to 14")
  func extensionIdentifiers() throws {
    var session = try audioVideo()
    let offer = try parse(try session.createOffer().sdp)
    var uris: [Int: String] = [:]
    for mapping in offer.media.flatMap(\.extensionMappings) {
      #expect((1...14).contains(mapping.id))
      #expect(uris[mapping.id] == nil || uris[mapping.id] == mapping.uri)
      uris[mapping.id] = mapping.uri
    }
    #expect(Set(uris.values).count == uris.count)
    #expect(uris.count == 7)
  }

  @Test("JS-28: several encodings are offered as simulcast, without sources")
  func simulcast() throws {
    var session = makeSession()
    let encodings = ["q", "h", "f"].map { RTCRtpEncodingParameters(rid: $0) }
    try session.addTransceiver(.video, init: .init(sendEncodings: encodings))
    let media = try #require(try parse(try session.createOffer().sdp).media.first)
    #expect(media.rids.map(\.id) == ["q", "h", "f"])
    #expect(media.simulcast?.send.map { $0.alternatives.map(\.rid) } == [["q"], ["h"], ["f"]])
    #expect(media.ssrcs.isEmpty)
  }

  @Test("CD-15: a codec that was plugged in gets a payload type with retransmission")
  func pluggedIn() throws {
    var session = makeSession {
      $0.videoCodecs.insert(
        CodecCapability(
          kind: .video, name: "H264", clockRate: 90_000,
          parameters: [.init("packetization-mode", "1"), .init("profile-level-id", "42e01f")],
          feedback: CodecCapability.videoFeedback, supportsRetransmission: true), at: 0)
    }
    try session.addTransceiver(.video)
    let media = try #require(try parse(try session.createOffer().sdp).media.first)
    #expect(media.rtpmaps.map(\.encodingName) == ["H264", "rtx", "VP8", "rtx"])
    #expect(Set(media.formats).count == 4)
  }
}
