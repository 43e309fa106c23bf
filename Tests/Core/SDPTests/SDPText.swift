import RTCSDP

/// Descriptions made around the lines under test.
enum SDPText {
  static let session = ["v=0", "o=- 1 2 IN IP4 127.0.0.1", "s=-", "t=0 0"]
  static let audio = session + ["m=audio 9 UDP/TLS/RTP/SAVPF 111"]

  static func lines(_ lines: [String]) -> String { lines.map { $0 + "\r\n" }.joined() }

  /// The attribute that `a=` and `text` become in an m-section.
  static func attribute(_ text: String) throws(SDPError) -> Attribute? {
    try SessionDescription(parsing: lines(audio + ["a=" + text])).media.first?.attributes.first
  }
}
