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

  /// Calls, kills the caller so long after its recording has begun, and gives what it recorded.
  private func recording(
    killedAfter span: Duration, asksFFprobe: Bool = false
  ) async throws -> (bytes: [UInt8], span: Double, report: String?) {
    var result: (bytes: [UInt8], span: Double, report: String?) = ([], 0, nil)
    try await withServer { _, url in
      try await withFolder { folder in
        let file = folder.appendingPathComponent("call.webm")
        let caller = try Program(["call", url, "--duration", "60"] + small, in: folder)
        // The header is written when the first picture and the first sound are there.
        try await caller.wait { _ in (try? file.resourceValues(forKeys: [.fileSizeKey]).fileSize) ?? 0 > 0 }
        let start = ContinuousClock.now
        try await Task.sleep(for: span)
        caller.signal(SIGKILL)
        result.span = (ContinuousClock.now - start) / .seconds(1)
        #expect(await caller.outcome().status == -SIGKILL)
        result.bytes = [UInt8](try Data(contentsOf: file))
        if asksFFprobe { result.report = try FFprobe.frameCounts(of: file) }
      }
    }
    return result
  }

  @Test(
    "A recording whose process is killed at any moment plays up to the last second",
    arguments: [30, 410, 1_130, 1_560, 1_730, 2_290, 2_600, 2_870, 3_470])
  func killedRecording(milliseconds: Int) async throws {
    let (bytes, span, _) = try await recording(killedAfter: .milliseconds(milliseconds))
    let blocks = WebMBlocks(bytes)
    #expect(blocks.hasTracks)
    for track in [1, 2] {
      let times = blocks.times.filter { $0.track == track }.map { Double($0.milliseconds) / 1_000 }
      let lost = span - (times.max() ?? 0)
      #expect(lost < 1, "track \(track): \(lost) s of \(span) s are lost")
      #expect(times.min() ?? 0 < 0.3)
    }
  }

  @Test(
    "ffprobe reads every frame of a recording whose process was killed",
    .enabled(if: FFprobe.isInstalled, "there is no ffprobe: it is in Debian's package ffmpeg"),
    arguments: [1_730, 3_100])
  func playability(milliseconds: Int) async throws {
    let (bytes, _, report) = try await recording(killedAfter: .milliseconds(milliseconds), asksFFprobe: true)
    let times = WebMBlocks(bytes).times
    let counts = [1, 2].map { track in times.count { $0.track == track } }
    #expect(counts.allSatisfy { $0 > 5 })
    #expect(report?.split(whereSeparator: \.isNewline).map { Int($0) ?? 0 } == counts, "\(report ?? "-")")
  }

  @Test(
    "Steps of the wall clock, an hour on and an hour back, disturb no call over sockets",
    .enabled(if: StepClock.hasCompiler, "there is no C compiler"),
    .enabled(
      if: ProcessInfo.processInfo.environment["RTC_SANITIZED"] == nil, "a sanitizer takes the place of the clock's rig")
  )
  func wallClock() async throws {
    try await withFolder { folder in
      let library = try StepClock.build(in: folder)
      func environment(_ name: String) -> [String: String] {
        ["LD_PRELOAD": library, "RIG_CLOCK_COUNT": folder.appendingPathComponent(name).path]
      }
      let server = try Program(
        ["serve", "--listen", "127.0.0.1:0", "--announce", "--source", "pattern"] + small,
        environment: environment("server"))
      let caller = try Program(
        ["call", try await server.address().url, "--record", "off", "--picture", "off", "--duration", "6", "--json"]
          + small, in: folder, environment: environment("caller"))
      let outcome = await caller.outcome()
      server.terminate()
      #expect(await server.outcome().status == 0)
      #expect(outcome.status == 0, "\(outcome.errors)")
      let summary = try JSONDecoder().decode(CallSummary.self, from: Data(outcome.output.utf8))
      #expect(summary.problems.isEmpty, "\(summary.text)")
      let received = summary.directions.filter { $0.way == .received }
      #expect(received.count == 2)
      for direction in received {
        let pause = try #require(direction.video?.longestPause ?? direction.audio?.longestPause)
        #expect(pause < 1, "\(summary.text)")
      }
      for name in ["server", "caller"] {
        let count = try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
        #expect(Int(count.filter(\.isNumber)) ?? 0 > 100, "\(name) was told a wrong time \(count) times")
      }
    }
  }
}

/// The rig that steps the wall clock of a program.
private enum StepClock {
  static let hasCompiler = (try? run(["cc", "--version"])) == true

  /// - Returns: the library to be preloaded.
  static func build(in folder: URL) throws -> String {
    let source = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Rigs/Clock/clock.c")
    let library = folder.appendingPathComponent("clock.so").path
    try #require(try run(["cc", "-O1", "-Wall", "-Werror", "-shared", "-fPIC", "-o", library, source.path]))
    return library
  }

  private static func run(_ command: [String]) throws -> Bool {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = command
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    return process.terminationStatus == 0
  }
}

private enum FFprobe {
  private static let path = "/usr/bin/ffprobe"
  static var isInstalled: Bool { FileManager.default.isExecutableFile(atPath: path) }

  /// Has every frame decoded.
  /// - Returns: how many there are of each stream, a line each.
  static func frameCounts(of file: URL) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = [
      "-v", "error", "-count_frames", "-show_entries", "stream=nb_read_frames", "-of", "csv=p=0", file.path,
    ]
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    return text
  }
}

/// The times of the blocks of a WebM file that may end anywhere (RFC 9559 §5.1.3).
private struct WebMBlocks {
  private(set) var times: [(track: Int, milliseconds: Int)] = []
  private(set) var hasTracks = false

  init(_ bytes: [UInt8]) {
    var position = 0
    var cluster = 0
    while let (id, start, size) = Self.element(in: bytes, at: position) {
      switch id {
      // Segment and Cluster: what they hold follows.
      case 0x1853_8067, 0x1F43_B675: position = start
      case 0x1654_AE6B:
        hasTracks = true
        position = start + size
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
