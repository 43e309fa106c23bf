import Foundation

/// The answering process of a call on this machine: this program again, serving one connection.
package final class LocalAnswerer: Sendable {
  /// What it says when it listens, as a line of JSON.
  package struct Announcement: Codable, Sendable {
    package var url: String
    package var udpPort: Int
  }

  /// A different tone than ours, so that neither end can mistake its own for the other's.
  package static let frequency = 660.0

  private static let startTimeout = Duration.seconds(10)
  private static let endTimeout = Duration.seconds(5)
  private static let lineLimit = 65_536

  /// Where it takes offers.
  package let url: URL
  private let process: Process
  /// Closing it ends the process, also when this one is killed.
  private let lifeline: Pipe

  private init(process: Process, lifeline: Pipe, url: URL) {
    self.process = process
    self.lifeline = lifeline
    self.url = url
  }

  package static func start(size: MediaSize, frameRate: Double, bitrate: Int?) async throws -> LocalAnswerer {
    let process = Process()
    let lifeline = Pipe()
    let output = Pipe()
    process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    process.arguments =
      [
        "serve", "--listen", "127.0.0.1:0", "--source", "pattern", "--source", "tone:\(Int(frequency))", "--size",
        "\(size)", "--fps", "\(frameRate)", "--once", "--announce", "--log-level", "warning",
      ] + (bitrate.map { ["--bitrate", "\($0)"] } ?? [])
    process.standardInput = lifeline
    process.standardOutput = output
    do {
      try process.run()
    } catch {
      throw ToolError("The answering process cannot be started: \(error.localizedDescription)")
    }
    do {
      let announcement = try await announcement(from: output.fileHandleForReading)
      guard let url = URL(string: announcement.url)?.appendingPathComponent("offer") else {
        throw ToolError("The answering process names no URL: \(announcement.url)")
      }
      return LocalAnswerer(process: process, lifeline: lifeline, url: url)
    } catch {
      process.terminate()
      throw error
    }
  }

  private static func announcement(from handle: FileHandle) async throws -> Announcement {
    return try await withThrowingTaskGroup(of: Announcement.self) { group in
      group.addTask {
        var line = Data()
        for await chunk in PipeInput.chunks(of: handle) {
          line.append(chunk)
          if let end = line.firstIndex(of: UInt8(ascii: "\n")) {
            return try JSONDecoder().decode(Announcement.self, from: line[..<end])
          }
          guard line.count <= lineLimit else { break }
        }
        throw ToolError("The answering process ended before it listened.")
      }
      group.addTask {
        try await Task.sleep(for: startTimeout)
        throw ToolError("The answering process did not listen within \(Int(startTimeout.seconds)) s.")
      }
      defer { group.cancelAll() }
      guard let first = try await group.next() else { preconditionFailure("the group has two tasks") }
      return first
    }
  }

  /// Waits until the process has ended by itself, since its call is over; ends it when it does not.
  ///
  /// - Returns: what is wrong with its end, if anything.
  package func end() async -> String? {
    let deadline = ContinuousClock.now + Self.endTimeout
    while process.isRunning, ContinuousClock.now < deadline { try? await Task.sleep(for: .milliseconds(20)) }
    guard process.isRunning else {
      let isProper = process.terminationReason == .exit && process.terminationStatus == 0
      return isProper ? nil : "the answering process ended with status \(process.terminationStatus)"
    }
    try? lifeline.fileHandleForWriting.close()
    process.terminate()
    return "the answering process did not notice the end of the call within \(Int(Self.endTimeout.seconds)) s"
  }

  /// Ends the process now.
  package func terminate() {
    try? lifeline.fileHandleForWriting.close()
    if process.isRunning { process.terminate() }
  }
}
