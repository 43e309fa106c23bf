import RTCBase
import RTCSDP
import Testing
import WebRTCTypes

@testable import RTCJSEP

@Suite("Hostile descriptions")
struct HostileDescriptionTests {
  @Test("JS-35: feedback for all formats at once is kept as far as we know it, once a format")
  func feedback() throws {
    let formats = (0..<128).map { "\($0)" }.joined(separator: " ")
    let maps = (0..<128).map { "a=rtpmap:\($0) VP8/90000\n" }.joined()
    let noise = (0..<800).map { "a=rtcp-fb:* X-\($0) \(String(repeating: "É", count: 500))\n" }.joined()
    let known = "a=rtcp-fb:* NACK\na=rtcp-fb:100 nack\na=rtcp-fb:100 nack pli\n"
    let offer = OfferText(
      "m=video 9 UDP/TLS/RTP/SAVPF \(formats)\n\(OfferText.transport)a=mid:0\n\(maps)\(noise)\(known)")
    #expect(offer.text.utf8.count > 800_000)
    var session = makeSession()
    _ = try session.setRemoteDescription(.offer, sdp: offer.text)
    let codecs = try #require(session.pendingRemote).sections[0].codecs
    #expect(codecs.count == 128)
    for codec in codecs {
      #expect(codec.feedback == (codec.payloadType.rawValue == 100 ? [.nack, .pictureLossIndication] : [.nack]))
    }
    _ = try session.setLocalDescription()
    let first = try #require(session.negotiated.media[0].sendCodecs.first { $0.payloadType.rawValue == 100 })
    #expect(first.feedback == [.nack, .pictureLossIndication])
  }

  @Test("JS-35: what the session says of header extensions is kept for each section as far as we know it")
  func extensions() throws {
    let noise = (0..<900).map { "a=extmap:\($0 % 14 + 1) urn:x:\($0)\n" }.joined()
    let known = (20..<120).map { "a=extmap:\($0) \(HeaderExtensionCapability.mid.uri)\n" }.joined()
    let sections = (0..<200).map { OfferText.audio("a=extmap:3 urn:own\n", mid: "\($0)") }.joined()
    var session = makeSession()
    _ = try session.setRemoteDescription(.offer, sdp: OfferText(sections, session: noise + known).text)
    let read = try #require(session.pendingRemote).sections
    #expect(read.count == 200)
    for section in read { #expect(section.extensions.count == RemoteDescriptionReader.maximumExtensions) }
    // Identifiers that the peer gave a meaning are not ours to give, whether or not we know what they mean.
    #expect(session.extensions.id(for: "urn:ours", preferred: 3) == nil)
  }

  @Test("JS-35: streams and sources of a section are bounded")
  func streamsAndSources() throws {
    let msids = (0..<400).map { "a=msid:stream-\($0) track\n" }.joined()
    let group = "a=ssrc-group:SIM \((1...6_000).map { "\($0)" }.joined(separator: " "))\n"
    var session = makeSession()
    let offer = OfferText(OfferText.audio(msids + group + "a=ssrc:7 cname:first\n"))
    let events = try session.setRemoteDescription(.offer, sdp: offer.text)
    _ = try session.setLocalDescription()
    let media = session.negotiated.media[0]
    #expect(media.remoteStreamIDs == (0..<RemoteDescriptionReader.maximumStreams).map { "stream-\($0)" })
    #expect(events.count { if case .trackAddedToStream = $0 { true } else { false } } == media.remoteStreamIDs.count)
    #expect(media.remoteSources.count == RemoteDescriptionReader.maximumSources)
    #expect(media.remoteSources.first == RemoteSource(ssrc: SSRC(rawValue: 7), cname: "first"))
  }

  @Test(
    "JS-21: streams with names that are no names are as none",
    arguments: ["é", "e\u{301}", String(repeating: "x", count: 257)])
  func streamNames(name: String) throws {
    for line in [
      "a=msid:\(name) track\n", "a=msid:stream \(name)\n", "a=ssrc:1 msid:\(name) t\n", "a=ssrc:1 msid:s \(name)\n",
    ] {
      var session = makeSession()
      _ = try session.setRemoteDescription(.offer, sdp: OfferText(OfferText.audio(line)).text)
      let receiver = session.transceivers[0].receiver
      #expect(receiver.streamIDs == [session.defaultStreamID], "\(line)")
      #expect(receiver.trackID != name && receiver.trackID != "t" && receiver.trackID != "track", "\(line)")
    }
  }
}
