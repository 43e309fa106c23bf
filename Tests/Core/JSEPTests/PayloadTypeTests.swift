import RTCBase
import RTCSDP
import Testing
import WebRTCTypes

@testable import RTCJSEP

@Suite("Payload types and codecs")
struct PayloadTypeTests {
  @Test("JS-22: 64 to 95 are never used, the dynamic ranges are used up, then there is no more")
  func ranges() throws {
    var registry = PayloadTypeRegistry()
    var given: Set<UInt8> = []
    for number in 0..<200 {
      let codec = PayloadTypeRegistry.Codec(
        CodecCapability(kind: .video, name: "codec\(number)", clockRate: 90_000))
      guard let payloadType = registry.payloadType(for: codec, preferred: PayloadType(rawValue: 70)) else { continue }
      given.insert(payloadType.rawValue)
      #expect(registry.payloadType(for: codec, preferred: nil) == payloadType)
    }
    #expect(given == Set(96...127).union(35...63))
  }

  @Test("JS-22: what the peer called a codec is what it is called in later sections; its numbers are not reused")
  func learning() throws {
    var registry = PayloadTypeRegistry()
    let vp8 = PayloadTypeRegistry.Codec(.vp8)
    let vp9 = PayloadTypeRegistry.Codec(CodecCapability(kind: .video, name: "VP9", clockRate: 90_000))
    registry.learn(try #require(PayloadType(rawValue: 96)), vp9)
    registry.learn(try #require(PayloadType(rawValue: 120)), vp8)
    #expect(registry.payloadType(for: vp8, preferred: PayloadType(rawValue: 96))?.rawValue == 120)
    let opus = PayloadTypeRegistry.Codec(.opus())
    #expect(registry.payloadType(for: opus, preferred: PayloadType(rawValue: 96))?.rawValue == 97)
  }

  @Test("JS-22: the offer's payload types are used in the answer, and in our next offer")
  func answerUsesOffered() throws {
    var session = makeSession()
    let answer = try session.answer(OfferText(OfferText.audio(), OfferText.video()).text)
    #expect(answer.media.map(\.formats) == [["111"], ["100", "101"]])
    let video = try #require(session.negotiated.media.last)
    #expect(video.sendCodecs.map(\.payloadType.rawValue) == [100])
    #expect(video.sendCodecs.first?.retransmissionPayloadType?.rawValue == 101)
    #expect(video.receiveCodecs.first?.retransmissionPayloadType?.rawValue == 101)
    try session.addTransceiver(.video)
    let offer = try parse(try session.createOffer().sdp)
    #expect(offer.media[1].formats == ["100", "101"])
    #expect(offer.media[2].formats == ["100", "101"])
  }

  @Test("JS-22: sending follows the peer's numbers, receiving ours")
  func asymmetric() throws {
    var session = makeSession()
    try session.addTransceiver(.video)
    _ = try session.setLocalDescription()
    let answer = OfferText(
      OfferText.video("a=sendrecv\na=rtcp-fb:* nack\na=rtcp-fb:100 nack pli\n", mid: "0"), session: "a=group:BUNDLE 0\n"
    ).text.replacing("actpass", with: "active")
    _ = try session.setRemoteDescription(.answer, sdp: answer)
    let media = try #require(session.negotiated.media.first)
    #expect(media.sendCodecs.map(\.payloadType.rawValue) == [100])
    #expect(media.sendCodecs.first?.retransmissionPayloadType?.rawValue == 101)
    #expect(media.receiveCodecs.map(\.payloadType.rawValue) == [96])
    #expect(media.receiveCodecs.first?.retransmissionPayloadType?.rawValue == 97)
    // JS-26: the wildcard counts for every payload type.
    #expect(Set(media.sendCodecs[0].feedback) == [.nack, .pictureLossIndication])
  }

  @Test("JS-22: a codec offered in 64 to 95 is not taken; static ones need no rtpmap")
  func unusable() throws {
    var session = makeSession()
    let offer = OfferText(OfferText.audio()).text
      .replacing("SAVPF 111", with: "SAVPF 72 8 0").replacing("rtpmap:111", with: "rtpmap:72")
    let answer = try session.answer(offer)
    #expect(answer.media[0].formats == ["8", "0"])
    #expect(session.negotiated.media[0].sendCodecs.map(\.name) == ["PCMA", "PCMU"])
  }

  private func codec(_ name: String, _ fmtp: String? = nil, clockRate: UInt32 = 90_000, channels: Int? = nil)
    -> CodecDescription
  {
    CodecDescription(
      payloadType: PayloadType(truncating: 100), name: name, clockRate: clockRate, channels: channels,
      parameters: fmtp.map { FormatParameters(format: "100", text: $0) }, feedback: [])
  }

  @Test("JS-23: codecs match by name, clock rate, channels, and the parameters that make them incompatible")
  func matching() {
    #expect(CodecCapability.vp8.matches(codec("vp8")))
    #expect(CodecCapability.vp8.matches(codec("VP8", "max-fs=12288;max-fr=60")))
    #expect(!CodecCapability.vp8.matches(codec("VP8", clockRate: 48_000)))
    #expect(!CodecCapability.vp8.matches(codec("VP9")))
    #expect(CodecCapability.opus().matches(codec("OPUS", clockRate: 48_000, channels: 2)))
    #expect(!CodecCapability.opus().matches(codec("opus", clockRate: 48_000)))
    #expect(CodecCapability.pcmu.matches(codec("PCMU", clockRate: 8_000, channels: 1)))

    let vp9 = CodecCapability(kind: .video, name: "VP9", clockRate: 90_000)
    #expect(vp9.matches(codec("VP9")))
    #expect(vp9.matches(codec("VP9", "profile-id=0")))
    #expect(!vp9.matches(codec("VP9", "profile-id=2")))

    let h264 = CodecCapability(
      kind: .video, name: "H264", clockRate: 90_000,
      parameters: [.init("packetization-mode", "1"), .init("profile-level-id", "42e01f")])
    #expect(h264.matches(codec("H264", "packetization-mode=1;profile-level-id=42e034")))
    #expect(h264.matches(codec("H264", "packetization-mode=1;profile-level-id=42c00b")))
    #expect(h264.matches(codec("H264", "packetization-mode=1;profile-level-id=4de01f")))
    #expect(!h264.matches(codec("H264", "packetization-mode=0;profile-level-id=42e01f")))
    #expect(!h264.matches(codec("H264", "profile-level-id=42e01f")))
    #expect(!h264.matches(codec("H264", "packetization-mode=1;profile-level-id=42001f")))
    #expect(!h264.matches(codec("H264", "packetization-mode=1;profile-level-id=64001f")))
    #expect(!h264.matches(codec("H264", "packetization-mode=1;profile-level-id=xyz")))
  }

  @Test("SE-15: capabilities list the codecs, rtx once, and the header extensions")
  func capabilities() {
    let configuration = makeSession().configuration
    let video = configuration.capabilities(.video)
    #expect(video.codecs.map(\.mimeType) == ["video/VP8", "video/rtx"])
    #expect(video.codecs.allSatisfy { $0.channels == nil })
    let audio = configuration.capabilities(.audio)
    #expect(audio.codecs.map(\.mimeType) == ["audio/opus", "audio/PCMU", "audio/PCMA"])
    #expect(audio.codecs.first?.channels == 2)
    #expect(audio.codecs.first?.sdpFmtpLine == "minptime=10;useinbandfec=1")
    #expect(audio.headerExtensions.contains { $0.uri == HeaderExtensionCapability.mid.uri })
  }
}
