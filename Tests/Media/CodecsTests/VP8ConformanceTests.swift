import COpenSSL
import Foundation
import RTCFrames
import Testing

@testable import RTCCodecs

/// The test vectors of the VP8 decoder (webmproject/vp8-test-vectors), which are not part of this repository.
private let vectorDirectory: URL? = {
  let package = URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
    .deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
  let folder =
    ProcessInfo.processInfo.environment["RTC_VECTORS"].map { URL(filePath: $0) }
    ?? package.deletingLastPathComponent().appending(path: "shared/vectors")
  let vectors = folder.appending(path: "vp8")
  return FileManager.default.fileExists(atPath: vectors.path) ? vectors : nil
}()

@Suite("VP8 conformance")
struct VP8ConformanceTests {
  @Test(
    "CD-06: every frame of the published streams decodes to the published bytes",
    .enabled(if: vectorDirectory != nil, "the streams are looked for in RTC_VECTORS and ../shared/vectors"))
  func vectors() throws {
    let folder = try #require(vectorDirectory)
    let streams = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
      .filter { $0.pathExtension == "ivf" }.sorted { $0.path < $1.path }
    #expect(streams.count == 61)
    var frameCount = 0
    for stream in streams {
      let expected = try String(contentsOf: stream.appendingPathExtension("md5"), encoding: .utf8)
        .split(separator: "\n").compactMap { $0.split(separator: " ").first.map(String.init) }
      let decoder = try VP8VideoDecoder(VideoDecoderConfiguration(mimeType: "video/VP8"))
      var digests: [String] = []
      for bytes in try ivfFrames([UInt8](Data(contentsOf: stream))) {
        let isKeyFrame = VP8FrameHeader(bytes)?.isKeyFrame ?? false
        let frame = EncodedVideoFrame(bytes: bytes, mimeType: "video/VP8", isKeyFrame: isKeyFrame, timestamp: .zero)
        if let picture = try decoder.decode(frame) { digests.append(digest(packedPlanes(of: picture))) }
      }
      #expect(digests == expected, "\(stream.lastPathComponent)")
      frameCount += digests.count
    }
    #expect(frameCount == 1_572)
  }

  /// The frames of an IVF file: 32 bytes of header, then length, time and bytes of each.
  private func ivfFrames(_ file: [UInt8]) throws -> [[UInt8]] {
    var frames: [[UInt8]] = []
    var offset = 32
    while offset + 12 <= file.count {
      let length = (0..<4).reduce(0) { $0 | Int(file[offset + $1]) << (8 * $1) }
      try #require(offset + 12 + length <= file.count)
      frames.append(Array(file[(offset + 12)..<(offset + 12 + length)]))
      offset += 12 + length
    }
    return frames
  }

  private func packedPlanes(of picture: VideoFrame) -> [UInt8] {
    let layout = picture.layout
    var packed: [UInt8] = []
    picture.withUnsafePlanes { luma, cb, cr in
      for row in 0..<layout.height {
        packed += UnsafeBufferPointer(start: luma + row * layout.lumaStride, count: layout.width)
      }
      for plane in [cb, cr] {
        for row in 0..<layout.chromaHeight {
          packed += UnsafeBufferPointer(start: plane + row * layout.chromaStride, count: layout.chromaWidth)
        }
      }
    }
    return packed
  }

  private func digest(_ bytes: [UInt8]) -> String {
    var digest = [UInt8](repeating: 0, count: 16)
    EVP_Digest(bytes, bytes.count, &digest, nil, EVP_md5(), nil)
    return digest.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
  }
}
