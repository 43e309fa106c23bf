import RTCBase
import RTCSDP
import RTCSecurity
import Testing

struct AttributeTests {
  private static let vp8 = PayloadType(truncating: 96)
  private static let digest = [UInt8](1...32)
  private static let digestText = CertificateFingerprint(algorithm: "sha-256", digest: digest).text

  static let attributes: [(String, Attribute)] = [
    ("group:BUNDLE 0 1", .group(semantics: "BUNDLE", mids: ["0", "1"])),
    ("group:BUNDLE", .group(semantics: "BUNDLE", mids: [])),
    ("mid:audio-1", .mid("audio-1")),
    ("msid:stream track", .msid(streamID: "stream", trackID: "track")),
    ("msid:- track", .msid(streamID: "-", trackID: "track")),
    ("msid:stream", .msid(streamID: "stream", trackID: nil)),
    ("msid-semantic: WMS a b", .msidSemantic(semantic: "WMS", streamIDs: ["a", "b"])),
    ("ice-ufrag:8hhY", .iceUfrag("8hhY")),
    ("ice-pwd:asd88fgpdd777uzjYhagZg", .icePassword("asd88fgpdd777uzjYhagZg")),
    ("ice-options:trickle ice2", .iceOptions(["trickle", "ice2"])),
    ("ice-lite", .iceLite),
    ("end-of-candidates", .endOfCandidates),
    ("fingerprint:sha-256 \(digestText)", .fingerprint(CertificateFingerprint(algorithm: "sha-256", digest: digest))),
    ("setup:actpass", .setup(.actpass)),
    ("setup:holdconn", .setup(.holdconn)),
    ("tls-id:91bbf309c0990a6bec11e38ba2933cee", .tlsID("91bbf309c0990a6bec11e38ba2933cee")),
    ("rtcp:9 IN IP4 0.0.0.0", .rtcp("9 IN IP4 0.0.0.0")),
    ("rtcp-mux", .rtcpMux),
    ("rtcp-mux-only", .rtcpMuxOnly),
    ("rtcp-rsize", .rtcpReducedSize),
    ("inactive", .direction(.inactive)),
    ("rtpmap:96 VP8/90000", .rtpmap(RTPMap(payloadType: vp8, encodingName: "VP8", clockRate: 90_000))),
    ("rtpmap:96 L16/44100/2", .rtpmap(RTPMap(payloadType: vp8, encodingName: "L16", clockRate: 44_100, channels: 2))),
    ("fmtp:97 apt=96", .fmtp(FormatParameters(format: "97", text: "apt=96"))),
    ("rtcp-fb:* ccm fir", .rtcpFeedback(RTCPFeedbackAttribute(payloadType: nil, type: "ccm", parameter: "fir"))),
    ("rtcp-fb:96 nack", .rtcpFeedback(RTCPFeedbackAttribute(payloadType: vp8, type: "nack"))),
    ("extmap:4 urn:x", .extmap(ExtensionMapping(id: 4, uri: "urn:x"))),
    (
      "extmap:4096/sendonly urn:x a b",
      .extmap(ExtensionMapping(id: 4096, direction: .sendonly, uri: "urn:x", attributes: "a b"))
    ),
    ("extmap-allow-mixed", .extmapAllowMixed),
    ("ssrc:4294967295 cname:a b", .ssrc(SSRCAttribute(ssrc: SSRC(rawValue: .max), attribute: "cname", value: "a b"))),
    ("ssrc:1 flag", .ssrc(SSRCAttribute(ssrc: SSRC(rawValue: 1), attribute: "flag"))),
    ("ssrc-group:FID 1 2", .ssrcGroup(semantics: "FID", ssrcs: [SSRC(rawValue: 1), SSRC(rawValue: 2)])),
    ("rid:hi send", .rid(RIDAttribute(id: "hi", direction: .send))),
    (
      "rid:1 recv pt=96,97;max-width=1280;depend",
      .rid(
        RIDAttribute(
          id: "1", direction: .recv,
          parameters: [.init("pt", "96,97"), .init("max-width", "1280"), .init("depend")]))
    ),
    (
      "simulcast:send 1,~4;2 recv c",
      .simulcast(
        SimulcastAttribute(
          send: [.init(alternatives: [.init(rid: "1"), .init(rid: "4", isPaused: true)]), .init(rid: "2")],
          receive: [.init(rid: "c")]))
    ),
    (
      "simulcast:recv a;b send ~c",
      .simulcast(
        SimulcastAttribute(
          send: [.init(rid: "c", isPaused: true)], receive: [.init(rid: "a"), .init(rid: "b")], listsReceiveFirst: true)
      )
    ),
    ("simulcast:recv a", .simulcast(SimulcastAttribute(receive: [.init(rid: "a")]))),
    ("sctp-port:5000", .sctpPort(5000)),
    ("sctpmap:5000 webrtc-datachannel 1024", .sctpMap("5000 webrtc-datachannel 1024")),
    ("max-message-size:0", .maxMessageSize(0)),
    ("bundle-only", .bundleOnly),
    ("ptime:20", .packetTime(20)),
    ("maxptime:60", .maximumPacketTime(60)),
    ("crypto:1 AES inline:x", .crypto("1 AES inline:x")),
    ("content:main", .other(name: "content", value: "main")),
    ("unknown", .other(name: "unknown", value: nil)),
    ("unknown:", .other(name: "unknown", value: "")),
  ]

