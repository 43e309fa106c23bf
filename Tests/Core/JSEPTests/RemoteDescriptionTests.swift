import RTCBase
import RTCSDP
import Testing
import WebRTCTypes

@testable import RTCJSEP

@Suite("Remote descriptions")
struct RemoteDescriptionTests {
  private func error(_ offer: String, _ session: JSEPSession = makeSession()) -> WebRTCError? {
    var session = session
    do {
      _ = try session.setRemoteDescription(.offer, sdp: offer)
      return nil
    } catch {
      #expect(session.signalingState == .stable)
      #expect(session.transceivers.isEmpty)
      #expect(session.remoteDescription == nil)
      return error
    }
  }

  @Test("JS-14: broken SDP is an RTCError with its line, and changes nothing")
  func syntax() throws {
    let failure = try #require(error("v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\nm=audio\r\n"))
    #expect(failure.name == "OperationError")
    guard case .rtcError(let details) = failure else {
      Issue.record("\(failure) is no RTCError")
      return
    }
    #expect(details.errorDetail == .sdpSyntaxError)
    #expect(details.sdpLineNumber == 5)
    #expect(error("") != nil)
    #expect(error("Invalid SDP") != nil)
  }

  @Test("JS-15: mid, msid, ssrc, rtcp-fb, extmap and ice-options may be missing")
  func missing() throws {
    var session = makeSession()
    let answer = try session.answer(OfferText(OfferText.audio(mid: nil), OfferText.video(mid: nil)).text)
    #expect(answer.media.map(\.mid) == [nil, nil])
    #expect(answer.bundleGroups.isEmpty)
    #expect(answer.media.map { $0.port == 0 } == [false, false])
    #expect(session.transceivers.map { $0.mid?.isEmpty } == [false, false])
    #expect(Set(session.transceivers.compactMap(\.mid)).count == 2)
    #expect(session.negotiated.media.map(\.extensions) == [[], []])
    #expect(session.negotiated.media.map { $0.sendCodecs[0].feedback } == [[], []])
    #expect(session.negotiated.media.map(\.usesReducedSizeRTCP) == [false, false])
    // JS-21: peers without a=msid get one stream for everything.
    let streams = session.transceivers.map(\.receiver.streamIDs)
    #expect(streams[0].count == 1)
    #expect(streams[0] == streams[1])
  }

  @Test("JS-04: what is not known is rejected in its place, with its kind, protocol and formats")
  func unknown() throws {
    var session = makeSession()
    let offer = OfferText(
      "m=text 9 RTP/AVP 98\na=mid:t\n", OfferText.audio(), "m=audio 9 RTP/AVP 0\na=mid:plain\n",
      "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\n\(OfferText.transport)a=mid:d\na=sctp-port:5000\n",
      "m=mystery 9 FOO/BAR baz\na=mid:m\n", OfferText.video(), session: "a=group:BUNDLE 0 1 d\n")
    let answer = try session.answer(offer.text)
    #expect(answer.media.map { $0.kind.description } == ["text", "audio", "audio", "application", "mystery", "video"])
    #expect(answer.media.map { $0.port == 0 } == [true, false, true, true, true, false])
    #expect(answer.media.map(\.mid) == ["t", "0", "plain", "d", "m", "1"])
    #expect(answer.media[4].transportProtocol == "FOO/BAR")
    #expect(answer.media[4].formats == ["baz"])
    #expect(answer.bundleGroups == [["0", "1"]])
    #expect(session.transceivers.count == 2)
    // Some peers refuse a rejected section without these.
    #expect(answer.media[3].attributes.iceUfrag != nil)
    #expect(answer.media[3].attributes.setup == .active)
  }

  @Test("JS-02: the protocols of RFC 9429 §5.1.2 are accepted and mirrored")
  func protocols() throws {
    for name in ["UDP/TLS/RTP/SAVPF", "TCP/DTLS/RTP/SAVPF", "RTP/SAVPF", "RTP/SAVP", "UDP/TLS/RTP/SAVP"] {
      var session = makeSession()
      let answer = try session.answer(OfferText(OfferText.audio()).text.replacing("UDP/TLS/RTP/SAVPF", with: name))
      #expect(answer.media[0].transportProtocol == name)
      #expect(answer.media[0].port != 0)
    }
  }

