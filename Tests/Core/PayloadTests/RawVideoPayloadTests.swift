import RTCBase
import RTCPayload
import Testing

@Suite("Payloads of codecs without a format of their own")
struct RawVideoPayloadTests {
  private func payloads(_ frame: EncodedFrame, maximumPayloadSize: Int) -> [(bytes: [UInt8], marker: Bool)] {
    var packetizer = RawVideoPacketizer()
    var fragments: [PayloadFragment] = []
    packetizer.packetize(frame, maximumPayloadSize: maximumPayloadSize, into: &fragments)
    return fragments.map { ($0.descriptorBytes + Array(frame.bytes[$0.range]), $0.marker) }
  }

  @Test("CD-15: a picture is cut into equal parts that come together again", arguments: [1, 99, 100, 1_000, 1_001])
  func roundTrip(count: Int) throws {
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    for isKeyFrame in [true, false] {
      let cut = payloads(EncodedFrame(bytes: bytes, rtpTimestamp: 1, isKeyFrame: isKeyFrame), maximumPayloadSize: 101)
      #expect(cut.count == (count + 99) / 100)
      #expect(cut.map(\.marker) == (0..<cut.count).map { $0 == cut.count - 1 })
      var joined: [UInt8] = []
      for (index, payload) in cut.enumerated() {
        #expect(payload.bytes.count <= 101)
        let read = try #require(payload.bytes.withRawSpan { RawVideoDepacketizer().depacketize($0) })
        #expect(read.beginsFrame == (index == 0))
        #expect(read.isKeyFrame == (index == 0 && isKeyFrame))
        joined += payload.bytes[read.dataOffset...]
      }
      #expect(joined == bytes)
    }
  }

  @Test("A payload without content is refused, an empty picture is not sent")
  func empty() {
    #expect(payloads(EncodedFrame(bytes: [], rtpTimestamp: 0), maximumPayloadSize: 100).isEmpty)
    #expect([UInt8]().withRawSpan { RawVideoDepacketizer().depacketize($0) } == nil)
    #expect([UInt8](arrayLiteral: 3).withRawSpan { RawVideoDepacketizer().depacketize($0) } == nil)
  }

  @Test("CD-15: the marker of raw sound begins a talkspurt, as far as frames tell their length")
  func audioMarker() {
    func markers(_ frames: [(timestamp: UInt32, duration: TimeDelta?)]) -> [Bool] {
      var packetizer = AudioPacketizer(format: .raw(clockRate: 16_000))
      var fragments: [PayloadFragment] = []
      for frame in frames {
        packetizer.packetize(
          EncodedFrame(bytes: [1], rtpTimestamp: frame.timestamp, duration: frame.duration), maximumPayloadSize: 100,
          into: &fragments)
      }
      return fragments.map(\.marker)
    }
    let length = TimeDelta.milliseconds(20)
    #expect(markers([(0, length), (320, length), (960, length), (1_280, length)]) == [true, false, true, false])
    #expect(markers([(0, nil), (320, nil), (960, nil)]) == [true, false, false])
  }
}
