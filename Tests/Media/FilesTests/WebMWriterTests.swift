import RTCFrames
import RTCMediaTestSupport
import RTCSynthetic
import Testing

@testable import RTCFiles

@Suite("WebM")
struct WebMWriterTests {
  private let folder = TemporaryFolder()

  /// Frames of a small alphabet, which only look like pictures.
  private func frame(_ track: Int, _ milliseconds: Int64, key: Bool = true, size: Int = 20) -> WebMFrame {
    WebMFrame(
      track: track, milliseconds: milliseconds, isKeyFrame: key,
      bytes: (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ Int(milliseconds)) })
  }

  private func write(_ frames: [WebMFrame], tracks: [WebMTrack], finishing: Bool = true) throws -> [UInt8] {
    let path = folder.file("test.webm")
    var writer = try WebMWriter(path: path, tracks: tracks)
    for frame in frames { try writer.write(frame) }
    if finishing { try writer.finish() } else { try writer.flush() }
    return TemporaryFolder.read(path)
  }

  private let both: [WebMTrack] = [.vp8(width: 640, height: 480), .opus(channels: 2)]

  /// Ten seconds of both.
  private var call: [WebMFrame] {
    let video = (0..<300).map { frame(0, Int64($0) * 33, key: $0 % 70 == 0, size: 100 + $0) }
    let audio = (0..<500).map { frame(1, Int64($0) * 20) }
    return (video + audio).sorted { $0.milliseconds < $1.milliseconds }
  }

  @Test(
    "sizes of elements take as few bytes as they can, and none that means unknown", arguments: [0, 1, 126, 127, 128])
  func sizes(count: Int) {
    var writer = EBMLWriter()
    writer.binary(.void, [UInt8](repeating: 1, count: count))
    #expect(writer.bytes.count == 1 + (count < 127 ? 1 : 2) + count)
    let elements = EBMLReader(bytes: writer.bytes).elements(in: writer.bytes.indices)
    #expect(elements.count == 1)
    #expect(elements.first?.contents.count == count)
    #expect(elements.first?.isOpen == false)
  }

  @Test("GN-18: every frame is in the file bit by bit, in order of time, in clusters of at most half a second")
  func contents() throws {
    let reader = EBMLReader(bytes: try write(call, tracks: both))
    let blocks = reader.blocks
    for track in [1, 2] {
      #expect(blocks.filter { $0.track == track }.map(\.bytes) == call.filter { $0.track == track - 1 }.map(\.bytes))
    }
    #expect(blocks.map(\.milliseconds) == blocks.map(\.milliseconds).sorted())
    for (_, cluster) in Dictionary(grouping: blocks, by: \.cluster) {
      let times = cluster.map(\.milliseconds)
      #expect(try #require(times.max()) - #require(times.min()) < 500)
    }
    #expect(blocks.first?.isKeyFrame == true)
    // Key frames of pictures come first in their cluster.
    for block in blocks where block.track == 1 && block.isKeyFrame {
      #expect(blocks.first { $0.cluster == block.cluster }?.milliseconds == block.milliseconds)
    }
  }

  @Test("the header describes the tracks")
  func header() throws {
    let reader = EBMLReader(bytes: try write(call, tracks: both))
    #expect(reader.find(.ebml, .docType).map { String(decoding: reader.bytes[$0.contents], as: UTF8.self) } == ["webm"])
    let codecs = reader.find(.segment, .tracks, .trackEntry, .codecID)
    #expect(codecs.map { String(decoding: reader.bytes[$0.contents], as: UTF8.self) } == ["V_VP8", "A_OPUS"])
    let width = try #require(reader.find(.segment, .tracks, .trackEntry, .video, .pixelWidth).first)
    #expect(reader.unsigned(width) == 640)
    let head = try #require(reader.find(.segment, .tracks, .trackEntry, .codecPrivate).first)
    #expect(reader.bytes[head.contents].starts(with: "OpusHead".utf8))
    #expect(head.contents.count == 19)
  }

  @Test("a finished file has its duration, and an index whose places are right")
  func index() throws {
    let reader = EBMLReader(bytes: try write(call, tracks: both))
    let segment = try #require(reader.find(.segment).first)
    #expect(!segment.isOpen)
    let duration = try #require(reader.find(.segment, .info, .duration).first)
    #expect(Double(bitPattern: reader.unsigned(duration)) == 9_980)
    let cues = reader.find(.segment, .cues, .cuePoint)
    #expect(cues.count == 5)
    let clusters = reader.find(.segment, .cluster)
    for cue in cues {
      let time = try #require(reader.find(.cueTime, from: cue.contents).first)
      let place = try #require(reader.find(.cueTrackPositions, .cueClusterPosition, from: cue.contents).first)
      let cluster = try #require(
        clusters.first { $0.position == segment.contents.lowerBound + Int(reader.unsigned(place)) })
      let timestamp = try #require(reader.find(.timestamp, from: cluster.contents).first)
      #expect(reader.unsigned(timestamp) == reader.unsigned(time))
    }
    for seek in reader.find(.segment, .seekHead, .seek) {
      let id = try #require(reader.find(.seekID, from: seek.contents).first)
      let place = try #require(reader.find(.seekPosition, from: seek.contents).first)
      let position = segment.contents.lowerBound + Int(reader.unsigned(place))
      #expect(
        reader.elements(in: segment.contents).contains {
          $0.position == position && UInt64($0.id) == reader.unsigned(id)
        })
    }
  }

  @Test("a file that is cut off anywhere holds every cluster before the cut")
  func truncated() throws {
    let bytes = try write(call, tracks: both, finishing: false)
    let whole = EBMLReader(bytes: bytes)
    let clusters = whole.find(.segment, .cluster)
    #expect(clusters.count >= 10)
    for cut in stride(from: clusters[0].position, to: bytes.count, by: 997) {
      let reader = EBMLReader(bytes: Array(bytes.prefix(cut)))
      let complete = clusters.count { $0.contents.upperBound <= cut }
      #expect(reader.blocks.filter { $0.cluster < complete } == whole.blocks.filter { $0.cluster < complete })
    }
  }

  @Test("frames that are late are sorted in, and those that are too late come next")
  func lateFrames() throws {
    var frames = (0..<100).map { frame(0, Int64($0) * 33, key: $0 == 0) }
    frames.insert(frame(1, 0), at: 6)
    // A cluster of the first half second is written once 0.75 seconds are there.
    frames.insert(frame(1, 500), at: 60)
    let blocks = EBMLReader(bytes: try write(frames, tracks: both)).blocks
    #expect(blocks.count == 102)
    #expect(blocks.map(\.milliseconds) == blocks.map(\.milliseconds).sorted())
    let sound = blocks.filter { $0.track == 2 }.map(\.milliseconds)
    #expect(sound.first == 0)
    #expect(try #require(sound.last) >= 990)
  }

  @Test("time that stands still does not fill the memory")
  func standstill() throws {
    let path = folder.file("still.webm")
    var writer = try WebMWriter(path: path, tracks: [.opus(channels: 2)])
    for _ in 0..<5_000 { try writer.write(frame(0, 0)) }
    #expect(writer.writtenFrames >= 4_000)
    try writer.finish()
    #expect(EBMLReader(bytes: TemporaryFolder.read(path)).blocks.count == 5_000)
  }

  @Test("the index of a long recording is bounded")
  func longRecording() throws {
    let frames = (0..<10_000).map { frame(0, Int64($0) * 1_000, size: 1) }
    let reader = EBMLReader(bytes: try write(frames, tracks: [.vp8(width: 2, height: 2)]))
    let cues = reader.find(.segment, .cues, .cuePoint)
    #expect((2_048...4_096).contains(cues.count))
    #expect(reader.blocks.count == 10_000)
  }

  @Test("a file that cannot be made says why")
  func errors() {
    let error = #expect(throws: MediaError.self) {
      _ = try WebMWriter(path: folder.file("missing/test.webm"), tracks: both)
    }
    #expect(error?.name == .notFoundError)
    let full = #expect(throws: MediaError.self) {
      _ = try WebMWriter(path: "/dev/full", tracks: both)
    }
    #expect(full?.message.contains("No space left") == true)
  }

  @Test("an independent player plays the file, whole and cut off", .enabled(if: Shell.hasFFmpeg, "ffmpeg is missing"))
  func playable() async throws {
    let path = folder.file("call.webm")
    let video = try EncodedMedia.video(frames: 120)
    let audio = try EncodedMedia.audio(packets: 200)
    var frames = video.map {
      WebMFrame(
        track: 0, milliseconds: $0.timestamp.nanoseconds / 1_000_000, isKeyFrame: $0.isKeyFrame, bytes: $0.bytes)
    }
    frames += audio.map {
      WebMFrame(track: 1, milliseconds: $0.timestamp.nanoseconds / 1_000_000, isKeyFrame: true, bytes: $0.bytes)
    }
    frames.sort { $0.milliseconds < $1.milliseconds }
    var writer = try WebMWriter(path: path, tracks: [.vp8(width: 320, height: 180), .opus(channels: 2)])
    for frame in frames { try writer.write(frame) }
    try writer.finish()

    let probe = try await Shell.run(
      "ffprobe -v error -count_frames -show_entries "
        + "stream=codec_name,width,height,sample_rate,nb_read_frames:format=duration -of default=nw=1 '\(path)'")
    #expect(probe.output.contains("codec_name=vp8"))
    #expect(probe.output.contains("codec_name=opus"))
    #expect(probe.output.contains("width=320"))
    #expect(probe.output.contains("nb_read_frames=\(video.count)"))
    #expect(probe.output.contains("nb_read_frames=\(audio.count)"))
    #expect(probe.output.contains("duration=3.98"))
    #expect(try await Shell.run("ffmpeg -v error -xerror -i '\(path)' -f null -").output == "")

    // What a player decodes is what was recorded.
    let pictures = folder.file("call.y4m")
    #expect(
      try await Shell.run("ffmpeg -v error -i '\(path)' -an -vsync passthrough -pix_fmt yuv420p '\(pictures)'")
        .isSuccess)
    var reader = try Y4MReader(path: pictures)
    for index in 0..<video.count {
      let frame = try #require(try reader.next(timestamp: .zero))
      let reading = TestPatternReader.read(frame)
      #expect(reading.counter == UInt32(index))
      #expect(reading.hasRightColours)
    }
    let sound = folder.file("call.wav")
    #expect(try await Shell.run("ffmpeg -v error -i '\(path)' -vn -ac 1 '\(sound)'").isSuccess)
    var wave = try WAVReader(path: sound)
    var analyzer = ToneAnalyzer()
    analyzer.append(AudioFrame(format: wave.format, samples: try wave.read(count: 96_000), timestamp: .zero))
    #expect(try #require(analyzer.measurement).isTone(of: 440))

    // Seeking goes to a key frame by the index.
    #expect(
      try await Shell.run("ffmpeg -v error -ss 3 -i '\(path)' -frames:v 1 -f null -").output == "")

    let bytes = TemporaryFolder.read(path)
    let clusters = EBMLReader(bytes: bytes).find(.segment, .cluster)
    for cut in stride(from: clusters[1].contents.upperBound, to: bytes.count, by: bytes.count / 7) {
      let part = folder.write(Array(bytes.prefix(cut)), to: "part.webm")
      let complete = clusters.count { $0.contents.upperBound <= cut }
      let expected = EBMLReader(bytes: bytes).blocks.count { $0.cluster < complete && $0.track == 1 }
      let count = try await Shell.run(
        "ffprobe -v quiet -count_frames -select_streams v -show_entries stream=nb_read_frames -of csv=p=0 '\(part)'")
      #expect(Int(count.output.filter(\.isNumber)) ?? 0 >= expected)
    }
  }
}
