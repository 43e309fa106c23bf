import RTCFrames
import Testing

@Suite("Video frames")
struct VideoFrameTests {
  @Test("planes have the sizes of I420, also for odd dimensions")
  func layout() {
    let layout = VideoFrameLayout(width: 175, height: 143)
    #expect(layout.chromaWidth == 88)
    #expect(layout.chromaHeight == 72)
    #expect(layout.lumaStride >= 175 && layout.lumaStride.isMultiple(of: 32))
    var buffer = VideoFrameBuffer(width: 175, height: 143)
    let counts = buffer.withPlanes { luma, cb, cr in [luma.count, cb.count, cr.count] }
    #expect(counts == [layout.lumaStride * 143, layout.chromaStride * 72, layout.chromaStride * 72])
  }

  @Test("what is written into a buffer is read from its frame")
  func contents() {
    var buffer = VideoFrameBuffer(width: 6, height: 4)
    buffer.fill(luma: 16, cb: 128, cr: 128)
    buffer.withPlanes { luma, cb, cr in
      let stride = VideoFrameLayout(width: 6, height: 4).lumaStride
      luma[3 * stride + 5] = 200
      cb[0] = 10
      cr[0] = 20
    }
    let frame = VideoFrame(
      buffer, timestamp: MediaTime(nanoseconds: 7), rotation: .clockwise90,
      metadata: FrameMetadata(captureTime: MediaTime(nanoseconds: 5), rtpTimestamp: 9))
    #expect(frame.pixel(x: 5, y: 3) == (200, 128, 128))
    #expect(frame.pixel(x: 1, y: 1) == (16, 10, 20))
    #expect(frame.rotation == .clockwise90)
    #expect(frame.metadata.rtpTimestamp == 9)
    #expect(frame.withPlanes { luma, _, _ in luma[5] } == 16)
    let black = VideoFrame.black(width: 6, height: 4, timestamp: .zero)
    #expect(black.pixel(x: 0, y: 0) == (16, 128, 128))
  }

  @Test("the storage of a frame returns to its pool with the last copy, and is used again")
  func pooling() {
    let pool = VideoFramePool(limit: 2)
    for _ in 0..<10 {
      let frame = VideoFrame(pool.makeBuffer(width: 64, height: 48), timestamp: .zero)
      let copy = frame
      #expect(pool.freeCount == 0 || pool.createdCount > 1)
      #expect(copy.sharesPicture(with: frame))
    }
    #expect(pool.createdCount == 1)
    #expect(pool.freeCount == 1)
  }

  @Test("a pool keeps no more than its limit, and nothing of another size")
  func bounds() {
    let pool = VideoFramePool(limit: 2)
    var frames = (0..<5).map { _ in VideoFrame(pool.makeBuffer(width: 32, height: 32), timestamp: .zero) }
    #expect(pool.createdCount == 5)
    frames.removeAll()
    #expect(pool.freeCount == 2)
    let larger = VideoFrame(pool.makeBuffer(width: 64, height: 32), timestamp: .zero)
    #expect(larger.width == 64)
    #expect(pool.freeCount == 0)
  }

  @Test("a frame that is kept is not changed by the next one from its pool")
  func isolation() {
    let pool = VideoFramePool()
    var first = pool.makeBuffer(width: 32, height: 32)
    first.fill(luma: 50, cb: 1, cr: 2)
    let kept = VideoFrame(first, timestamp: .zero)
    var second = pool.makeBuffer(width: 32, height: 32)
    second.fill(luma: 99, cb: 3, cr: 4)
    #expect(kept.pixel(x: 31, y: 31) == (50, 1, 2))
  }
}

@Suite("Audio frames")
struct AudioFrameTests {
  @Test("MS-12: interleaved channels keep their identity")
  func channels() {
    let frame = AudioFrame(format: .stereo48k, samples: [1, -1, 2, -2, 3, -3], timestamp: .zero)
    #expect(frame.sampleCount == 3)
    #expect(frame.channel(0) == [1, 2, 3])
    #expect(frame.channel(1) == [-1, -2, -3])
    #expect(frame.duration == .nanoseconds(62_500))
  }
}

@Suite("Media time")
struct MediaTimeTests {
  @Test("arithmetic is exact, and saturates at the limits of the clock")
  func arithmetic() {
    let time = MediaTime(nanoseconds: 1_000)
    #expect((time + .milliseconds(5)).nanoseconds == 5_001_000)
    #expect((time - .nanoseconds(1)).nanoseconds == 999)
    #expect(MediaTime(nanoseconds: 500) - time == .nanoseconds(-500))
    #expect((MediaTime(nanoseconds: .max) + .seconds(1)).nanoseconds == .max)
    #expect((time + .seconds(Int64.max)).nanoseconds == .max)
    #expect(MediaTime.now <= MediaTime.now)
  }
}
