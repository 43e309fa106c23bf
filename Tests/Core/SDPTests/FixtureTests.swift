import RTCBase
import RTCSDP
import RTCSecurity
import Testing

struct FixtureTests {
  private func fixture(_ name: String) throws -> SessionDescription {
    try SessionDescription(parsing: SDPFiles.text("\(name).sdp", in: SDPFiles.fixtures))
  }

  @Test("JS-01: what browsers send is written byte for byte as it was read")
  func exactRoundTrip() throws {
    let names = SDPFiles.names(in: SDPFiles.fixtures)
    #expect(names.count == 9)
    for name in names where !name.hasPrefix("minimal") {
      let text = try SDPFiles.text(name, in: SDPFiles.fixtures)
      #expect(try SessionDescription(parsing: text).text == text, "\(name)")
    }
  }

  @Test("JS-20: Chromium's offer of audio, video and data is understood in every part")
  func chromium() throws {
    let offer = try fixture("chromium-audio-video-data.offer")
    #expect(offer.origin.sessionVersion == 2)
    #expect(offer.bundleGroups == [["0", "1", "2"]])
    #expect(offer.allowsMixedExtensions && !offer.isICELite)
    #expect(offer.media.map(\.kind) == [.audio, .video, .application])
    #expect(offer.media.map(\.mid) == ["0", "1", "2"])
    #expect(offer.mediaIndex(mid: "1") == 1)

    let audio = offer.media[0]
    #expect(audio.transportProtocol == "UDP/TLS/RTP/SAVPF")
    #expect(audio.payloadTypes.first?.rawValue == 111)
    #expect(audio.rtpmaps.first?.encodingName == "opus")
    #expect(audio.rtpmaps.first?.channels == 2)
    let opus = try #require(PayloadType(rawValue: 111))
    #expect(audio.formatParameters(opus)?["useinbandfec"] == "1")
    #expect(audio.rtcpFeedback(opus).map(\.type) == ["transport-cc"])
    #expect(audio.msids.count == 1)
    #expect(offer.direction(for: audio) == .sendrecv)
    #expect(offer.setup(for: audio) == .actpass)
    #expect(offer.iceOptions(for: audio) == ["trickle"])
    #expect(offer.fingerprints(for: audio).first?.digest.count == 32)
    #expect(audio.hasRTCPMux && audio.hasReducedSizeRTCP && !audio.hasCrypto)
    #expect(audio.candidates.first?.kind == .host)
    #expect(audio.candidates.first?[extension: "network-cost"] == "50")

    let video = offer.media[1]
    let vp8 = try #require(PayloadType(rawValue: 96))
    let feedback = video.rtcpFeedback(vp8).map { $0.parameter == nil ? $0.type : $0.type + " " + ($0.parameter ?? "") }
    #expect(feedback == ["goog-remb", "transport-cc", "ccm fir", "nack", "nack pli"])
    #expect(video.extensionMappings.contains { $0.uri == "urn:ietf:params:rtp-hdrext:sdes:mid" })

    let data = offer.media[2]
    #expect(data.formats == ["webrtc-datachannel"])
    #expect(data.sctpPort == 5000)
    #expect(data.maxMessageSize == 262_144)
  }

  @Test("JS-18: Firefox's fingerprint and options of the session hold for its sections")
  func firefox() throws {
    let offer = try fixture("firefox-audio-video-data.offer")
    #expect(offer.media.count == 3)
    for media in offer.media {
      #expect(media.attributes.fingerprints.isEmpty)
      #expect(offer.fingerprints(for: media).map(\.algorithm) == ["sha-256"])
      #expect(offer.iceOptions(for: media) == ["trickle"])
      #expect(media.hasEndOfCandidates)
      #expect(media.candidates.contains { $0.tcpType == "active" })
    }
    #expect(offer.media[0].candidates.contains { $0.component == 2 })
    #expect(offer.media[0].extensionMappings.contains { $0.id == 2 && $0.direction == .recvonly })
    let ssrc = try #require(offer.media[0].ssrcAttributes.first)
    #expect(ssrc.attribute == "cname" && ssrc.value?.hasPrefix("{") == true)
  }

  @Test("JS-28: simulcast layers of both browsers are read", arguments: ["chromium", "firefox"])
  func simulcast(browser: String) throws {
    let video = try fixture("\(browser)-simulcast.offer").media[0]
    #expect(video.rids.map(\.id).sorted() == ["f", "h", "q"])
    #expect(video.rids.allSatisfy { $0.direction == .send })
    #expect(video.simulcast?.send.map { $0.alternatives.map(\.rid) } == [["q"], ["h"], ["f"]])
    #expect(video.simulcast?.receive == [])
    if browser == "firefox" {
      #expect(video.ssrcGroups.map(\.semantics) == ["FID", "FID", "FID"])
      #expect(video.ssrcs.count == 6)
    }
  }

  @Test("JS-24: a stopped section keeps its place with port 0")
  func stopped() throws {
    let offer = try fixture("firefox-stopped-ice-restart.offer")
    #expect(offer.media[0].port == 0)
    #expect(offer.direction(for: offer.media[0]) == .inactive)
    #expect(offer.media[1].port != 0)
  }

  @Test("JS-36: an offer with several sources in a section is read with all of them")
  func planB() throws {
    let video = try fixture("plan-b.offer").media[1]
    #expect(video.ssrcs.map(\.rawValue) == [2001, 2002, 2003, 2004])
    #expect(video.ssrcGroups.map { $0.ssrcs.map(\.rawValue) } == [[2001, 2002], [2003, 2004]])
    #expect(video.ssrcAttributes.first { $0.attribute == "msid" }?.value == "streamA videoA")
    #expect(video.msids.isEmpty)
  }

  @Test("JS-15: what a description may lack is absent, not refused")
  func minimal() throws {
    let offer = try fixture("minimal-line-feeds.offer")
    let audio = offer.media[0]
    #expect(audio.mid == nil && audio.msids.isEmpty && audio.ssrcs.isEmpty && audio.extensionMappings.isEmpty)
    #expect(audio.rtcpFeedback.isEmpty && offer.iceOptions(for: audio).isEmpty && offer.bundleGroups.isEmpty)
    #expect(audio.maxMessageSize == nil && audio.direction == nil)
    #expect(offer.direction(for: audio) == .sendrecv)
    #expect(audio.candidates.count == 1)
    #expect(offer.fingerprints(for: audio).first?.text.hasPrefix("4A:AD") == true)
    #expect(try SessionDescription(parsing: offer.text) == offer)
  }

  @Test("JS-33, JS-37: packet times and SDES keys are seen, attributes without meaning here are kept")
  func sdes() throws {
    let offer = try fixture("sdes-and-rejected.offer")
    #expect(offer.media[0].hasCrypto)
    #expect(offer.media[0].packetTime == 20 && offer.media[0].maximumPacketTime == 60)
    #expect(offer.media[1].attributes.contains(.other(name: "content", value: "main")))
    #expect(
      offer.media[1].attributes.contains(
        .other(name: "imageattr", value: "97 send [x=640,y=480] recv [x=320,y=240]")))
  }
}
