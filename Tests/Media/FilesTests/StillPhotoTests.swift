import CPNG
import CTurboJPEG
import MediaStreams
import RTCFiles
import RTCFrames
import RTCMediaTestSupport
import RTCSynthetic
import Testing

/// MDN's guide *Taking still photos with getUserMedia()*, and the Snapshot Kiosk of mediacapture-main.
@Suite("Still photos")
struct StillPhotoTests {
  private let devices: MediaDevices

  init() {
    devices = MediaDevices(salt: .ephemeral)
    devices.add(.virtual(TestPatternSource(width: 640, height: 360), label: "Pattern"))
  }

  private func decodePNG(_ bytes: [UInt8]) -> (width: Int, height: Int, rgba: [UInt8]) {
    var image = png_image()
    image.version = png_uint_32(PNG_IMAGE_VERSION)
    guard png_image_begin_read_from_memory(&image, bytes, bytes.count) != 0 else { return (0, 0, []) }
    image.format = png_uint_32(PNG_FORMAT_FLAG_COLOR | PNG_FORMAT_FLAG_ALPHA)
    var pixels = [UInt8](repeating: 0, count: Int(image.width * image.height * 4))
    let isRead = png_image_finish_read(&image, nil, &pixels, 0, nil) != 0
    return isRead ? (Int(image.width), Int(image.height), pixels) : (0, 0, [])
  }

  private func decodeJPEG(_ bytes: [UInt8]) -> (width: Int, height: Int, rgba: [UInt8]) {
    let handle = tjInitDecompress()
    defer { tjDestroy(handle) }
    var (width, height, subsampling, colours) = (Int32(0), Int32(0), Int32(0), Int32(0))
    tjDecompressHeader3(handle, bytes, UInt(bytes.count), &width, &height, &subsampling, &colours)
    var pixels = [UInt8](repeating: 0, count: Int(width * height * 4))
    tjDecompress2(handle, bytes, UInt(bytes.count), &pixels, width, 0, height, Int32(TJPF_RGBA.rawValue), 0)
    return (Int(width), Int(height), pixels)
  }

  /// Whether the eight bars have their colours, read in the middle of each at a quarter of the height.
  private func showsBars(_ picture: (width: Int, height: Int, rgba: [UInt8]), tolerance: Int) -> Bool {
    PatternGeometry.barColours.enumerated().allSatisfy { index, colour in
      let column = index * picture.width / 8 + picture.width / 16
      let pixel = (picture.height / 4 * picture.width + column) * 4
      guard pixel + 3 < picture.rgba.count, picture.rgba[pixel + 3] == 255 else { return false }
      let seen = PatternColour(
        red: Int(picture.rgba[pixel]), green: Int(picture.rgba[pixel + 1]), blue: Int(picture.rgba[pixel + 2]))
      return seen.distance(to: colour) <= tolerance
    }
  }

  @Test("GN-19: MDN's photo booth: a picture of the camera, 320 pixels wide in the camera's shape, as PNG and JPEG")
  func photoBooth() async throws {
    // navigator.mediaDevices.getUserMedia({ video: true, audio: false })
    let stream = try await devices.getUserMedia(audio: false, video: true)
    let frame = try await stream.videoTracks[0].grabFrame()
    #expect(frame.width == 640 && frame.height == 360)
    // height = (video.videoHeight / video.videoWidth) * width
    let photo = frame.scaled(width: 320)
    #expect(photo.height == 180)
    let png = decodePNG(try PNGWriter.encode(photo))
    #expect(png.width == 320 && png.height == 180 && showsBars(png, tolerance: 4))
    let jpeg = decodeJPEG(try JPEGWriter.encode(photo))
    #expect(jpeg.width == 320 && jpeg.height == 180 && showsBars(jpeg, tolerance: 8))
    #expect(showsBars((320, 180, photo.rgba()), tolerance: 4))
    stream.videoTracks[0].stop()
  }

  @Test("GN-19: MDN's clearphoto(): a light grey picture")
  func clearPhoto() throws {
    var buffer = VideoFrameBuffer(width: 320, height: 240)
    // #AAA
    let grey = PatternColour(grey: 0xAA).components
    buffer.fill(luma: grey.luma, cb: grey.cb, cr: grey.cr)
    let png = decodePNG(try PNGWriter.encode(VideoFrame(buffer, timestamp: .zero)))
    #expect(png.rgba.count == 320 * 240 * 4)
    #expect(zip(png.rgba.indices, png.rgba).allSatisfy { $0 % 4 == 3 || abs(Int($1) - 0xAA) <= 2 })
  }

  @Test("GN-19: a track can be constrained to the size of the photo, and turned pictures are upright")
  func constrained() async throws {
    let track = try await devices.getUserMedia(video: .init(width: .exact(320), height: .exact(240))).videoTracks[0]
    defer { track.stop() }
    var frame = try await track.grabFrame()
    #expect(frame.width == 320 && frame.height == 240)
    frame.rotation = .clockwise90
    let jpeg = decodeJPEG(try JPEGWriter.encode(frame, quality: 50))
    #expect(jpeg.width == 240 && jpeg.height == 320 && frame.rgba().count == jpeg.rgba.count)
  }

  @Test("JPEG files are written, smaller with less quality, and a place that does not exist is an error")
  func files() async throws {
    let folder = TemporaryFolder()
    let track = try await devices.getUserMedia(video: true).videoTracks[0]
    defer { track.stop() }
    let frame = try await track.grabFrame()
    let path = folder.file("photo.jpg")
    try JPEGWriter.write(frame, to: path, quality: 95)
    let bytes = TemporaryFolder.read(path)
    #expect(bytes.prefix(3) == [0xFF, 0xD8, 0xFF])
    #expect(try JPEGWriter.encode(frame, quality: 20).count < bytes.count)
    #expect(throws: MediaError.self) { try JPEGWriter.write(frame, to: folder.file("none/photo.jpg")) }
  }
}
