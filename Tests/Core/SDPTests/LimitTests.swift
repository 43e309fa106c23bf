import RTCSDP
import Testing

struct LimitTests {
  private static let head = SDPText.lines(SDPText.session)

  private static func repeated(_ line: String, _ count: Int) -> String {
    String(repeating: line + "\r\n", count: count)
  }

  struct Hostile: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var text: String
    /// Where the parser gives up.
    var line: Int

    init(_ description: String, _ text: String, line: Int) {
      testDescription = description
      self.text = text
      self.line = line
    }
  }

  static let hostile: [Hostile] = [
    Hostile("10 MB of one attribute", head + "a=x:" + String(repeating: "y", count: 10 << 20), line: 0),
    Hostile("a line of 100 kB", head + "a=x:" + String(repeating: "y", count: 100_000), line: 5),
    Hostile(
      "10,000 m-lines", head + repeated("m=audio 9 UDP/TLS/RTP/SAVPF 0", 10_000), line: 5 + SDPLimits.mediaSections),
    Hostile(
      "10,000 attributes of the session", head + repeated("a=candidate:1 1 udp 1 h 1 typ host", 10_000),
      line: 1 + SDPLimits.sectionLines),
    Hostile(
      "10,000 attributes of a section", head + "m=audio 9 X 0\r\n" + repeated("a=ssrc:1 cname:x", 10_000),
      line: 5 + SDPLimits.sectionLines),
    Hostile(
      "10,000 lines of another kind", head + repeated("e=a@example.org", 10_000), line: 1 + SDPLimits.sectionLines),
    Hostile(
      "1,000 fingerprints of a section",
      head + "m=audio 9 X 0\r\n" + repeated("a=fingerprint:x 00", 1_000), line: 6 + SDPLimits.fingerprints),
    Hostile("empty lines", head + repeated("", 400_000) + "a=x", line: 1 + SDPLimits.lines),
    Hostile(
      "10,000 lines in many sections",
      head + repeated("m=audio 9 X 0\r\n" + SDPText.lines((0..<63).map { "a=rtcp-fb:96 x-\($0)" }), 200),
      line: 1 + SDPLimits.lines),
  ]

  @Test("JS-35: hostile sizes are refused where they begin to be too large", arguments: hostile)
  func refused(hostile: Hostile) throws {
    let clock = ContinuousClock()
    var fastest = Duration.seconds(1_000)
    var error: SDPError?
    for _ in 0..<5 {
      let time = clock.measure {
        do throws(SDPError) { _ = try SessionDescription(parsing: hostile.text) } catch let caught { error = caught }
      }
      fastest = min(fastest, time)
    }
    #expect(error?.lineNumber == hostile.line)
    #expect(error?.line.utf8.count ?? .max < 300)
    // Without optimization the time says nothing.
    #if !DEBUG
      #expect(fastest < .milliseconds(50))
    #endif
  }

  @Test("JS-35: a call of 60 sections of a browser's size is accepted")
  func largeButHonest() throws {
    let section = ["m=video 9 UDP/TLS/RTP/SAVPF 96"] + (0..<139).map { "a=rtcp-fb:96 x-\($0)" }
    let text = Self.head + String(repeating: SDPText.lines(section), count: 60)
    let description = try SessionDescription(parsing: text)
    #expect(description.media.count == 60)
    #expect(description.text == text)
  }

  @Test("JS-35: fields without number are read in linear time")
  func manyFields() throws {
    let words = String(repeating: " a", count: 16_000)
    for line in ["a=group:BUNDLE", "a=ice-options:x", "m=audio 9 X"] {
      let description = try SessionDescription(parsing: Self.head + line + words + "\r\n")
      #expect(try SessionDescription(parsing: description.text) == description)
    }
  }
}
