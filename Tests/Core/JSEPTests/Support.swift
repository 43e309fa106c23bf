import RTCBase
import RTCSDP
import RTCSecurity
import Testing
import WebRTCTypes

@testable import RTCJSEP

/// A certificate that never was.
func fingerprint(_ byte: UInt8) -> CertificateFingerprint {
  CertificateFingerprint(algorithm: "sha-256", digest: Array(repeating: byte, count: 32))
}

func makeSession(
  seed: UInt64 = 1, _ change: (inout JSEPConfiguration) -> Void = { _ in }
) -> JSEPSession {
  var configuration = JSEPConfiguration(fingerprints: [fingerprint(UInt8(truncatingIfNeeded: seed))])
  change(&configuration)
  return JSEPSession(configuration: configuration, random: .seeded(seed))
}

/// What both sides were told by one exchange of offer and answer.
struct ExchangeEvents {
  var offerer: [JSEPEvent] = []
  var answerer: [JSEPEvent] = []
}

@discardableResult
func negotiate(
  _ offerer: inout JSEPSession, _ answerer: inout JSEPSession,
  beforeAnswer: (inout JSEPSession) throws -> Void = { _ in }
) throws -> ExchangeEvents {
  var events = ExchangeEvents()
  events.offerer += try offerer.setLocalDescription()
  let offer = try #require(offerer.localDescription)
  events.answerer += try answerer.setRemoteDescription(.offer, sdp: offer.sdp)
  try beforeAnswer(&answerer)
  events.answerer += try answerer.setLocalDescription()
  let answer = try #require(answerer.localDescription)
  #expect(answer.type == .answer)
  events.offerer += try offerer.setRemoteDescription(.answer, sdp: answer.sdp)
  #expect(offerer.signalingState == .stable)
  #expect(answerer.signalingState == .stable)
  return events
}

/// Whether the `negotiationneeded` event is due.
func isNegotiationAnnounced(_ session: inout JSEPSession) -> Bool { session.announceNegotiationNeeded() }

/// The name of the error that a call throws.
func errorName(_ body: () throws -> Void) -> String? {
  do {
    try body()
    return nil
  } catch let error as WebRTCError {
    return error.name
  } catch {
    return "\(error)"
  }
}

func parse(_ text: String?) throws -> SessionDescription { try SessionDescription(parsing: try #require(text)) }

/// A peer's offer, written by hand.
struct OfferText {
  var session = """
    v=0
    o=- 4962303333179871722 1 IN IP4 0.0.0.0
    s=-
    t=0 0

    """
  var sections: [String] = []

  static let transport = """
    a=ice-ufrag:ETEn
    a=ice-pwd:OtSK0WpNtpUjkY4+86js7ZQl
    a=fingerprint:sha-256 19:E2:1C:3B:4B:9F:81:E6:B8:5C:F4:A5:A8:D8:73:04:BB:05:2F:70:9F:04:A9:0E:05:E9:26:33:E8:70:88:A2
    a=setup:actpass
    a=rtcp-mux

    """

  static func audio(_ lines: String = "", mid: String? = "0", transport: String = Self.transport) -> String {
    "m=audio 9 UDP/TLS/RTP/SAVPF 111\nc=IN IP4 0.0.0.0\n\(transport)" + (mid.map { "a=mid:\($0)\n" } ?? "")
      + "a=rtpmap:111 opus/48000/2\n" + lines
  }

  static func video(_ lines: String = "", mid: String? = "1", transport: String = Self.transport) -> String {
    "m=video 9 UDP/TLS/RTP/SAVPF 100 101\nc=IN IP4 0.0.0.0\n\(transport)" + (mid.map { "a=mid:\($0)\n" } ?? "")
      + "a=rtpmap:100 VP8/90000\na=rtpmap:101 rtx/90000\na=fmtp:101 apt=100\n" + lines
  }

  init(_ sections: String..., session: String = "") {
    self.sections = sections
    self.session += session
  }

  var text: String { session + sections.joined() }
}

extension JSEPSession {
  /// Takes an offer and answers it.
  mutating func answer(_ offer: String) throws -> SessionDescription {
    _ = try setRemoteDescription(.offer, sdp: offer)
    _ = try setLocalDescription()
    return try parse(currentLocalDescription?.sdp)
  }
}
