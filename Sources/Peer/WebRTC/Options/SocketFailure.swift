internal import NIOCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// What is told when the system gives no socket.
enum SocketFailure {
  /// The reason in words, with what can be done where something can.
  static func reason(_ error: any Error) -> String {
    guard let number = (error as? IOError)?.errnoCode else { return "\(error)" }
    let text = String(cString: strerror(number))
    guard number == EMFILE || number == ENFILE else { return text }
    return "\(text) (close connections, let them share a port, or raise the limit of open files)"
  }
}
