import RTCBase
import RTCSecurity

/// One SCTP association over DTLS (RFC 9260, RFC 8261) without sockets or clocks.
package struct SCTPAssociation {
  package let configuration: SCTPConfiguration
  package internal(set) var state = SCTPState.new
  package internal(set) var statistics = SCTPStatistics()

  /// What both sides agreed on in the handshake; `nil` before.
  package internal(set) var negotiatedStreams: (outgoing: UInt16, incoming: UInt16)?

  package init(
    configuration: SCTPConfiguration, random: RandomSource, authenticator: any MessageAuthenticator
  ) {
    self.configuration = configuration
  }

  package mutating func connect(remotePort: UInt16, now: MonotonicTime) {
    guard state == .new else { return }
    state = .connecting
  }

  package mutating func handle(_ packet: RawSpan, now: MonotonicTime) {}
  package mutating func pollPacket(into packet: PacketBuffer, now: MonotonicTime) -> Bool { false }
  package var deadline: Deadline? { nil }
  package mutating func handleTimeout(now: MonotonicTime) {}
  package mutating func pollEvent() -> SCTPEvent? { nil }
  package mutating func pollMessage() -> SCTPReceivedMessage? { nil }
  package mutating func pollLowEvent() -> SCTPStreamIdentifier? { nil }

  package mutating func send(_ message: SCTPOutgoingMessage, now: MonotonicTime) {}
  package func hasRoom(for byteCount: Int) -> Bool { true }
  package func bufferedAmount(on stream: SCTPStreamIdentifier) -> Int { 0 }
  package mutating func setPriority(_ priority: UInt16, of stream: SCTPStreamIdentifier) {}
  package mutating func setLowThreshold(_ threshold: Int, of stream: SCTPStreamIdentifier) {}
  package mutating func resetStream(_ stream: SCTPStreamIdentifier) {}
  package mutating func release(byteCount: Int) {}
  package mutating func shutdown(now: MonotonicTime) {}
  package mutating func abort(reason: String, now: MonotonicTime) {}
}
