import RTCBase
import RTCPayload
import RTCRTP
import Testing

@Suite("Audio payloads")
struct AudioPayloadTests {
  @Test("CD-01: a frame is one payload, whatever its size, and silence is none")
  func onePayload() {
    var packetizer = AudioPacketizer(format: .opus)
    let frame = EncodedFrame(bytes: [0x78] + [UInt8](repeating: 7, count: 1_275), rtpTimestamp: 0)
    let payloads = packetizer.payloads(of: frame, maximumPayloadSize: 100)
    #expect(payloads.map(\.bytes) == [frame.bytes])
    #expect(packetizer.payloads(of: EncodedFrame(bytes: [], rtpTimestamp: 960), maximumPayloadSize: 100).isEmpty)
  }

  @Test("CD-01, RP-22: the marker begins a talkspurt")
  func marker() {
    var packetizer = AudioPacketizer(format: .opus)
    // 20 ms each; the timestamps wrap, two packets are left out, then the sender goes on.
    let timestamps: [UInt32] = [0xFFFF_FFFF - 959, 0, 960, 3_840, 4_800]
    let markers = timestamps.flatMap {
      packetizer.payloads(of: EncodedFrame(bytes: hex("78 0102"), rtpTimestamp: $0), maximumPayloadSize: 100)
        .map(\.marker)
    }
    #expect(markers == [true, false, false, true, false])
  }

  @Test("CD-02: a byte of G.711 is a sample of 8 kHz", arguments: [AudioPayloadFormat.pcmu, .pcma])
  func g711(format: AudioPayloadFormat) {
    #expect(format.clockRate == 8_000)
    var packetizer = AudioPacketizer(format: format)
    let bytes = [UInt8](repeating: 0xFF, count: 160)
    let markers = ([0, 160, 320, 640] as [UInt32]).flatMap { timestamp in
      packetizer.payloads(of: EncodedFrame(bytes: bytes, rtpTimestamp: timestamp), maximumPayloadSize: 1_200)
        .map(\.marker)
    }
    #expect(markers == [true, false, false, true])
    #expect(bytes.withRawSpan { format.sampleCount(of: $0) } == 160)
    #expect([UInt8]().withRawSpan { format.sampleCount(of: $0) } == nil)
  }

  @Test("CD-01: payloads that are not Opus are refused")
  func notOpus() {
    #expect(hex("7b 00").withRawSpan { AudioPayloadFormat.opus.sampleCount(of: $0) } == nil)
    #expect(hex("78 00").withRawSpan { AudioPayloadFormat.opus.sampleCount(of: $0) } == 960)
    #expect(AudioPayloadFormat.opus.clockRate == 48_000)
  }
}
