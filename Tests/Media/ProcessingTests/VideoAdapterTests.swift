import RTCFrames
import Testing

@testable import RTCProcessing

@Suite("Derived pictures")
struct VideoAdapterTests {
  private func adapted(_ frame: VideoFrame, by adapter: inout VideoAdapter) throws -> VideoFrame {
    let result = adapter.adapt(frame)
    return try #require(result)
  }

  @Test("pictures are scaled, and regions of them; one that fits stays the same")
  func scaler() {
    let scaler = VideoScaler()
    let picture = gradient(width: 320, height: 240)
    let half = scaler.scale(picture, width: 160, height: 120)
    #expect((half.width, half.height) == (160, 120))
    #expect(abs(Int(half.pixel(x: 80, y: 60).luma) - 116) <= 1)
    #expect(scaler.scale(picture, width: 320, height: 240).sharesPicture(with: picture))
    let quarter = scaler.scale(
      picture, width: 100, height: 100, region: VideoScaler.Region(x: 101, y: 51, width: 100, height: 100))
    #expect(quarter.pixel(x: 0, y: 0).luma == picture.pixel(x: 100, y: 50).luma)
  }

  @Test("CN-14: 640x480 becomes 320x180 by its middle, neither stretched nor with bars")
  func cropAndScale() throws {
    var adapter = VideoAdapter(width: 320, height: 180)
    let time = MediaTime(nanoseconds: 77)
    let frame = try adapted(gradient(width: 640, height: 480, time: time), by: &adapter)
    #expect((frame.width, frame.height) == (320, 180))
    #expect(frame.timestamp == time)
    // All columns, and the rows from 60 to 420.
    #expect(abs(Int(frame.pixel(x: 0, y: 0).luma) - 16) <= 1)
    #expect(abs(Int(frame.pixel(x: 319, y: 0).luma) - 215) <= 1)
    #expect(abs(Int(frame.pixel(x: 0, y: 0).cb) - (16 + 200 * 60 / 480)) <= 1)
    #expect(abs(Int(frame.pixel(x: 0, y: 179).cb) - (16 + 200 * 419 / 480)) <= 1)
  }

  @Test("CN-16: a square is the middle of the picture")
  func square() throws {
    var adapter = VideoAdapter(width: 480, height: 480)
    let frame = try adapted(gradient(width: 640, height: 480), by: &adapter)
    #expect((frame.width, frame.height) == (480, 480))
    #expect(abs(Int(frame.pixel(x: 0, y: 0).luma) - (16 + 200 * 80 / 640)) <= 1)
    #expect(abs(Int(frame.pixel(x: 479, y: 0).luma) - (16 + 200 * 559 / 640)) <= 1)
  }

  @Test(
    "CN-14: pictures are never made larger, and keep the shape that is wanted",
    arguments: [
      (640, 480, 1_280, 720, 640, 360), (640, 480, 640, 360, 640, 360), (320, 240, 480, 480, 240, 240),
      (640, 480, 1_280, 960, 640, 480), (3, 2, 100, 1, 3, 1),
    ])
  func neverLarger(values: (Int, Int, Int, Int, Int, Int)) throws {
    let (sourceWidth, sourceHeight, width, height, expectedWidth, expectedHeight) = values
    var adapter = VideoAdapter(width: width, height: height)
    let frame = try adapted(gradient(width: sourceWidth, height: sourceHeight), by: &adapter)
    #expect((frame.width, frame.height) == (expectedWidth, expectedHeight))
  }

  @Test("any size is derived from any picture that is large enough")
  func everySize() throws {
    var adapter = VideoAdapter()
    for (sourceWidth, sourceHeight) in [(640, 480), (641, 359), (64, 700)] {
      let picture = gradient(width: sourceWidth, height: sourceHeight)
      for width in stride(from: 1, through: sourceWidth, by: 61) {
        for height in stride(from: 1, through: sourceHeight, by: 97) {
          (adapter.width, adapter.height) = (width, height)
          let frame = try adapted(picture, by: &adapter)
          #expect((frame.width, frame.height) == (width, height))
        }
      }
    }
  }