  @Test("JS-21…JS-29: an attribute is read by type and written as it was", arguments: attributes)
  func reading(text: String, attribute: Attribute) throws {
    #expect(try SDPText.attribute(text) == attribute)
    #expect(attribute.text == text)
  }

  @Test(
    "JS-33: what a connection can do without is kept as it was read when it is unusual",
    arguments: [
      "ptime:20.5", "ptime:020", "maxptime:x", "msid-semantic:WMS *", "rid:a", "rid:a sideways", "rid:a! send",
      "rid:a send pt=1;;x", "simulcast: send rid=1;2", "simulcast:send", "simulcast:send 1;;2", "simulcast:send 1,",
      "simulcast:send ~", "simulcast:send 1 send 2", "simulcast:send  1", "rtcp-mux:x", "sendrecv:x", "fmtp:96",
      "rid:a send \(String(repeating: "x;", count: 64))x", "simulcast:send \(String(repeating: "1;", count: 64))1",
      "rtcp:", "msid:é t", "msid:s e\u{301}", "msid:\(String(repeating: "x", count: 257))",
      " candidate:1 1 udp 1 h 1 typ host", "candidate :1 1 udp 1 h 1 typ host",
    ])
  func keptAsOther(text: String) throws {
    let attribute = try SDPText.attribute(text)
    guard case .other = attribute else {
      Issue.record("\(text) became \(String(describing: attribute))")
      return
    }
    #expect(attribute?.text == text)
  }

  @Test(
    "JS-14: what a connection depends on is refused when it is malformed",
    arguments: [
      "mid", "mid:", "mid:a b", "msid:a b c", "group:", "ice-ufrag:abc", "ice-pwd:tooshort",
      "ice-pwd:0123456789012345678901 x",
      "fingerprint:sha-256", "fingerprint:sha-256 1:2", "fingerprint:sha-256 AA:BB", "fingerprint:sha-256 GG:00",
      "setup:maybe", "rtpmap:96", "rtpmap:96 VP8", "rtpmap:96 VP8/0", "rtpmap:96 VP8/x", "rtpmap:128 VP8/90000",
      "rtpmap:96 opus/48000/0", "rtpmap:-1 VP8/90000", "rtpmap:96 VP8/99999999999", "rtcp-fb:200 nack", "rtcp-fb:96",
      "extmap:0 urn:x", "extmap:300 urn:x", "extmap:1/up urn:x", "extmap:1", "ssrc:x cname:a",
      "ssrc:4294967296 cname:a",
      "ssrc:1", "ssrc-group:FID 1 x", "sctp-port:65536", "sctp-port:", "max-message-size:-1", "candidate:1 1 udp",
      "tls-id:", "tls-id:é", "mid:é", "group:BUNDLE é",
      "ice-ufrag:äöüß",
      "ice-pwd:012345678901234567890é", "rtpmap:96 Ö/90000", "ssrc:1 é:1", "fingerprint:é AA",
      "candidate:é 1 udp 1 h 1 typ host",
    ])
  func refused(text: String) throws {
    let error = try #require(throws: SDPError.self) { try SDPText.attribute(text) }
    #expect(error.lineNumber == 6)
    #expect(error.line == "a=" + text)
    #expect(!error.reason.isEmpty)
  }

