import Glibc

/// A folder for the files of one test, removed with them.
final class TemporaryFolder: Sendable {
  let path: String

  init() {
    var template = Array("/tmp/swift-webrtc-XXXXXX".utf8CString)
    let isMade = mkdtemp(&template) != nil
    precondition(isMade, "no temporary folder can be made")
    path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  deinit {
    if let directory = opendir(path) {
      while let entry = readdir(directory) {
        let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        unlink(file(name))
      }
      closedir(directory)
    }
    rmdir(path)
  }

  func file(_ name: String) -> String { path + "/" + name }

  func write(_ bytes: [UInt8], to name: String) -> String {
    let path = file(name)
    guard let handle = fopen(path, "w") else { return path }
    defer { fclose(handle) }
    fwrite(bytes, 1, bytes.count, handle)
    return path
  }
}
