import RTCBase
import Testing

@testable import RTCSCTP

@Suite("Data channel establishment messages") struct DataChannelControlMessageTests {
  private static let messages: [DataChannelControlMessage] = [
    .acknowledge, .open(DataChannelOptions()),
    .open(DataChannelOptions(label: "chat", subprotocol: "irc", isOrdered: false, priority: 1_024)),
    .open(DataChannelOptions(label: "ünï", reliability: .retransmissions(0))),
    .open(DataChannelOptions(subprotocol: "p", isOrdered: false, reliability: .lifetime(milliseconds: 70_000))),
  ]

  @Test("SC-02: messages survive writing and reading", arguments: messages) func roundTrip(
    _ message: DataChannelControlMessage
  ) { #expect(message.bytes.withRawSpan { DataChannelControlMessage($0) } == message) }

  @Test("SC-02: a message cut short or with a length that lies is refused", arguments: messages) func truncation(
    _ message: DataChannelControlMessage
  ) {
    let bytes = message.bytes
    for count in 0..<bytes.count {
      #expect(Array(bytes[..<count]).withRawSpan { DataChannelControlMessage($0) } == nil)
    }
    guard bytes.count > 1 else { return }
    for offset in 8..<12 {
      var lie = bytes
      lie[offset] &+= 1
      #expect(lie.withRawSpan { DataChannelControlMessage($0) } == nil)
    }
  }

  @Test("SC-02: labels of 65,535 bytes fit, and unknown types are refused") func limits() {
    let label = String(repeating: "x", count: 65_535)
    let message = DataChannelControlMessage.open(DataChannelOptions(label: label, subprotocol: label))
    #expect(message.bytes.withRawSpan { DataChannelControlMessage($0) } == message)
    #expect([UInt8](arrayLiteral: 4).withRawSpan { DataChannelControlMessage($0) } == nil)
    #expect([3, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0].withRawSpan { DataChannelControlMessage($0) } == nil)
    #expect([3, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0xFF].withRawSpan { DataChannelControlMessage($0) } == nil)
  }
}
