import Glibc
import RTCMediaTestSupport

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
  /// Tells a microphone or loudspeaker what to do; nothing special for an empty text.
  static func tellMicrophone(_ text: String, name: String = "rigmic") {
    write(text, to: (folder ?? "") + "/\(name).control")
  }
  /// What was played on the loudspeaker, as 16-bit samples.
  static var played: [Int16] {
    guard let file = fopen((folder ?? "") + "/played", "r") else { return [] }
    defer { fclose(file) }
    var samples = [Int16](repeating: 0, count: 44_100 * 2 * 60)
    let count = fread(&samples, 2, samples.count, file)
    return Array(samples.prefix(count))
  }

  static func write(_ text: String, to path: String) {
    guard let file = fopen(path, "w") else { return }
    fputs(text, file)
    fclose(file)
  }

  static let hasCompiler = Shell.runBlocking("cc --version").isSuccess

  /// Whether `make sanitize` runs the tests, several times slower than they are.
  static let isSanitized = getenv("RTC_SANITIZED") != nil

  /// Descriptors that the process has open, by what they are of. None under a sanitizer, which opens pipes to a program of its own
  /// when it first meets what it is to leave out.
  static var descriptors: [String] {
    guard !isSanitized, let directory = opendir("/proc/self/fd") else { return [] }
    defer { closedir(directory) }
    var targets: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      var target = [UInt8](repeating: 0, count: 256)
      let count = readlink("/proc/self/fd/" + name, &target, target.count)
      if count > 0 { targets.append(String(decoding: target.prefix(count), as: UTF8.self)) }
    }
    return targets
  }

  static var descriptorCount: Int { descriptors.count }
}
