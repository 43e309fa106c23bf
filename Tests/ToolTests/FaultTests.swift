import Foundation
import Testing

@testable import RTCTool

/// What may befall one of two processes that call each other.
@Suite(.serialized, .timeLimit(.minutes(3))) struct FaultTests {
  private let small = ["--size", "320x180", "--fps", "15"]

  private func withServer(_ body: (_ server: Program, _ url: String) async throws -> Void) async throws {
    let server = try Program(["serve", "--listen", "127.0.0.1:0", "--announce", "--source", "pattern"] + small)
    try await body(server, try await server.address().url)
    server.terminate()
    #expect(await server.outcome().status == 0)
  }

  @Test("A peer that is stopped for 10 s and goes on: so does the call")
  func stoppedPeer() async throws {
    try await withServer { server, url in
      try await withFolder { folder in
        let caller = try Program(
          ["call", url, "--record", "off", "--picture", "off", "--duration", "17", "--json"] + small, in: folder)
        try await caller.wait { $0.errors.contains("connected  2") }
        server.signal(SIGSTOP)
        try await Task.sleep(for: .seconds(10))
        server.signal(SIGCONT)
        let outcome = await caller.outcome()
        let summary = try JSONDecoder().decode(CallSummary.self, from: Data(outcome.output.utf8))
        #expect(summary.problems.isEmpty, "\(summary.text)")
        let received = summary.directions.filter { $0.way == .received }
        let video = try #require(received.compactMap(\.video).first)
        #expect(video.longestPause > 9 && video.longestPause < 12, "\(summary.text)")
        #expect(try #require(video.sinceLast) < 1, "\(summary.text)")
        let audio = try #require(received.compactMap(\.audio).first)
        #expect(audio.longestPause < 12.5, "\(summary.text)")
        #expect(try #require(audio.sinceLast) < 1.5, "\(summary.text)")
      }
    }
  }

  @Test("A recording whose process is killed at any moment plays up to the last second", arguments: [1_300, 2_700])
  func killedRecording(milliseconds: Int) async throws {
    try await withServer { _, url in
      try await withFolder { folder in
        let caller = try Program(["call", url, "--duration", "60"] + small, in: folder)
        try await caller.wait { $0.errors.contains("connected  1") }
        let file = folder.appendingPathComponent("call.webm")
        let start = ContinuousClock.now
        try await Task.sleep(for: .milliseconds(milliseconds))
        caller.signal(SIGKILL)
        let span = Double((ContinuousClock.now - start) / .milliseconds(1)) / 1_000
        #expect(await caller.outcome().status == -SIGKILL)
        let bytes = [UInt8](try Data(contentsOf: file))
        let blocks = WebMBlocks(bytes)
        for track in [1, 2] {
          let times = blocks.times.filter { $0.track == track }.map { Double($0.milliseconds) / 1_000 }
          let (first, last) = (try #require(times.min()), try #require(times.max()))
          // Connected for a second before: all of that is there but for the last second.
          #expect(last - first > span - 0.5, "track \(track): \(first) to \(last) s of \(span) s")
        }
        try expectPlayable(file)
      }
    }
  }

  /// Asks ffprobe, where it is installed, to read every packet.
  private func expectPlayable(_ file: URL) throws {
    guard FileManager.default.isExecutableFile(atPath: "/usr/bin/ffprobe") else { return }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/ffprobe")
    process.arguments = [
      "-v", "error", "-count_frames", "-show_entries", "stream=nb_read_frames", "-of", "csv=p=0", file.path,
    ]
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    let frames = text.split(whereSeparator: \.isNewline).compactMap { Int($0.filter(\.isNumber)) }
    #expect(frames.count == 2 && frames.allSatisfy { $0 > 10 }, "\(text)")
  }
}

/// The times of the blocks of a WebM file that may end anywhere (RFC 9559 §5.1.3).
private struct WebMBlocks {
  private(set) var times: [(track: Int, milliseconds: Int)] = []

  init(_ bytes: [UInt8]) {
    var position = 0
    var cluster = 0
    while let (id, start, size) = Self.element(in: bytes, at: position) {
      switch id {
      // Segment and Cluster: what they hold follows.
      case 0x1853_8067, 0x1F43_B675: position = start
      case 0xE7:
        guard start + size <= bytes.count else { return }
        cluster = bytes[start..<(start + size)].reduce(0) { $0 << 8 | Int($1) }
        position = start + size
      case 0xA3:
        guard start + size <= bytes.count, size > 4 else { return }
        let offset = Int16(bitPattern: UInt16(bytes[start + 1]) << 8 | UInt16(bytes[start + 2]))
        times.append((Int(bytes[start] & 0x7F), cluster + Int(offset)))
        position = start + size
      default: position = start + size
      }
    }
  }

  private static func element(in bytes: [UInt8], at position: Int) -> (id: UInt32, start: Int, size: Int)? {
    guard position < bytes.count else { return nil }
    let idLength = bytes[position].leadingZeroBitCount + 1
    let sizeStart = position + idLength
    guard idLength <= 4, sizeStart < bytes.count else { return nil }
    let id = bytes[position..<sizeStart].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    let sizeLength = bytes[sizeStart].leadingZeroBitCount + 1
    guard sizeLength <= 8, sizeStart + sizeLength <= bytes.count else { return nil }
    var size = Int(bytes[sizeStart]) & (1 << (8 - sizeLength) - 1)
    for index in 1..<max(1, sizeLength) { size = size << 8 | Int(bytes[sizeStart + index]) }
    return (id, sizeStart + sizeLength, size)
  }
}
