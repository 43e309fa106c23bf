import RTCFrames
import Testing

@testable import RTCSynthetic

@Suite("Test pattern")
struct TestPatternTests {
  @Test(
    "GN-05: what the pattern says can be read at every size",
    arguments: [(1_280, 720), (1_920, 1_080), (640, 480), (640, 360), (427, 241), (320, 180), (160, 96), (101, 75)])
  func sizes(width: Int, height: Int) {
    for counter in [UInt32(0), 1, 0xAA_55AA, 0xFF_FFFF] {
      let reading = TestPatternReader.read(
        pattern(width: width, height: height, counter: counter, milliseconds: 0xFFFF_FFFF - counter))
      #expect(reading.counter == counter)
      #expect(reading.milliseconds == (0xFFFF_FFFF - counter) & 0xFF_FFFF)
      #expect(reading.colourError <= 3)
    }
  }

  @Test(
    "GN-05: scaled pictures can be read", arguments: [(640, 360), (426, 240), (320, 180), (854, 480), (1_281, 721)])
  func scaling(width: Int, height: Int) {
    let reading = TestPatternReader.read(
      scaled(pattern(width: 1_280, height: 720, counter: 123_456, milliseconds: 654_321), width: width, height: height))
    #expect(reading.counter == 123_456)
    #expect(reading.milliseconds == 654_321)
    #expect(reading.hasRightColours)
  }

  @Test("cells of whole pixels, rounded down by their sender, can be read")
  func roundedCells() {
    // Drawn 640 wide on a canvas that is 679 wide: cells of 16 pixels, where a fortieth is 16.975.
    var buffer = VideoFrameBuffer(width: 679, height: 480)
    buffer.fill(luma: 16, cb: 128, cr: 128)
    let bits = PatternCode(77_777, row: .counter).bits
    let stride = buffer.layout.lumaStride
    buffer.withPlanes { luma, _, _ in
      for row in 360..<390 {
        for cell in 0..<34 where cell == 0 || (cell >= 2 && bits >> UInt32(33 - cell) & 1 == 1) {
          for column in ((cell + 3) * 16)..<((cell + 4) * 16) { luma[row * stride + column] = 235 }
        }
      }
    }
    #expect(TestPatternReader.read(VideoFrame(buffer, timestamp: .zero)).counter == 77_777)
  }

  @Test(
    "the smallest pictures are drawn though they say nothing", arguments: [(1, 1), (2, 2), (7, 5), (39, 16), (8, 1)])
  func tiny(width: Int, height: Int) {
    let reading = TestPatternReader.read(pattern(width: width, height: height, counter: 3))
    #expect(reading.barColours.count == 8)
  }

  @Test("a picture of something else says nothing")
  func nothing() {
    let reading = TestPatternReader.read(.black(width: 640, height: 480, timestamp: .zero))
    #expect(reading.counter == nil)
    #expect(reading.milliseconds == nil)
    #expect(!reading.hasRightColours)
  }

  @Test("a code with a wrong bit is refused, and one row is not taken for the other")
  func codes() {
    let code = PatternCode(0x12_3456, row: .counter)
    #expect(code.bits == 0x1234_5600 | (0x12 ^ 0x34 ^ 0x56 ^ 0x5A))
    for bit in 0..<32 { #expect(PatternCode(bits: code.bits ^ (1 << UInt32(bit)), row: .counter) == nil) }
    #expect(PatternCode(bits: code.bits, row: .time) == nil)
    #expect(PatternCode(bits: code.bits, row: .counter) == code)
  }

  @Test("colours follow BT.601 and come back")
  func colours() {
    #expect(PatternColour(grey: 255).components == (235, 128, 128))
    #expect(PatternColour(grey: 0).components == (16, 128, 128))
    #expect(PatternColour(red: 191, green: 0, blue: 0).components == (65, 100, 212))
    for colour in PatternGeometry.barColours {
      let (luma, cb, cr) = colour.components
      #expect(PatternColour(luma: Double(luma), cb: Double(cb), cr: Double(cr)).distance(to: colour) <= 2)
    }
  }

  @Test("the box moves by a 64th of the width, and the same picture is drawn over an older one")
  func motion() {
    let painter = TestPatternPainter(width: 640, height: 480)
    var reused = VideoFrameBuffer(width: 640, height: 480)
    painter.paint(counter: 9_999, milliseconds: 5, into: &reused)
    painter.paintMoving(counter: 70, milliseconds: 80, into: &reused)
    let frame = VideoFrame(reused, timestamp: .zero)
    let fresh = pattern(width: 640, height: 480, counter: 70, milliseconds: 80)
    for row in 0..<480 {
      #expect((0..<640).allSatisfy { frame.pixel(x: $0, y: row) == fresh.pixel(x: $0, y: row) })
    }
    // The counter 70 is 6 steps of 10 pixels.
    #expect(frame.pixel(x: 59, y: 421).luma == 43)
    #expect(frame.pixel(x: 60, y: 421).luma == 235)
    #expect(frame.pixel(x: 99, y: 421).luma == 235)
    #expect(frame.pixel(x: 100, y: 421).luma == 43)
  }

  @Test("a monitor counts what is missing, repeated and out of order")
  func monitor() {
    var monitor = TestPatternMonitor()
    let now = MediaTime(nanoseconds: 20_000_000_000_000)
    let sent = UInt32(20_000_000 % 16_777_216)
    for counter: UInt32? in [0xFF_FFFE, 0xFF_FFFF, 0, 0, 4, nil, 3, 5] {
      monitor.observe(
        TestPatternReading(counter: counter, milliseconds: sent - 40, barColours: PatternGeometry.barColours), now: now)
    }
    #expect(monitor.frames == 8)
    #expect(monitor.readable == 7)
    #expect(monitor.rightColours == 8)
    #expect(monitor.advanced == 4)
    #expect(monitor.repeated == 1)
    #expect(monitor.turnedBack == 1)
    #expect(monitor.missing == 4)
    #expect(monitor.firstCounter == 0xFF_FFFE)
    #expect(monitor.lastCounter == 5)
    #expect(monitor.meanDelay == .milliseconds(40))
    monitor.observe(
      TestPatternReading(counter: 6, milliseconds: sent + 10, barColours: []), now: now)
    #expect(monitor.minimumDelay == .milliseconds(40))
    #expect(monitor.rightColours == 8)
  }
}
