import Glibc
import RTCFrames
import Synchronization

/// The devices without hardware in `Tests/Rigs`.
///
/// They must be there before the process starts, so the tests that need them run in another process of the same
/// program, which `RigTests` starts.
enum Rig {
  /// Where devices and control files lie, in the process that has the rigs; `nil` in the other.
  static let folder: String? = getenv("RTC_CAPTURE_RIG").map { String(cString: $0) }

  /// Where the cameras lie.
  static var cameras: String { (folder ?? "") + "/dev" }
  /// A camera with YUYV and MJPEG.
  static var camera: String { cameras + "/video0" }

  /// Tells a camera what to do; nothing special for an empty text.
  static func tellCamera(_ text: String, name: String = "video0") {
    write(text, to: (folder ?? "") + "/control/\(name)")
  }
  /// Tells the microphone what to do; nothing special for an empty text.
  static func tellMicrophone(_ text: String) { write(text, to: (folder ?? "") + "/microphone.control") }

  static func write(_ text: String, to path: String) {
    guard let file = fopen(path, "w") else { return }
    fputs(text, file)
    fclose(file)
  }

  /// What a command printed, and whether it succeeded. It waits on a thread of its own, since those of tasks are few.
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
    return (String(decoding: bytes, as: UTF8.self), pclose(pipe) == 0)
  }

  static let hasCompiler = runBlocking("cc --version").isSuccess

  /// Descriptors that the process has open.
  static var descriptorCount: Int {
    guard let directory = opendir("/proc/self/fd") else { return 0 }
    defer { closedir(directory) }
    var count = 0
    while readdir(directory) != nil { count += 1 }
    return count
  }
}
