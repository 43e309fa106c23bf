import CTurboJPEG
import CYUV
import Glibc
import MediaStreams
import RTCCapture
import RTCFrames

/// CPU time per captured picture of 1280x720 against its conversion alone, and how late the consumer has it.
struct CaptureBenchmark {
  private static let (width, height) = (1_280, 720)

  /// The folder of the rig's cameras: `video0` has YUYV, `video1` has MJPEG.
  let cameras: String

  func run() async throws {
    print("Capture of 1280x720: per picture")
    for (name, device, tracks, alone) in [
      ("YUYV", "video0", 1, Self.yuyv()), ("MJPEG 4:2:2", "video1", 1, try Self.mjpeg()),
      ("YUYV, 24 tracks", "video0", 24, Self.yuyv()),
    ] {
      let (cost, latencies) = try await capture(device, tracks: tracks)
      let second = Int((cost * 30 / 1_000).rounded())
      print(
        "  \(name): \(Int(cost)) us of CPU, \(Int(alone)) for the conversion alone, so \(second) ms for a second of 30; "
          + "latency \(Int(latencies.median)) us at the median, \(Int(latencies.highest)) at the 95th percentile")
    }
  }

  private struct Latencies {
    var median: Double
    var highest: Double

    init(_ values: [Double]) {
      let sorted = values.sorted()
      median = sorted.isEmpty ? 0 : sorted[sorted.count / 2]
      highest = sorted.isEmpty ? 0 : sorted[sorted.count * 95 / 100]
    }
  }

  /// CPU time of the camera's thread for each picture, and how old pictures are when a consumer has them, in us.
  private func capture(_ device: String, tracks count: Int) async throws -> (cost: Double, latencies: Latencies) {
    let source = V4L2Source(path: "\(cameras)/\(device)", width: Self.width, height: Self.height, frameRate: 25)
    let track = try MediaStreamTrack(source: source)
    var clones: [MediaStreamTrack] = []
    for _ in 1..<max(2, count) where count > 1 { clones.append(track.clone()) }
    let readers = clones.map { clone in Task { for await _ in clone.videoFrames() {} } }
    defer {
      for track in [track] + clones { track.stop() }
      for reader in readers { reader.cancel() }
    }
    var latencies: [Double] = []
    var (before, frames) = (Int64(0), 0)
    for await frame in track.videoFrames() {
      latencies.append(Double((MediaTime.now - frame.timestamp).nanoseconds) / 1_000)
      // The first pictures fill the pool.
      if latencies.count == 10 { (before, frames) = (Self.threadTime(named: device), source.statistics.frames) }
      if latencies.count == 110 { break }
    }
    let spent = Self.threadTime(named: device) - before
    let captured = source.statistics.frames - frames
    return (Double(spent) / 1_000 / Double(max(1, captured)), Latencies(Array(latencies.dropFirst(10))))
  }

  /// CPU time of a thread of this process, in nanoseconds.
  private static func threadTime(named name: String) -> Int64 {
    guard let directory = opendir("/proc/self/task") else { return 0 }
    defer { closedir(directory) }
    while let entry = readdir(directory) {
      let identifier = withUnsafeBytes(of: entry.pointee.d_name) {
        String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      guard let number = Int32(identifier), let file = fopen("/proc/self/task/\(identifier)/comm", "r") else {
        continue
      }
      defer { fclose(file) }
      var line = [UInt8](repeating: 0, count: 32)
      let count = fread(&line, 1, 31, file)
      guard String(decoding: line.prefix(count).prefix { $0 != 10 }, as: UTF8.self) == name else { continue }
      // How Linux numbers the clocks of threads (CPUCLOCK_SCHED of one thread).
      var time = timespec()
      clock_gettime((~number << 3) | 6, &time)
      return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
    return 0
  }

  /// The CPU time of one run in us: the median of many. As with a camera, nothing of it is in the processor's caches.
  private static func cost(_ body: () -> Void) -> Double {
    var other = [UInt8](repeating: 0, count: 64 << 20)
    let costs = (0..<40).map { run -> Double in
      for index in stride(from: 0, to: other.count, by: 64) { other[index] = UInt8(run) }
      var (start, end) = (timespec(), timespec())
      clock_gettime(CLOCK_THREAD_CPUTIME_ID, &start)
      body()
      clock_gettime(CLOCK_THREAD_CPUTIME_ID, &end)
      return Double(end.tv_sec - start.tv_sec) * 1e6 + Double(end.tv_nsec - start.tv_nsec) / 1_000
    }
    return costs.sorted()[costs.count / 2]
  }

  private static func yuyv() -> Double {
    let source = [UInt8](repeating: 100, count: width * height * 2)
    var target = VideoFrameBuffer(width: width, height: height)
    let layout = target.layout
    return cost {
      target.withUnsafePlanes { luma, cb, cr in
        _ = YUY2ToI420(
          source, Int32(width * 2), luma.baseAddress, Int32(layout.lumaStride), cb.baseAddress,
          Int32(layout.chromaStride), cr.baseAddress, Int32(layout.chromaStride), Int32(width), Int32(height))
      }
    }
  }

  /// TurboJPEG into planes of the subsampling that the picture has.
  private static func mjpeg() throws -> Double {
    var plain = [UInt8](repeating: 128, count: width * height * 2)
    for index in 0..<(width * height) { plain[index] = UInt8(index % width % 200) }
    let (encoder, decoder) = (tjInitCompress(), tjInitDecompress())
    defer {
      tjDestroy(encoder)
      tjDestroy(decoder)
    }
    let subsampling = Int32(TJSAMP_422.rawValue)
    var bytes: UnsafeMutablePointer<UInt8>?
    var count: UInt = 0
    guard
      tjCompressFromYUV(encoder, plain, Int32(width), 1, Int32(height), subsampling, &bytes, &count, 95, 0) == 0
    else { throw RiggedProcess.Failure(description: "no JPEG could be made") }
    defer { tjFree(bytes) }
    return cost {
      _ = tjDecompressToYUV2(decoder, bytes, count, &plain, Int32(width), 1, Int32(height), 0)
    }
  }
}
