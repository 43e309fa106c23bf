import RTCFrames
import Testing

@testable import RTCCapture

@Suite("Samples of devices")
struct SoundTests {
  @Test("samples of every format are read and written", arguments: ALSASampleFormat.allCases)
  func sampleFormats(format: ALSASampleFormat) {
    let samples: [Int16] = [0, 1, -1, 1_000, -12_345, .max, .min]
    var bytes = [UInt8](repeating: 0, count: samples.count * format.byteCount)
    bytes.withUnsafeMutableBytes { format.encode(samples, into: $0) }
    #expect(bytes.withUnsafeBytes { format.decode($0) } == samples)
    // Half a sample is none.
    #expect(bytes.dropLast().withUnsafeBytes { format.decode($0) } == samples.dropLast())
  }

  @Test("what is too loud is cut, and what is no number is silent")
  func limits() {
    let floats: [Float] = [2, -2, .nan, .infinity, 0.5]
    #expect(floats.withUnsafeBytes { ALSASampleFormat.float.decode($0) } == [.max, .min, 0, .max, 16_384])
    let integers: [Int32] = [.max, .min, 0x7FFF, 0x8000]
    #expect(integers.withUnsafeBytes { ALSASampleFormat.int32.decode($0) } == [.max, .min, 0, 1])
  }
}
