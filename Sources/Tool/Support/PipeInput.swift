import Foundation

/// What comes through a pipe, read by a thread of its own.
///
/// `FileHandle.readabilityHandler` is no way to read to the end: taken away there, by the handler itself, it releases an event source that
/// Dispatch is still draining, which crashes now and then.
enum PipeInput {
  private static let chunkSize = 4_096
  /// Pieces that wait to be taken; what comes beyond is lost.
  private static let bufferedChunks = 256

  /// The pieces in which it comes; they end with the pipe.
  static func chunks(of handle: FileHandle) -> AsyncStream<Data> {
    AsyncStream(bufferingPolicy: .bufferingOldest(bufferedChunks)) { continuation in
      Thread.detachNewThread {
        while let chunk = nextChunk(of: handle) {
          if case .terminated = continuation.yield(chunk) { break }
        }
        continuation.finish()
      }
    }
  }

  /// Finishes at the end of the pipe; what comes before is passed over.
  static func end(of handle: FileHandle) -> AsyncStream<Void> {
    AsyncStream { continuation in
      Thread.detachNewThread {
        while nextChunk(of: handle) != nil {}
        continuation.finish()
      }
    }
  }

  /// Waits for the next piece; `nil` at the end of the pipe.
  private static func nextChunk(of handle: FileHandle) -> Data? {
    var bytes = [UInt8](repeating: 0, count: chunkSize)
    while true {
      let count = read(handle.fileDescriptor, &bytes, bytes.count)
      if count > 0 { return Data(bytes[..<count]) }
      guard count < 0, errno == EINTR else { return nil }
    }
  }
}
