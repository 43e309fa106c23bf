import Glibc
import RTCFrames

/// A file being read in order, which can be read again from a place.
struct FileInput: ~Copyable, Sendable {
  let path: String
  private let descriptor: FileDescriptor
  private var buffer: [UInt8] = []
  private var head = 0

  /// - Throws: `MediaError`, when there is no such file, it may not be read, or it is a folder or device.
  init(path: String) throws(MediaError) {
    // Without waiting: a FIFO without a writer would hold up whoever opens the source.
    let number = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard number >= 0 else { throw .system(errno, path: path, action: "opened") }
    let descriptor = FileDescriptor(number)
    var status = stat()
    guard fstat(number, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw MediaError(.notReadableError, "\(path) is no regular file; media is read from regular files only")
    }
    self.path = path
    self.descriptor = descriptor
  }

  /// Where the next byte comes from.
  var position: Int { Int(lseek(descriptor.number, 0, SEEK_CUR)) - (buffer.count - head) }

  /// Goes on reading at a place.
  mutating func seek(to position: Int) throws(MediaError) {
    buffer.removeAll(keepingCapacity: true)
    head = 0
    guard lseek(descriptor.number, position, SEEK_SET) >= 0 else { throw .system(errno, path: path, action: "read") }
  }

  /// Reads until `target` is full or the file ends, and says how much was read.
  mutating func read(into target: UnsafeMutableRawBufferPointer) throws(MediaError) -> Int {
    var count = min(target.count, buffer.count - head)
    for index in 0..<count { target[index] = buffer[head + index] }
    head += count
    while count < target.count, let base = target.baseAddress {
      let result = Glibc.read(descriptor.number, base + count, target.count - count)
      if result == 0 { break }
      if result < 0 {
        if errno == EINTR { continue }
        throw .system(errno, path: path, action: "read")
      }
      count += result
    }
    return count
  }

  /// The next `count` bytes; `nil` when the file ends before.
  mutating func bytes(_ count: Int) throws(MediaError) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: count)
    var read = 0
    // A closure with typed throws through the standard library is not inferred; the result carries the error out.
    var failure: MediaError?
    bytes.withUnsafeMutableBytes { buffer in
      do throws(MediaError) { read = try self.read(into: buffer) } catch { failure = error }
    }
    if let failure { throw failure }
    return read == count ? bytes : nil
  }

  /// The next line without its end; `nil` at the end of the file, or when there is none within `limit` bytes.
  mutating func line(limit: Int) throws(MediaError) -> String? {
    var line: [UInt8] = []
    while line.count <= limit {
      if head == buffer.count {
        buffer = try chunk()
        head = 0
        if buffer.isEmpty { return nil }
      }
      let byte = buffer[head]
      head += 1
      if byte == 0x0A { return String(decoding: line, as: UTF8.self) }
      line.append(byte)
    }
    return nil
  }

  private func chunk() throws(MediaError) -> [UInt8] {
    var chunk = [UInt8](repeating: 0, count: 512)
    while true {
      let result = chunk.withUnsafeMutableBytes { Glibc.read(descriptor.number, $0.baseAddress, $0.count) }
      if result >= 0 { return Array(chunk.prefix(result)) }
      if errno != EINTR { throw .system(errno, path: path, action: "read") }
    }
  }
}
