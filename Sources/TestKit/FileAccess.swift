import Glibc

/// A file that could not be read or written.
public struct FileAccessError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The file.
  public let path: String
  /// What was wrong.
  public let reason: String

  /// The file and the reason.
  public var description: String { "\(path): \(reason)" }
}

/// Whole files, without Foundation: who imports TestKit alone need not link it.
enum FileAccess {
  static func read(_ path: String) throws(FileAccessError) -> [UInt8] {
    guard let file = fopen(path, "re") else { throw failure(path) }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = fread(&chunk, 1, chunk.count, file)
      bytes += chunk.prefix(count)
      if count < chunk.count { break }
    }
    guard ferror(file) == 0 else { throw failure(path) }
    return bytes
  }

  /// Replaces the file.
  static func write(_ bytes: [UInt8], to path: String) throws(FileAccessError) {
    guard let file = fopen(path, "we") else { throw failure(path) }
    let count = fwrite(bytes, 1, bytes.count, file)
    // What is buffered may fail to be written, too.
    let isClosed = fclose(file) == 0
    guard count == bytes.count, isClosed else { throw failure(path) }
  }

  private static func failure(_ path: String) -> FileAccessError {
    FileAccessError(path: path, reason: String(cString: strerror(errno)))
  }
}
