/// How a file goes over a data channel: its bytes as binary messages of any size, then a text. The receiver answers with the SHA-256 of the
/// bytes as hexadecimal digits, and closes the channel. A peer that knows nothing of it and echoes serves as well: the bytes that come back are
/// digested here.
enum FileChannel {
  static let label = "file"
  static let subprotocol = "sha-256"
  static let end = "end"

  static func isDigest(_ text: String) -> Bool {
    text.utf8.count == 64 && text.allSatisfy { $0.isHexDigit && !$0.isUppercase }
  }
}
