import RTCBase
import Testing

@Suite("Addresses")
struct AddressTests {
  @Test(
    "Canonical texts round-trip (RFC 5952)",
    arguments: [
      "0.0.0.0", "192.0.2.1", "255.255.255.255", "::", "::1", "2001:db8::1", "fe80::1:2:3:4", "2001:db8:0:1:1:1:1:1",
      "1:2:3:4:5:6:7:8", "2001:0:0:1::1", "::ffff:192.0.2.1",
    ])
  func roundTrip(text: String) throws {
    let address = try #require(IPAddress(text))
    #expect(address.description == text)
    #expect(IPAddress(networkBytes: address.networkBytes) == address)
  }

  @Test("Other spellings read as the same address")
  func spellings() {
    #expect(IPAddress("2001:DB8:0:0:0:0:0:1") == IPAddress("2001:db8::1"))
    #expect(IPAddress("64:ff9b::192.0.2.33") == IPAddress("64:ff9b::c000:221"))
  }

  @Test(
    "What is no address is refused",
    arguments: [
      "", "1.2.3", "1.2.3.4.5", "256.1.1.1", "01.2.3.4", "1.2.3.a", ":", ":::", "1::2::3", "12345::", "1:2:3:4:5:6:7",
      "::1%eth0",
      "1:2:3:4:5:6:7:8:9", "::1.2.3", "1.2.3.4::", "fe80::1:", "+1::", String(repeating: "1:", count: 40),
    ])
  func refused(text: String) {
    #expect(IPAddress(text) == nil)
  }

  @Test("Scopes are told apart")
  func scopes() throws {
    #expect(IPAddress.loopbackV4.isLoopback && IPAddress.loopbackV6.isLoopback)
    #expect(try #require(IPAddress("fe80::1")).isLinkLocal)
    #expect(try #require(IPAddress("169.254.1.1")).isLinkLocal)
    #expect(try #require(IPAddress("::ffff:1.2.3.4")).isV4Mapped)
    #expect(try #require(IPAddress("fec0::1")).isDeprecatedV6)
    #expect(try #require(IPAddress("ff02::fb")).isMulticast)
    #expect(TransportAddress(.loopbackV6, port: 80).description == "[::1]:80")
  }
}
