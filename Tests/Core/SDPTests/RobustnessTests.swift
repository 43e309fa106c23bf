import RTCSDP
import Testing

/// Nothing that a peer can send traps, and what is accepted means the same when it is written and read again.
struct RobustnessTests {
  private func check(_ bytes: some Collection<UInt8>) throws {
    let text = String(decoding: bytes, as: UTF8.self)
    do throws(SDPError) {
      let description = try SessionDescription(parsing: text)
      let again = try SessionDescription(parsing: description.text)
      #expect(again == description)
    } catch {
      #expect(!error.reason.isEmpty)
    }
  }

  @Test("JS-35: truncations never trap")
  func truncations() throws {
    for name in SDPFiles.names(in: SDPFiles.fixtures) {
      let bytes = Array(try SDPFiles.text(name, in: SDPFiles.fixtures).utf8)
      for length in stride(from: 0, through: bytes.count, by: bytes.count < 1_500 ? 1 : 97) {
        try check(bytes.prefix(length))
      }
    }
  }

  @Test("JS-35: changed bytes never trap")
  func changes() throws {
    var random = SplitMix(state: 0x5D9)
    let interesting = Array(" \t\r\n\0:=/;,~*-0129azAZ\u{FF}".utf8)
    for name in SDPFiles.names(in: SDPFiles.fixtures) {
      let original = Array(try SDPFiles.text(name, in: SDPFiles.fixtures).utf8)
      for _ in 0..<50 {
        var bytes = original
        for _ in 0..<(1 + Int(random.next() % 4)) {
          let position = Int(random.next() % UInt64(bytes.count))
          switch random.next() % 4 {
          case 0: bytes[position] = UInt8(truncatingIfNeeded: random.next())
          case 1: bytes[position] = interesting[Int(random.next() % UInt64(interesting.count))]
          case 2: bytes.remove(at: position)
          default: bytes.insert(interesting[Int(random.next() % UInt64(interesting.count))], at: position)
          }
        }
        try check(bytes)
      }
    }
  }

  @Test("JS-35: lines of random fields never trap")
  func randomLines() throws {
    var random = SplitMix(state: 0xC0FFEE)
    let names = AttributeTests.attributes.map(\.1.name)
    let fields = [
      "", " ", "1", "-1", "96", "65536", "18446744073709551616", "*", "a", "a/b", "/", ":", ";", "=", "~", "é", "typ",
    ]
    for _ in 0..<3_000 {
      var line = "a=" + names[Int(random.next() % UInt64(names.count))] + ":"
      for _ in 0..<(random.next() % 8) {
        line += fields[Int(random.next() % UInt64(fields.count))] + [" ", "", "/", ";"][Int(random.next() % 4)]
      }
      try check(SDPText.lines(SDPText.audio + [line]).utf8)
    }
  }
}

/// A small generator with a seed, so that a failure repeats.
private struct SplitMix: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
