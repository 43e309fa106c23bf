import RTCSDP
import Testing

struct CandidateAttributeTests {
  @Test(
    "IC-08: a candidate is written as it was read",
    arguments: [
      "1 1 UDP 2130706431 203.0.113.141 8998 typ host",
      "2 1 UDP 1694498815 192.0.2.3 45664 typ srflx raddr 203.0.113.141 rport 8998",
      "3 1 udp 2122252543 ::1 48310 typ host",
      "3 2 TCP 2105393406 127.0.0.1 9 typ host tcptype active",
      "842163049 1 udp 1677729535 2001:db8::1 40000 typ srflx raddr :: rport 0 generation 0 ufrag Zk1p network-id 1 network-cost 50",
      "1 1 udp 2113937151 3f2b1c7e-7c4f-4a58-9d5e-0a1b2c3d4e5f.local 51472 typ host generation 0",
      "1 1 udp 1 turn.example.org 443 typ relay raddr 0.0.0.0 rport 9",
      "+/aZ 256 sctp 0 h 0 typ future x y",
      "1 1 UDP 1694498815 192.0.2.3 45664 typ srflx raddr",
    ])
  func roundTrip(text: String) throws {
    let candidate = try CandidateAttribute(parsing: "candidate:" + text)
    #expect(candidate.text == text)
    #expect(try CandidateAttribute(parsing: "a=candidate:" + text) == candidate)
    // A line of a description as some signalling passes it on.
    #expect(try CandidateAttribute(parsing: "a=candidate:" + text + "\r\n") == candidate)
    #expect(throws: SDPError.self) { try CandidateAttribute(parsing: "candidate:" + text + "\r\na=x:y") }
    #expect(try SDPText.attribute("candidate:" + text) == .candidate(candidate))
  }

  @Test("IC-08: the fields of a candidate, its unknown extensions among them")
  func fields() throws {
    let candidate = try CandidateAttribute(
      parsing: "candidate:7 1 UDP 41885439 198.51.100.7 3478 typ relay raddr 192.0.2.9 rport 50000 ufrag AbCd x-odd 1")
    #expect(candidate.foundation == "7")
    #expect(candidate.component == 1)
    #expect(candidate.isUDP)
    #expect(candidate.priority == 41_885_439)
    #expect(candidate.address == "198.51.100.7")
    #expect(candidate.port == 3478)
    #expect(candidate.kind == .relay)
    #expect(candidate.relatedAddress == "192.0.2.9")
    #expect(candidate.relatedPort == 50_000)
    #expect(candidate.usernameFragment == "AbCd")
    #expect(candidate[extension: "x-odd"] == "1")
    #expect(candidate.tcpType == nil)
  }

  @Test("IC-08: related address and port are found behind extensions too, and spaces do not matter")
  func sloppy() throws {
    let candidate = try CandidateAttribute(
      parsing: "candidate:1  1 udp 5 192.0.2.1 9 typ srflx generation 0 rport 7 raddr 192.0.2.2 ")
    #expect(candidate.relatedAddress == "192.0.2.2")
    #expect(candidate.relatedPort == 7)
    #expect(candidate.extensions == [.init("generation", "0")])
    #expect(try CandidateAttribute(parsing: "candidate:" + candidate.text) == candidate)
  }

  @Test(
    "IC-08: what is no candidate is refused with a reason",
    arguments: [
      ("", "begins with"), ("candidate", "foundation"), ("candidate:", "foundation"),
      ("1 1 udp 1 h 1 typ host", "begins with"),
      ("candidate:1", "component"), ("candidate:1 0 udp 1 h 1 typ host", "component"),
      ("candidate:1 257 udp 1 h 1 typ host", "component"), ("candidate:1 x udp 1 h 1 typ host", "component"),
      ("candidate:1 1", "transport"), ("candidate:1 1 udp 4294967296 h 1 typ host", "priority"),
      ("candidate:1 1 udp 1", "address"), ("candidate:1 1 udp 1 h 65536 typ host", "port"),
      ("candidate:1 1 udp 1 h 1", "typ"), ("candidate:1 1 udp 1 h 1 type host", "typ"),
      ("candidate:1 1 udp 1 h 1 typ", "typ"),
      ("candidate:1 1 udp 1 h 1 typ srflx raddr a rport 65536", "rport"),
      ("candidate:é 1 udp 1 h 1 typ host", "ASCII"), ("candidate:1 1 udp 1 h 1 typ host e\u{301} 1", "ASCII"),
      ("candidate:\(String(repeating: "1", count: 33)) 1 udp 1 h 1 typ host", "32 characters"),
      ("candidate:1 1 udp 1 h 1 typ host x \(String(repeating: "y", count: 1_024))", "1024"),
      ("candidate:1 1 udp 1 h 1 typ host\(String(repeating: " a b", count: 33))", "32 extensions"),
    ])
  func refused(text: String, reason: String) throws {
    let error = try #require(throws: SDPError.self) { try CandidateAttribute(parsing: text) }
    #expect(error.reason.contains(reason))
  }
}
