import Glibc
import RTCFrames

/// The secret from which identifiers of devices are made (mediacapture-main, Generating deviceIds): with the same secret
/// a device has the same identifier, and without it nobody can tell which device it is.
public enum DeviceIdentifierSalt: Sendable {
  /// Kept in a file of 16 bytes that only this user can read. It is made when it is not there; when that fails, another
  /// secret serves until the program ends.
  case file(String)
  /// Given by the program.
  case fixed([UInt8])
  /// Another one each time.
  case ephemeral

  /// A file of this program in the user's state folder (`$XDG_STATE_HOME`, or `~/.local/state`).
  public static var standard: DeviceIdentifierSalt {
    let program = CommandLine.arguments.first?.split(separator: "/").last.map(String.init) ?? "program"
    let folder: String
    if let state = getenv("XDG_STATE_HOME"), state.pointee != 0 {
      folder = String(cString: state)
    } else if let home = getenv("HOME"), home.pointee != 0 {
      folder = String(cString: home) + "/.local/state"
    } else {
      return .ephemeral
    }
    return .file("\(folder)/swift-webrtc/\(program)/device-salt")
  }

  /// The 16 bytes.
  func read() -> [UInt8] {
    switch self {
    case .fixed(let bytes): return Self.padded(bytes)
    case .ephemeral: return Self.random()
    case .file(let path):
      if let bytes = Self.contents(of: path) { return bytes }
      let bytes = Self.random()
      Self.write(bytes, to: path)
      // Another process of the same program may have been faster.
      return Self.contents(of: path) ?? bytes
    }
  }

  /// Forgets a secret that was kept, so that all devices get other identifiers.
  func forget() { if case .file(let path) = self { unlink(path) } }

  private static let size = 16

  private static func padded(_ bytes: [UInt8]) -> [UInt8] {
    Array(bytes.prefix(size)) + [UInt8](repeating: 0, count: max(0, size - bytes.count))
  }

  private static func random() -> [UInt8] {
    var generator = SystemRandomNumberGenerator()
    return (0..<size).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
  }

  private static func contents(of path: String) -> [UInt8]? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: size)
    return Glibc.read(descriptor, &bytes, size) == size ? bytes : nil
  }

  private static func write(_ bytes: [UInt8], to path: String) {
    var folder = ""
    for part in path.split(separator: "/", omittingEmptySubsequences: false).dropLast() {
      folder += part + "/"
      mkdir(folder, 0o700)
    }
    // Whole or not at all, and never over one that is there.
    let temporary = "\(path).\(getpid())"
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { return }
    let isWritten = Glibc.write(descriptor, bytes, size) == size
    close(descriptor)
    if isWritten { link(temporary, path) }
    unlink(temporary)
  }
}