  @Test("JS-37: keys in a=crypto are refused without DTLS, and ignored beside it")
  func crypto() throws {
    let crypto = "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz\n"
    let transport =
      OfferText.transport.split(separator: "\n")
      .filter { !$0.hasPrefix("a=fingerprint") && !$0.hasPrefix("a=setup") }.joined(separator: "\n") + "\n"
    let only = OfferText(OfferText.audio(crypto, transport: transport)).text
      .replacing("UDP/TLS/RTP/SAVPF", with: "RTP/SAVPF")
    let failure = try #require(error(only))
    #expect(failure.name == "InvalidAccessError")
    #expect(failure.message.contains("a=crypto"))
    var session = makeSession()
    #expect(try session.answer(OfferText(OfferText.audio(crypto)).text).text.contains("crypto") == false)
  }

  @Test("JS-17: holdconn is refused, and so is an answer with actpass")
  func setup() throws {
    let offer = OfferText(OfferText.audio()).text
    #expect(error(offer.replacing("actpass", with: "holdconn"))?.name == "InvalidAccessError")
    var session = makeSession()
    try session.addTransceiver(.audio)
    _ = try session.setLocalDescription()
    #expect(errorName { _ = try session.setRemoteDescription(.answer, sdp: offer) } == "InvalidAccessError")
    #expect(session.signalingState == .haveLocalOffer)
    _ = try session.setRemoteDescription(.answer, sdp: offer.replacing("actpass", with: "passive"))
    #expect(session.negotiated.transports[0].dtlsRole == .client)
  }

  @Test("JS-31: credentials that are missing or too short are refused")
  func credentials() {
    let offer = OfferText(OfferText.audio()).text
    #expect(error(offer.replacing("a=ice-ufrag:ETEn\n", with: ""))?.name == "InvalidAccessError")
    #expect(error(offer.replacing("ice-ufrag:ETEn", with: "ice-ufrag:ETE")) != nil)
    #expect(error(offer.replacing("OtSK0WpNtpUjkY4+86js7ZQl", with: "OtSK0WpNtpUjkY4+86js7")) != nil)
  }

  @Test("PC-06: without rtcp-mux a section is rejected, and an answer refused")
  func rtcpMux() throws {
    let offer = OfferText(OfferText.audio(), OfferText.video()).text
    var session = makeSession()
    let withoutFirst = offer.replacing("a=rtcp-mux\n", with: "", maxReplacements: 1)
    #expect(try session.answer(withoutFirst).media.map { $0.port == 0 } == [true, false])
    #expect(session.transceivers.map(\.kind) == [.video])
    var offerer = makeSession()
    try offerer.addTransceiver(.audio)
    _ = try offerer.setLocalDescription()
    let answer = OfferText(OfferText.audio()).text.replacing("actpass", with: "active")
      .replacing("a=rtcp-mux\n", with: "")
    #expect(errorName { _ = try offerer.setRemoteDescription(.answer, sdp: answer) } == "InvalidAccessError")
  }

  @Test("JS-20: mids are unique and at most 16 bytes")
  func mids() {
    #expect(error(OfferText(OfferText.audio(mid: "x"), OfferText.video(mid: "x")).text) != nil)
    #expect(error(OfferText(OfferText.audio(mid: "12345678901234567")).text)?.name == "InvalidAccessError")
    #expect(error(OfferText(OfferText.audio(mid: "1234567890123456")).text) == nil)
  }

  @Test("JS-20: our mids keep clear of the peer's")
  func midCollision() throws {
    var session = makeSession()
    _ = try session.answer(OfferText(OfferText.audio(mid: "1"), OfferText.video(mid: "0")).text)
    try session.addTransceiver(.audio)
    let offer = try parse(try session.createOffer().sdp)
    #expect(offer.media.map(\.mid) == ["1", "0", "2"])
  }

  @Test("JS-18: fingerprints of the session hold for sections without their own; several are kept")
  func fingerprints() throws {
    let line = try #require(OfferText.transport.split(separator: "\n").first { $0.hasPrefix("a=fingerprint") })
    let transport = OfferText.transport.replacing("\(line)\n", with: "")
    let second = "a=fingerprint:sha-512 " + Array(repeating: "AB", count: 64).joined(separator: ":")
    var session = makeSession()
    _ = try session.answer(
      OfferText(OfferText.audio(transport: transport), session: "\(line)\n\(second)\n").text)
    #expect(session.negotiated.transports[0].remoteFingerprints.map(\.algorithm) == ["sha-256", "sha-512"])
  }

