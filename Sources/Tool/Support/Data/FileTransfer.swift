import Foundation
import RTCNativeCrypto
import Synchronization
import WebRTC

/// Sends a file over a data channel and has its digest confirmed by the other end.
final class FileTransfer: Sendable {
  private struct State {
    var bytesSent = 0
    var result: DataReport?
    var start: ContinuousClock.Instant?
  }

  /// Nothing moves for so long: the transfer has failed.
  private static let patience = Duration.seconds(20)
  private static let blockSize = 16_384

  let path: String
  let size: Int
  private let channel: RTCDataChannel
  private let state = Mutex(State())

  /// - Throws: `ToolError` for a file that cannot be read.
  static func size(of path: String) throws -> Int {
    let attributes = try? FileManager.default.attributesOfItem(atPath: path)
    guard let attributes, attributes[.type] as? FileAttributeType == .typeRegular, let size = attributes[.size] as? Int,
      FileManager.default.isReadableFile(atPath: path)
    else { throw ToolError("The file \(path) cannot be read; name one with --data that can.") }
    return size
  }

  init(path: String, on connection: RTCPeerConnection) async throws {
    self.path = path
    size = try Self.size(of: path)
    channel = try await connection.createDataChannel(
      FileChannel.label, init: RTCDataChannelInit(protocol: FileChannel.subprotocol))
  }

  /// Bytes that have left, and bytes in all.
  var progress: (sent: Int, size: Int) {
    (max(0, state.withLock { $0.bytesSent } - channel.bufferedAmount), size)
  }

  /// `nil` while it goes on.
  var report: DataReport? { state.withLock { $0.result } }

  /// What is to be said when the call ends before the transfer.
  var unfinishedReport: DataReport {
    let sent = progress.sent
    return DataReport(
      path: path, bytes: size, seconds: 0, verdict: .fail("the call ended after \(sent) of \(size) bytes"))
  }

  /// Sends the file; the report then says what became of it.
  func run() async {
    defer { channel.close() }
    let outcome: Result<(String, String), any Error>
    do {
      outcome = .success(try await transfer())
    } catch {
      outcome = .failure(error)
    }
    state.withLock { state in
      guard state.result == nil else { return }
      let seconds = state.start.map { (ContinuousClock.now - $0).seconds } ?? 0
      var report = DataReport(path: path, bytes: size, seconds: seconds, verdict: .fail("nothing was sent"))
      switch outcome {
      case .success((let ours, let theirs)):
        report.sha256 = ours
        report.verdict =
          ours == theirs
          ? .pass("the other end has the same SHA-256") : .fail("the other end has the SHA-256 \(theirs)")
      case .failure(let error):
        report.verdict = .fail("after \(state.bytesSent) of \(size) bytes: \(error)")
      }
      state.result = report
    }
  }

  private func transfer() async throws -> (ours: String, theirs: String) {
    try await channel.opened()
    state.withLock { $0.start = .now }
    return try await withThrowingTaskGroup(of: (String, String)?.self) { group in
      group.addTask {
        async let theirs = self.answer()
        let ours = try await self.send()
        return (ours, try await theirs)
      }
      group.addTask { try await self.watch() }
      defer { group.cancelAll() }
      guard let digests = try await group.next() ?? nil else { throw CancellationError() }
      return digests
    }
  }

  private func send() async throws -> String {
    let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
    defer { try? file.close() }
    let hash = SHA256()
    while let block = try file.read(upToCount: Self.blockSize), !block.isEmpty {
      let bytes = [UInt8](block)
      hash.update(bytes)
      try await channel.send(bytes)
      state.withLock { $0.bytesSent += bytes.count }
    }
    try await channel.send(FileChannel.end)
    return hash.finish()
  }

  /// The digest that the other end tells, or that of what it sends back.
  private func answer() async throws -> String {
    let hash = SHA256()
    for await message in channel.messages {
      switch message {
      case .binary(let bytes): hash.update(bytes)
      case .text(let text): return FileChannel.isDigest(text) ? text : hash.finish()
      }
    }
    throw ToolError("the channel was closed before the other end confirmed the file")
  }

  /// Throws when nothing moves any more.
  private func watch() async throws -> (String, String)? {
    var last = progress.sent
    var moved = ContinuousClock.now
    while true {
      try await Task.sleep(for: .milliseconds(200))
      let now = progress.sent
      if now != last { moved = .now }
      last = now
      guard ContinuousClock.now - moved < Self.patience else {
        throw ToolError("nothing moved for \(Int(Self.patience.seconds)) s")
      }
    }
  }
}
