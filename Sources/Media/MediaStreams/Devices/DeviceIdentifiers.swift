/// Makes the identifiers that programs see of those that devices have.
struct DeviceIdentifiers: Sendable {
  private let salt: [UInt8]
  /// Groups have other identifiers whenever the program runs (mediacapture-main, `groupId`).
  private let sessionSalt: [UInt8]

  init(salt: DeviceIdentifierSalt) {
    self.salt = salt.read()
    sessionSalt = DeviceIdentifierSalt.ephemeral.read()
  }

  func deviceId(of device: MediaDevice) -> String {
    Self.identifier("\(device.kind.rawValue)\u{0}\(device.uniqueID)", salt: salt)
  }

  func groupId(of device: MediaDevice) -> String { Self.identifier(device.groupID, salt: sessionSalt) }

  /// 32 hexadecimal digits.
  static func identifier(_ text: String, salt: [UInt8]) -> String {
    [UInt8(0), 1].map { half in
      let hash = SipHash.hash([half] + Array(text.utf8), key: salt)
      let digits = String(hash, radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    }
    .joined()
  }
}