  @Test("JS-25: extensions keep the offer's identifiers, by URI, with the direction turned round")
  func extensions() throws {
    var session = makeSession()
    let answer = try session.answer(
      OfferText(
        OfferText.video(
          """
          a=extmap:9 urn:ietf:params:rtp-hdrext:sdes:mid
          a=extmap:2/recvonly urn:ietf:params:rtp-hdrext:toffset
          a=extmap:3 urn:example:unknown
          a=extmap:15 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time
          a=extmap:20 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id
          a=extmap:4100 urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id

          """)
      ).text)
    #expect(answer.media[0].extensionMappings.map(\.id) == [9, 2])
    #expect(answer.media[0].extensionMappings.map(\.direction) == [nil, .sendonly])
    #expect(!answer.allowsMixedExtensions)
    var mixed = makeSession()
    let offer = OfferText(
      OfferText.video("a=extmap:20 urn:ietf:params:rtp-hdrext:sdes:mid\n"), session: "a=extmap-allow-mixed\n")
    let second = try mixed.answer(offer.text)
    #expect(second.media[0].extensionMappings.map(\.id) == [20])
    #expect(second.allowsMixedExtensions)
    // Later sections use what is known, and never what is taken.
    try session.addTransceiver(.audio)
    let next = try parse(try session.createOffer().sdp)
    let ids = Dictionary(
      next.media[1].extensionMappings.map { ($0.uri, $0.id) }, uniquingKeysWith: { first, _ in first })
    #expect(ids["urn:ietf:params:rtp-hdrext:sdes:mid"] == 9)
    #expect(!ids.values.contains(2) && !ids.values.contains(3))
  }