  @Test("JS-18: fingerprints of all usual hashes, in either case, and with a lost space")
  func fingerprints() throws {
    for (algorithm, size) in [("sha-1", 20), ("sha-256", 32), ("sha-384", 48), ("sha-512", 64)] {
      let fingerprint = CertificateFingerprint(algorithm: algorithm, digest: [UInt8](repeating: 0xAB, count: size))
      for text in [
        "\(algorithm) \(fingerprint.text)", "\(algorithm.uppercased()) \(fingerprint.text.lowercased())",
        "\(algorithm)\(fingerprint.text)", "\(algorithm)  \(fingerprint.text) ",
      ] {
        #expect(try SDPText.attribute("fingerprint:" + text) == .fingerprint(fingerprint), "\(text)")
      }
    }
  }

  @Test("JS-23: format parameters are looked up without regard to case and spaces")
  func formatParameters() throws {
    let parameters = FormatParameters(
      format: "102", text: "Level-Asymmetry-Allowed=1; packetization-mode=1 ;profile-level-id=42e01f;flag;a=b=c;;")
    #expect(parameters["level-asymmetry-allowed"] == "1")
    #expect(parameters["packetization-mode"] == "1")
    #expect(parameters["flag"] == "")
    #expect(parameters["a"] == "b=c")
    #expect(parameters["absent"] == nil)
    #expect(parameters.parameters.count == 5)
    #expect(FormatParameters(format: "101", text: "0-15").parameters == [.init("0-15")])
    #expect(
      FormatParameters(format: "111", parameters: [.init("minptime", "10"), .init("useinbandfec", "1")]).text
        == "minptime=10;useinbandfec=1")
  }

  @Test("JS-28: the payload types of a rid are read")
  func ridPayloadTypes() throws {
    guard case .rid(let rid) = try SDPText.attribute("rid:1 send max-fps=30;pt=96,97,300") else {
      Issue.record("not a rid")
      return
    }
    #expect(rid.payloadTypes.map(\.rawValue) == [96, 97])
    #expect(rid["max-fps"] == "30")
  }

  @Test("JS-30: TIAS limits in bits, AS in kilobits with its overhead taken off")
  func bitrates() {
    func media(_ bandwidths: [Bandwidth]) -> MediaDescription {
      MediaDescription(kind: .video, transportProtocol: "UDP/TLS/RTP/SAVPF", formats: ["96"], bandwidths: bandwidths)
    }
    #expect(media([]).maximumBitrate == nil)
    #expect(media([.init(type: "TIAS", value: 64_000)]).maximumBitrate?.bitsPerSecond == 64_000)
    #expect(media([.init(type: "AS", value: 1_000)]).maximumBitrate?.bitsPerSecond == 934_000)
    #expect(
      media([.init(type: "AS", value: 1), .init(type: "TIAS", value: 5)]).maximumBitrate?.bitsPerSecond == 5)
    #expect(media([.init(type: "AS", value: .max)]).maximumBitrate?.bitsPerSecond ?? 0 > 0)
  }

  @Test("JS-05: directions intersect and reverse")
  func directions() {
    #expect(MediaDirection.sendonly.reversed == .recvonly)
    #expect(MediaDirection.sendrecv.intersection(.recvonly) == .recvonly)
    #expect(MediaDirection.sendonly.intersection(.recvonly) == .inactive)
  }
}
