import Glibc
import RTCFrames
import Synchronization

@testable import RTCCodecs

/// A landscape of gradients and checks, the same on every machine, of which pictures show a part.
private enum Landscape {
  static let width = 1_024
  static let height = 512

  /// Three times the same with different noise, as of a camera, so that encoders always have something to do.
  static let luma: [[UInt8]] = (0..<3).map { seed in
    var random = SeededGenerator(state: UInt64(seed))
    return (0..<(width * height)).map { position in
      let (x, y) = (position % width, position / width)
      let isChecked = x / 16 % 2 == y / 16 % 2 && x / 128 % 2 == 1 && y / 64 % 2 == 1
      return UInt8(isChecked ? 200 : 32 + (x + 2 * y) % 160) &+ UInt8(truncatingIfNeeded: random.next() & 15)
    }
  }

  static let chroma: [UInt8] = (0..<(width / 2 * height / 2)).map { position in
    let (x, y) = (position % (width / 2), position / (width / 2))
    return UInt8(64 + (x + 2 * y) / 4 % 128)
  }
}

/// A picture with detail that moves: a camera that pans across the landscape and back.
func testPicture(
  _ index: Int, width: Int, height: Int, interval: Duration = .nanoseconds(33_333_333), pool: VideoFramePool? = nil
) -> VideoFrame {
  func pan(_ position: Int, _ range: Int) -> Int {
    let phase = position % (2 * range)
    return (phase < range ? phase : 2 * range - phase) & ~1
  }
  let left = pan(4 * index, 256)
  let top = pan(2 * index, 128)
  var buffer = pool?.makeBuffer(width: width, height: height) ?? VideoFrameBuffer(width: width, height: height)
  let layout = buffer.layout
  buffer.withUnsafePlanes { luma, cb, cr in
    for row in 0..<height {
      let start = (top + row) * Landscape.width + left
      luma.copy(Landscape.luma[index % 3], from: start, count: width, to: row * layout.lumaStride)
    }
    for row in 0..<layout.chromaHeight {
      let start = (top / 2 + row) * (Landscape.width / 2) + left / 2
      cb.copy(Landscape.chroma, from: start, count: layout.chromaWidth, to: row * layout.chromaStride)
      cr.copy(Landscape.chroma, from: start + 40, count: layout.chromaWidth, to: row * layout.chromaStride)
    }
  }
  return VideoFrame(buffer, timestamp: MediaTime.zero + interval * index)
}

extension UnsafeMutableBufferPointer<UInt8> {
  fileprivate func copy(_ source: [UInt8], from start: Int, count: Int, to target: Int) {
    source.withUnsafeBytes { bytes in
      UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(self)[target..<(target + count)])
        .copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[start..<(start + count)]))
    }
  }
}

/// The peak signal-to-noise ratio of the luma of two pictures of one size, in dB.
func lumaPSNR(_ lhs: VideoFrame, _ rhs: VideoFrame) -> Double {
  guard lhs.width == rhs.width, lhs.height == rhs.height else { return 0 }
  var squares = 0
  lhs.withUnsafePlanes { left, _, _ in
    rhs.withUnsafePlanes { right, _, _ in
      for y in 0..<lhs.height {
        let (leftRow, rightRow) = (left + y * lhs.layout.lumaStride, right + y * rhs.layout.lumaStride)
        for x in 0..<lhs.width {
          let difference = Int(leftRow[x]) &- Int(rightRow[x])
          squares &+= difference &* difference
        }
      }
    }
  }
  let sum = Double(squares)
  return sum == 0 ? 99 : 10 * log10(255 * 255 * Double(lhs.width * lhs.height) / sum)
}

/// A sine of each frequency in its channel, going on from `position`.
func tone(
  _ frequencies: [Double], sampleRate: Int, count: Int, position: Int = 0, amplitude: Double = 8_000
) -> AudioFrame {
  var samples: [Int16] = []
  for index in position..<(position + count) {
    for frequency in frequencies {
      let value = frequency == 0 ? 0 : sin(2 * Double.pi * frequency * Double(index) / Double(sampleRate))
      samples.append(Int16(amplitude * value))
    }
  }
  return AudioFrame(
    format: AudioFormat(sampleRate: sampleRate, channels: frequencies.count), samples: samples,
    timestamp: MediaTime(nanoseconds: Int64(position) * 1_000_000_000 / Int64(sampleRate)))
}

/// Something that encoders take for speech: harmonics of a voice that glides, in syllables.
func speech(sampleRate: Int, count: Int, position: Int = 0) -> AudioFrame {
  let samples = (position..<(position + count)).map { index -> Int16 in
    let time = Double(index) / Double(sampleRate)
    let phase = 2 * Double.pi * (120 * time + 3 * sin(2 * Double.pi * 1.5 * time))
    let syllable = max(0, sin(2 * Double.pi * 3 * time))
    let voice = (1...20).reduce(0.0) { $0 + sin(phase * Double($1)) / Double($1) }
    return Int16(6_000 * syllable * voice)
  }
  return AudioFrame(
    format: AudioFormat(sampleRate: sampleRate, channels: 1), samples: samples,
    timestamp: MediaTime(nanoseconds: Int64(position) * 1_000_000_000 / Int64(sampleRate)))
}

/// The amplitude of one frequency in samples of one channel (Goertzel's algorithm with a Hann window).
func amplitude(of frequency: Double, in samples: [Int16], sampleRate: Int) -> Double {
  var real = 0.0
  var imaginary = 0.0
  var weight = 0.0
  for (index, sample) in samples.enumerated() {
    let window = 0.5 - 0.5 * cos(2 * Double.pi * Double(index) / Double(max(1, samples.count - 1)))
    let angle = 2 * Double.pi * frequency * Double(index) / Double(sampleRate)
    real += Double(sample) * cos(angle) * window
    imaginary += Double(sample) * sin(angle) * window
    weight += window
  }
  return 2 * (real * real + imaginary * imaginary).squareRoot() / max(1, weight)
}

/// The root of the mean square.
func loudness(_ samples: [Int16]) -> Double {
  (samples.reduce(0.0) { $0 + Double($1) * Double($1) } / Double(max(1, samples.count))).squareRoot()
}

/// Keeps what callbacks deliver, and lets a test wait for it.
final class Collector<Element: Sendable>: Sendable {
  private let mailbox = FrameMailbox<Element>(capacity: 10_000)

  func add(_ element: Element) { mailbox.receive(element) }
  func next() async -> Element? { await mailbox.next() }
  var count: Int { mailbox.count }

  func next(_ count: Int) async -> [Element] {
    var elements: [Element] = []
    while elements.count < count, let element = await mailbox.next() { elements.append(element) }
    return elements
  }
}

/// A small generator of the same numbers in every run (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }
}