  @Test("JS-27: sources and FID groups are read")
  func sources() throws {
    var session = makeSession()
    _ = try session.answer(
      OfferText(
        OfferText.video(
          "a=ssrc-group:FID 1000 2000\na=ssrc:1000 cname:x\na=ssrc:2000 cname:x\na=ssrc:1000 msid:s t\n")
      ).text)
    #expect(
      session.negotiated.media[0].remoteSources == [
        RemoteSource(ssrc: SSRC(rawValue: 1_000), cname: "x", retransmissionSSRC: SSRC(rawValue: 2_000))
      ])
    #expect(session.transceivers[0].receiver.streamIDs == ["s"])
    #expect(session.transceivers[0].receiver.trackID == "t")
  }

  @Test("JS-36: a Plan B offer is answered with one track for each section")
  func planB() throws {
    var session = makeSession()
    let lines = (1...3).map { "a=ssrc:\($0)00 cname:x\na=ssrc:\($0)00 msid:stream\($0) track\($0)\n" }.joined()
    let answer = try session.answer(
      OfferText(
        OfferText.audio(lines, mid: "audio"), OfferText.video(lines, mid: "video"),
        session: "a=group:BUNDLE audio video\na=msid-semantic: WMS stream1 stream2 stream3\n"
      ).text)
    #expect(answer.media.map(\.mid) == ["audio", "video"])
    #expect(session.transceivers.map(\.receiver.streamIDs) == [["stream1"], ["stream1"]])
    #expect(session.negotiated.media.map(\.remoteSources.count) == [3, 3])
  }

  @Test("JS-21: msid \"-\" is no stream; a peer that knows streams and names none has none")
  func noStream() throws {
    var session = makeSession()
    _ = try session.answer(
      OfferText(OfferText.audio("a=msid:- track\n"), OfferText.video(), session: "a=msid-semantic: WMS *\n").text)
    #expect(session.transceivers.map(\.receiver.streamIDs) == [[], []])
  }

  @Test("JS-24: an offer with port 0 gives no transceiver; bundle-only sections are not rejected")
  func rejected() throws {
    var session = makeSession()
    let bundleOnly = OfferText.video("a=bundle-only\n").replacing("m=video 9", with: "m=video 0")
    let rejected = OfferText.video(mid: "2").replacing("m=video 9", with: "m=video 0")
    let answer = try session.answer(
      OfferText(OfferText.audio(), bundleOnly, rejected, session: "a=group:BUNDLE 0 1\n").text)
    #expect(answer.media.map { $0.port == 0 } == [false, false, true])
    #expect(session.transceivers.count == 2)
    #expect(session.negotiated.transports.count == 1)
    // Without the group there is no transport for it.
    var second = makeSession()
    #expect(
      try second.answer(OfferText(OfferText.audio(), bundleOnly).text).media.map { $0.port == 0 } == [false, true])
  }

  @Test("JS-03: later descriptions keep the number, kinds and mids of the sections")
  func order() throws {
    var session = makeSession()
    _ = try session.answer(OfferText(OfferText.audio(), OfferText.video()).text)
    for offer in [
      OfferText(OfferText.audio()), OfferText(OfferText.video(), OfferText.audio()),
      OfferText(OfferText.audio(), OfferText.video(mid: "5")), OfferText(OfferText.audio(), OfferText.audio(mid: "1")),
    ] {
      let before = session.negotiated
      #expect(errorName { _ = try session.setRemoteDescription(.offer, sdp: offer.text) } == "InvalidAccessError")
      #expect(session.signalingState == .stable)
      #expect(session.negotiated == before)
    }
  }

  @Test("JS-04: answers have the sections of the offer")
  func answerShape() throws {
    var session = makeSession()
    try session.addTransceiver(.audio)
    try session.addTransceiver(.video)
    _ = try session.setLocalDescription()
    let answer = OfferText(OfferText.audio()).text.replacing("actpass", with: "active")
    #expect(errorName { _ = try session.setRemoteDescription(.answer, sdp: answer) } == "InvalidAccessError")
    let foreign = OfferText(OfferText.audio(), OfferText.video().replacing("VP8", with: "AV1")).text
      .replacing("actpass", with: "active")
    #expect(errorName { _ = try session.setRemoteDescription(.answer, sdp: foreign) } == "InvalidAccessError")
    #expect(session.signalingState == .haveLocalOffer)
  }

  @Test("JS-29: data sections have defaults, and the older form is read")
  func data() throws {
    for (lines, port, size) in [
      ("a=sctp-port:6000\n", 6_000, UInt64(65_536)), ("a=sctp-port:5000\na=max-message-size:0\n", 5_000, nil),
      ("a=sctp-port:5000\na=max-message-size:1073741823\n", 5_000, 1_073_741_823),
    ] as [(String, UInt16, UInt64?)] {
      var session = makeSession { $0.supportsDataChannels = true }
      let offer = OfferText(
        "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\n\(OfferText.transport)a=mid:d\n\(lines)")
      let answer = try session.answer(offer.text)
      #expect(answer.media[0].sctpPort == 5_000)
      #expect(session.negotiated.data?.remotePort == port)
      #expect(session.negotiated.data?.maximumMessageSize == size)
    }
    var session = makeSession { $0.supportsDataChannels = true }
    let old = OfferText(
      "m=application 9 DTLS/SCTP 5001\n\(OfferText.transport)a=mid:d\na=sctpmap:5001 webrtc-datachannel 1024\n")
    let answer = try session.answer(old.text)
    #expect(answer.media[0].transportProtocol == "DTLS/SCTP")
    #expect(answer.media[0].formats == ["5000"])
    #expect(answer.media[0].attributes.contains(.sctpMap("5000 webrtc-datachannel 65535")))
    #expect(answer.media[0].sctpPort == nil)
    #expect(session.negotiated.data?.remotePort == 5_001)
    #expect(session.negotiated.data?.localPort == 5_000)
    // Who writes the older form is offered it too.
    try session.addTransceiver(.audio)
    let offer = try parse(try session.createOffer().sdp)
    #expect(offer.media[0].transportProtocol == "DTLS/SCTP")
    #expect(offer.media[0].formats == ["5000"])
  }

  @Test("JS-30: the peer's bandwidth limit is passed on")
  func bandwidth() throws {
    var session = makeSession()
    let offer = OfferText(OfferText.video()).text.replacing(
      "c=IN IP4 0.0.0.0\n", with: "c=IN IP4 0.0.0.0\nb=TIAS:500000\n")
    _ = try session.answer(offer)
    #expect(session.negotiated.media[0].maximumBitrate == .kilobitsPerSecond(500))
  }

  @Test("JS-35: cut and altered descriptions are refused or answered, and never trap")
  func mutations() throws {
    let offer = OfferText(
      OfferText.audio("a=ssrc:1 cname:x\n"), OfferText.video("a=simulcast:send a;b\na=rid:a send\na=rid:b send\n"),
      session: "a=group:BUNDLE 0 1\n"
    ).text
    let bytes = Array(offer.utf8)
    var generator = RandomSource.seeded(35)
    for round in 0..<1_500 {
      var altered = bytes
      if round % 2 == 0 { altered.removeLast(Int.random(in: 0..<altered.count, using: &generator)) }
      for _ in 0..<Int.random(in: 0..<6, using: &generator) where !altered.isEmpty {
        let index = Int.random(in: 0..<altered.count, using: &generator)
        altered[index] = bytes[Int.random(in: 0..<bytes.count, using: &generator)]
      }
      var session = makeSession()
      guard (try? session.setRemoteDescription(.offer, sdp: String(decoding: altered, as: UTF8.self))) != nil else {
        #expect(session.signalingState == .stable)
        continue
      }
      _ = try session.setLocalDescription()
      #expect(try parse(session.currentLocalDescription?.sdp).media.count == session.sections.count)
    }
  }
}
