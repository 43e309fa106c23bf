import Glibc
import RTCFrames
import Synchronization

/// Runs other programs.
package enum Shell {
  /// What a command printed, without its last end of line, and whether it succeeded. It waits on a thread of its own,
  /// since those of tasks are few.
  package static func run(_ command: String) async throws -> (output: String, isSuccess: Bool) {
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
  package static func runBlocking(_ command: String) -> (output: String, isSuccess: Bool) {
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

  package static let hasFFmpeg = runBlocking("ffmpeg -version").isSuccess && runBlocking("ffprobe -version").isSuccess
}
