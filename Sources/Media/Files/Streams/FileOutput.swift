import Glibc
import RTCFrames

/// A file being written from its beginning. What was there before is gone.
struct FileOutput: ~Copyable, Sendable {
  let path: String
  /// Whether bytes that were written can be changed; not so in a pipe.
  let isSeekable: Bool
  /// Bytes written so far.
  private(set) var count = 0
  private let descriptor: FileDescriptor

  /// - Throws: `MediaError`, when the file cannot be made.
  init(path: String) throws(MediaError) {
    let number = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard number >= 0 else { throw .system(errno, path: path, action: "written") }
    self.path = path
    descriptor = FileDescriptor(number)
    isSeekable = lseek(number, 0, SEEK_CUR) >= 0
  }

  /// Appends bytes. They are with the system when it returns, so they stay when the process is killed.
  mutating func write(_ bytes: [UInt8]) throws(MediaError) {
    let failure = bytes.withUnsafeBytes { Self.writeAll($0, descriptor: descriptor.number) }
    if let failure { throw .system(failure, path: path, action: "written") }
    count += bytes.count
  }

  /// Appends samples, the less significant byte first.
  mutating func write(littleEndian samples: [Int16]) throws(MediaError) {
    let littleEndian = samples.map(\.littleEndian)
    let failure = littleEndian.withUnsafeBytes { Self.writeAll($0, descriptor: descriptor.number) }
    if let failure { throw .system(failure, path: path, action: "written") }
    count += samples.count * 2
  }

  /// Changes bytes that were written before.
  ///
  /// - Precondition: the file is seekable, and so many bytes are there.
  mutating func overwrite(_ bytes: [UInt8], at position: Int) throws(MediaError) {
    precondition(isSeekable && position + bytes.count <= count, "only what was written can be changed")
    let failure = bytes.withUnsafeBytes { buffer -> Int32? in
      var done = 0
      while done < buffer.count, let base = buffer.baseAddress {
        let result = pwrite(descriptor.number, base + done, buffer.count - done, off_t(position + done))
        if result < 0 {
          if errno == EINTR { continue }
          return errno
        }
        done += result
      }
      return nil
    }
    if let failure { throw .system(failure, path: path, action: "written") }
  }

  private static func writeAll(_ buffer: UnsafeRawBufferPointer, descriptor: Int32) -> Int32? {
    var done = 0
    while done < buffer.count, let base = buffer.baseAddress {
      let result = Glibc.write(descriptor, base + done, buffer.count - done)
      if result < 0 {
        if errno == EINTR { continue }
        return errno
      }
      done += result
    }
    return nil
  }
}
