import Glibc

/// A folder for the files of one test, removed with them.
package final class TemporaryFolder: Sendable {
  package let path: String

  package init() {
    var template = Array("/tmp/swift-webrtc-XXXXXX".utf8CString)
    let isMade = mkdtemp(&template) != nil
    precondition(isMade, "no temporary folder can be made")
    path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  deinit { _ = Shell.runBlocking("rm -rf '\(path)'") }

  package func file(_ name: String) -> String { path + "/" + name }

  package func write(_ bytes: [UInt8], to name: String) -> String {
    let path = file(name)
    guard let handle = fopen(path, "w") else { return path }
    defer { fclose(handle) }
    fwrite(bytes, 1, bytes.count, handle)
    return path
  }

  package static func read(_ path: String) -> [UInt8] {
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
