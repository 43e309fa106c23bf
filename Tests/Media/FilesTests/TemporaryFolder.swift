import Glibc
import RTCFrames
import Synchronization

/// A folder for the files of one test, removed with them.
final class TemporaryFolder: Sendable {
  let path: String

  init() {
    var template = Array("/tmp/swift-webrtc-XXXXXX".utf8CString)
    let isMade = mkdtemp(&template) != nil
    precondition(isMade, "no temporary folder can be made")
    path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  deinit { _ = Shell.runBlocking("rm -rf '\(path)'") }

  func file(_ name: String) -> String { path + "/" + name }

  func write(_ bytes: [UInt8], to name: String) -> String {
    let path = file(name)
    guard let handle = fopen(path, "w") else { return path }
    defer { fclose(handle) }
    fwrite(bytes, 1, bytes.count, handle)
    return path
  }

  static func read(_ path: String) -> [UInt8] {
    guard let handle = fopen(path, "r") else { return [] }
    defer { fclose(handle) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = fread(&chunk, 1, chunk.count, handle)
      if count == 0 { return bytes }
      bytes += chunk.prefix(count)
    }
  }
}

/// Runs other programs.
enum Shell {
  /// What a command printed, without its last end of line, and whether it succeeded. It waits on a thread of its own,
  /// since those of tasks are few.
  static func run(_ command: String) async throws -> (output: String, isSuccess: Bool) {
    let thread = Mutex<MediaThread?>(nil)
    let result = try await withCheckedThrowingContinuation { continuation in
      do {
        let new = try MediaThread(name: "shell") { _ in continuation.resume(returning: runBlocking(command)) }
        thread.withLock { $0 = new }
      } catch { continuation.resume(throwing: error) }
    }
    thread.withLock { $0 }?.stop()
    return result
  }

  /// The same on the thread of the caller.
  static func runBlocking(_ command: String) -> (output: String, isSuccess: Bool) {
    guard let pipe = popen(command + " 2>&1", "r") else { return ("", false) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 4_096)
    while true {
      let count = fread(&chunk, 1, chunk.count, pipe)
      if count == 0 { break }
      bytes += chunk.prefix(count)
    }
    let status = pclose(pipe)
    while bytes.last == 0x0A { bytes.removeLast() }
    return (String(decoding: bytes, as: UTF8.self), status == 0)
  }

  static let hasFFmpeg = runBlocking("ffmpeg -version").isSuccess && runBlocking("ffprobe -version").isSuccess
}
