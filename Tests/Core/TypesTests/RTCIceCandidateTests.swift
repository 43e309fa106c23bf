import RTCSDP
import Testing
import WebRTCTypes

struct RTCIceCandidateTests {
  private static let text =
    "candidate:842163049 1 udp 1677729535 198.51.100.7 40000 typ srflx raddr 192.168.0.2 rport 50000 generation 0 ufrag AbCd"

  @Test("TP-04: all fields of a candidate are read")
  func fields() throws {
    let candidate = try RTCIceCandidate(RTCIceCandidateInit(candidate: Self.text, sdpMid: "0"))
    #expect(candidate.foundation == "842163049")
    #expect(candidate.component == .rtp)
    #expect(candidate.priority == 1_677_729_535)
    #expect(candidate.address == "198.51.100.7")
    #expect(candidate.protocol == .udp)
    #expect(candidate.port == 40_000)
    #expect(candidate.type == .srflx)
    #expect(candidate.tcpType == nil)
    #expect(candidate.relatedAddress == "192.168.0.2")
    #expect(candidate.relatedPort == 50_000)
    #expect(candidate.usernameFragment == nil)
    #expect(candidate.parsed?.usernameFragment == "AbCd")
  }

  @Test("TP-04: a TCP candidate, and RTCP's component")
  func tcp() throws {
    let candidate = try RTCIceCandidate(
      RTCIceCandidateInit(
        candidate: "candidate:4 2 TCP 2105458942 10.77.0.1 9 typ host tcptype active", sdpMLineIndex: 1,
        usernameFragment: "xY"))
    #expect(candidate.protocol == .tcp)
    #expect(candidate.tcpType == .active)
    #expect(candidate.component == .rtcp)
    #expect(candidate.usernameFragment == "xY")
  }

  @Test(
    "TP-04: what does not parse, or has a value that no attribute can hold, leaves the fields null",
    arguments: [
      "", "<arbitrary string[0] content>;", "candidate:1 1 udp 1 h 1 typ",
      "candidate:1 3 udp 1 192.0.2.1 1 typ host", "candidate:1 1 sctp 1 192.0.2.1 1 typ host",
      "candidate:1 1 udp 1 192.0.2.1 1 typ future", "candidate:1 1 tcp 1 192.0.2.1 1 typ host tcptype lazy",
    ])
  func nullFields(text: String) throws {
    let candidate = try RTCIceCandidate(RTCIceCandidateInit(candidate: text, sdpMid: "0"))
    #expect(candidate.candidate == text)
    #expect(candidate.foundation == nil && candidate.component == nil && candidate.priority == nil)
    #expect(candidate.address == nil && candidate.protocol == nil && candidate.port == nil && candidate.type == nil)
    #expect(candidate.tcpType == nil && candidate.relatedAddress == nil && candidate.relatedPort == nil)
  }

  @Test("TP-04: a candidate that belongs to no section is a TypeError")
  func noSection() {
    let error = #expect(throws: WebRTCError.self) { try RTCIceCandidate(RTCIceCandidateInit(candidate: Self.text)) }
    #expect(error?.name == "TypeError")
    #expect(throws: (any Error).self) { try JSON.value(RTCIceCandidate.self, #"{"candidate":""}"#) }
  }

  @Test("TP-04: JSON has the four members of toJSON, null included")
  func json() throws {
    let candidate = try RTCIceCandidate(RTCIceCandidateInit(candidate: "candidate:x", sdpMid: "0", sdpMLineIndex: 0))
    let text = #"{"candidate":"candidate:x","sdpMLineIndex":0,"sdpMid":"0","usernameFragment":null}"#
    #expect(try JSON.text(candidate) == text)
    #expect(try JSON.text(candidate.toJSON()) == text)
    #expect(try JSON.value(text) == candidate)
    #expect(try JSON.value("{}") == RTCIceCandidateInit())
  }

  @Test("TP-05: a candidate of this endpoint carries its server")
  func local() throws {
    let attribute = try CandidateAttribute(parsing: Self.text)
    let candidate = RTCIceCandidate(
      attribute, sdpMid: "0", sdpMLineIndex: 0, usernameFragment: "AbCd", url: "stun:stun.example.org")
    #expect(candidate.candidate == Self.text)
    #expect(candidate.type == .srflx)
    #expect(candidate.url == "stun:stun.example.org")
  }
}
