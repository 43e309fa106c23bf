import Glibc
import RTCFrames

/// A tone in each channel; silence for 0.
func tone(_ frequencies: [Double], sampleRate: Int, count: Int) -> AudioFrame {
  var samples: [Int16] = []
  for index in 0..<count {
    for frequency in frequencies {
      samples.append(Int16(8_000 * sin(2 * Double.pi * frequency * Double(index) / Double(sampleRate))))
    }
  }
  return AudioFrame(
    format: AudioFormat(sampleRate: sampleRate, channels: frequencies.count), samples: samples, timestamp: .zero)
}

/// How strong one frequency is, by its Fourier component under a Hann window.
func amplitude(of frequency: Double, in samples: [Int16], sampleRate: Int) -> Double {
  var (real, imaginary, weight) = (0.0, 0.0, 0.0)
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

/// A picture whose luma tells the column and whose blue chroma tells the row.
func gradient(width: Int, height: Int, time: MediaTime = .zero, rotation: VideoRotation = .none) -> VideoFrame {
  var buffer = VideoFrameBuffer(width: width, height: height)
  let layout = buffer.layout
  buffer.withUnsafePlanes { luma, cb, cr in
    for y in 0..<height {
      for x in 0..<width { luma[y * layout.lumaStride + x] = UInt8(x * 200 / width + 16) }
    }
    for y in 0..<layout.chromaHeight {
      for x in 0..<layout.chromaWidth {
        cb[y * layout.chromaStride + x] = UInt8(y * 200 / layout.chromaHeight + 16)
        cr[y * layout.chromaStride + x] = 128
      }
    }
  }
  return VideoFrame(buffer, timestamp: time, rotation: rotation)
}
