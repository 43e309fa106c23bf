import Glibc
import RTCFrames

/// Whether so many threads of this process have a name, waiting for it: a thread that was joined may be listed for a
/// moment longer, and one that was started may not be named yet.
package func threadCount(named name: String, becomes expected: Int) async -> Bool {
  let deadline = MediaTime.now + .seconds(10)
  while true {
    if threadNames().count(where: { $0 == String(name.prefix(15)) }) == expected { return true }
    // Looked at once more after the last sleep, however long that took.
    guard MediaTime.now < deadline else { return false }
    try? await Task.sleep(for: .milliseconds(2))
  }
}

private func threadNames() -> [String] {
  guard let directory = opendir("/proc/self/task") else { return [] }
  defer { closedir(directory) }
  var names: [String] = []
  while let entry = readdir(directory) {
    let identifier = withUnsafeBytes(of: entry.pointee.d_name) {
      String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
    }
    guard let file = fopen("/proc/self/task/\(identifier)/comm", "r") else { continue }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 32)
    guard fgets(&line, 32, file) != nil else { continue }
    names.append(String(decoding: line.prefix { $0 != 0 && $0 != 10 }.map(UInt8.init(bitPattern:)), as: UTF8.self))
  }
  return names
}