  @Test("a picture that lies on its side has the size as it is shown")
  func rotation() throws {
    var adapter = VideoAdapter(width: 180, height: 320)
    let frame = try adapted(gradient(width: 640, height: 480, rotation: .clockwise270), by: &adapter)
    #expect((frame.width, frame.height, frame.rotation) == (320, 180, .clockwise270))
  }

  @Test("without a wish, or with the size of the source, pictures pass as they are")
  func unchanged() throws {
    let picture = gradient(width: 64, height: 48)
    var adapter = VideoAdapter()
    #expect(try adapted(picture, by: &adapter).sharesPicture(with: picture))
    adapter.width = 64
    #expect(try adapted(picture, by: &adapter).sharesPicture(with: picture))
    adapter.height = 48
    #expect(try adapted(picture, by: &adapter).sharesPicture(with: picture))
  }

  @Test("tracks that want the same size share one scaled picture")
  func sharing() throws {
    let scaler = SharedVideoScaler()
    var adapters = (0..<24).map { VideoAdapter(width: $0 < 23 ? 320 : 160, height: $0 < 23 ? 180 : 90, scaler: scaler) }
    for number in 0..<5 {
      let picture = gradient(width: 640, height: 480, time: MediaTime(nanoseconds: Int64(number)))
      var first: VideoFrame?
      for index in adapters.indices {
        let frame = try adapted(picture, by: &adapters[index])
        #expect(frame.timestamp == picture.timestamp)
        if let first, index < 23 { #expect(frame.sharesPicture(with: first)) }
        first = first ?? frame
      }
    }
    #expect(scaler.scaledCount == 10)
  }

  /// The times that remain of pictures at a rate, whose times jitter.
  private func times(rate: Double, limit: Double, seconds: Double, jitter: Int64 = 0) -> [MediaTime] {
    var decimator = FrameDecimator(frameRate: limit)
    return (0..<Int(rate * seconds)).map { index in
      MediaTime(nanoseconds: 5_000_000_000 + Int64(Double(index) * 1e9 / rate) + Int64(index % 3 - 1) * jitter)
    }.filter { decimator.keeps($0) }
  }

  @Test(
    "CN-15: pictures are left out evenly, down to the rate",
    arguments: [
      (30.0, 10.0), (30, 15), (30, 20), (30, 25), (29.97, 30), (60, 24), (15, 30), (30, 1), (50, 30), (28, 30),
    ],
    [0, 5_000_000])
  func decimation(rates: (Double, Double), jitter: Int64) {
    let (rate, limit) = rates
    let kept = times(rate: rate, limit: limit, seconds: 30, jitter: min(jitter, Int64(0.15e9 / rate)))
    #expect(abs(Double(kept.count) / 30 - min(rate, limit)) <= min(rate, limit) * 0.05)
    // No gap is longer than what is wanted and one picture of the source more.
    for (before, after) in zip(kept, kept.dropFirst()) {
      #expect((after - before).inSeconds <= 1 / limit + 1 / rate + 0.011)
    }
  }

  @Test("CN-15: a third of the pictures is every third")
  func everyThird() {
    let kept = times(rate: 30, limit: 10, seconds: 5)
    #expect(kept.count == 50)
    for (before, after) in zip(kept, kept.dropFirst()) { #expect(abs((after - before).inSeconds - 0.1) < 0.001) }
  }

  @Test("after a gap, and after a clock that went back, pictures go on at once")
  func gaps() {
    var decimator = FrameDecimator(frameRate: 10)
    func kept(_ milliseconds: [Int64]) -> [Bool] {
      milliseconds.map { decimator.keeps(MediaTime(nanoseconds: $0 * 1_000_000)) }
    }
    #expect(kept([10_000, 10_033, 10_100]) == [true, false, true])
    #expect(kept([20_000, 20_033, 20_080, 20_120, 20_180]) == [true, false, true, false, true])
    #expect(kept([5_000, 5_033, 5_100]) == [true, false, true])
    decimator = FrameDecimator(frameRate: 0)
    #expect(kept([0, 1_000, 100_000]) == [true, false, false])
  }
}
