import RTCFrames

@testable import MediaStreams
@testable import RTCSynthetic

/// Takes the first frames that a track delivers.
func firstFrames(_ count: Int, of track: MediaStreamTrack) async -> [VideoFrame] {
  var frames: [VideoFrame] = []
  for await frame in track.videoFrames(buffer: 100_000) {
    frames.append(frame)
    if frames.count == count { break }
  }
  return frames
}

/// Takes the first sound that a track delivers.
func firstSound(_ count: Int, of track: MediaStreamTrack) async -> [AudioFrame] {
  var frames: [AudioFrame] = []
  for await frame in track.audioFrames(buffer: 100_000) {
    frames.append(frame)
    if frames.count == count { break }
  }
  return frames
}

func pattern(width: Int, height: Int, counter: UInt32, milliseconds: UInt32 = 0) -> VideoFrame {
  var buffer = VideoFrameBuffer(width: width, height: height)
  TestPatternPainter(width: width, height: height).paint(
    counter: counter, milliseconds: milliseconds, into: &buffer)
  return VideoFrame(buffer, timestamp: .zero)
}

/// The nearest pixels of a picture, at another size.
func scaled(_ frame: VideoFrame, width: Int, height: Int) -> VideoFrame {
  var buffer = VideoFrameBuffer(width: width, height: height)
  let layout = buffer.layout
  buffer.withPlanes { luma, cb, cr in
    for row in 0..<height {
      for column in 0..<width {
        let pixel = frame.pixel(x: column * frame.width / width, y: row * frame.height / height)
        luma[row * layout.lumaStride + column] = pixel.luma
        cb[row / 2 * layout.chromaStride + column / 2] = pixel.cb
        cr[row / 2 * layout.chromaStride + column / 2] = pixel.cr
      }
    }
  }
  return VideoFrame(buffer, timestamp: .zero)
}
