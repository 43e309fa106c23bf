import Foundation
import Testing

/// The built `rtc`, started as a process.
final class Program: Sendable {
  struct Outcome {
    /// That of a signal is negative.
    var status: Int32
    var output: String
    var errors: String
  }

  private let process: Process
  private let input: Pipe
  /// What it writes goes to files: nothing has to read along.
  private let folder: URL
  private let ends: AsyncStream<Int32>

  /// - Parameters:
  ///   - directory: its working directory.
  ///   - environment: what it finds in its environment besides this process's own.
  init(
    _ arguments: [String], in directory: URL = FileManager.default.temporaryDirectory,
    environment: [String: String] = [:]
  ) throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("rtc-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    process = Process()
    input = Pipe()
    let (ends, end) = AsyncStream.makeStream(of: Int32.self)
    self.ends = ends
    // The tests are a program of their own, beside which the build puts all others.
    process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
      .deletingLastPathComponent().appendingPathComponent("rtc")
    process.arguments = arguments
    process.currentDirectoryURL = directory
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.standardInput = input
    process.standardOutput = try Self.file(folder.appendingPathComponent("output"))
    process.standardError = try Self.file(folder.appendingPathComponent("errors"))
    process.terminationHandler = { process in
      end.yield(process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus)
      end.finish()
    }
    try process.run()
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  private static func file(_ url: URL) throws -> FileHandle {
    try Data().write(to: url)
    return try FileHandle(forWritingTo: url)
  }

  private func text(_ name: String) -> String {
    (try? String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)) ?? ""
  }

  var output: String { text("output") }
  var errors: String { text("errors") }

  /// Waits until something has been written.
  func wait(until condition: (Program) -> Bool) async throws {
    while !condition(self) {
      try #require(process.isRunning, "rtc ended: \(errors)")
      try await Task.sleep(for: .milliseconds(10))
    }
  }

  /// Waits for the announcement of `rtc serve --announce`.
  func address() async throws -> (url: String, udpPort: Int) {
    try await wait { $0.output.contains("\n") }
    let object = try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any]
    return (try #require(object?["url"] as? String), try #require(object?["udpPort"] as? Int))
  }

  func closeInput() throws { try input.fileHandleForWriting.close() }

  /// SIGTERM.
  func terminate() { process.terminate() }

  /// SIGKILL, SIGSTOP or whatever else.
  func signal(_ number: Int32) { kill(process.processIdentifier, number) }

  /// Waits for the end, and makes it one after a time.
  func outcome(within limit: Duration = .seconds(60)) async -> Outcome {
    let killer = Task { [process] in
      try await Task.sleep(for: limit)
      kill(process.processIdentifier, SIGKILL)
    }
    var status: Int32 = 0
    for await end in ends { status = end }
    killer.cancel()
    return Outcome(status: status, output: output, errors: errors)
  }

  static func run(_ arguments: [String], in directory: URL = FileManager.default.temporaryDirectory) async throws
    -> Outcome
  {
    try await Program(arguments, in: directory).outcome()
  }
}

/// A folder that is gone after the test.
func withFolder<Result>(_ body: (URL) async throws -> Result) async throws -> Result {
  let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  return try await body(folder)
}
