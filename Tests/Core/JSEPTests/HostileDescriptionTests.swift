import RTCBase
import RTCSDP
import Testing
import WebRTCTypes

@testable import RTCJSEP

@Suite("Hostile descriptions")
struct HostileDescriptionTests {
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
