import Foundation

/// The messages of RFC 5769 §2.1 to §2.4.
struct RFC5769Vectors: Decodable {
  struct Vector: Decodable {
    struct Attribute: Decodable {
      let type: UInt16
      let value_hex: String
    }

    let name: String
    let hex: String
    let type: UInt16
    let transaction_id: String
    let username: String
    let key_hex: String
    let attributes: [Attribute]
    let mapped: String?

    var bytes: [UInt8] { Self.bytes(hex) }
    var key: [UInt8] { Self.bytes(key_hex) }

    static func bytes(_ hex: String) -> [UInt8] {
      var rest = hex[...]
      var bytes: [UInt8] = []
      while let byte = UInt8(rest.prefix(2), radix: 16) {
        bytes.append(byte)
        rest = rest.dropFirst(2)
      }
      return bytes
    }
  }

  let vectors: [Vector]

  static func load() throws -> [Vector] {
    let file = URL(filePath: #filePath).appending(path: "../../../Vectors/stun_rfc5769.json").standardized
    return try JSONDecoder().decode(RFC5769Vectors.self, from: Data(contentsOf: file)).vectors
  }
}
