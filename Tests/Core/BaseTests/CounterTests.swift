import RTCBase
import Testing

@Suite("Counters that wrap")
struct CounterTests {
  @Test("Sequence numbers compare on the circle")
  func comparison() {
    let old = SequenceNumber(rawValue: 65_535)
    let new = SequenceNumber(rawValue: 2)
    #expect(new.isNewer(than: old))
    #expect(!old.isNewer(than: new))
    #expect(new.distance(from: old) == 3)
    #expect(old.next.rawValue == 0)
  }

  @Test("Unwrapping follows wraps in both directions and late packets do not move it")
  func unwrapping() {
    var unwrapper = SequenceUnwrapper()
    let first = unwrapper.unwrap(65_534)
    #expect(unwrapper.unwrap(1) == first + 3)
    #expect(unwrapper.unwrap(65_535) == first + 1)
    #expect(unwrapper.peek(2) == first + 4)
    #expect(unwrapper.unwrap(2) == first + 4)
  }

  @Test("A packet from before the first one gets a smaller, non-negative number")
  func beforeTheFirst() {
    var unwrapper = SequenceUnwrapper()
    let first = unwrapper.unwrap(3)
    #expect(unwrapper.unwrap(65_530) == first - 9)
    #expect(first - 9 >= 0)
  }

  @Test("Timestamps unwrap over 32 bits")
  func timestamps() {
    var unwrapper = TimestampUnwrapper()
    let first = unwrapper.unwrap(0xFFFF_FFF0)
    #expect(unwrapper.unwrap(0x10) == first + 0x20)
  }
}
