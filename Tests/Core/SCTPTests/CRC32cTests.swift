import Foundation
import RTCBase
import Testing

@testable import RTCSCTP

/// RFC 3720 B.4, and packets of other stacks.
struct CRC32cVectors: Decodable {
  struct Vector: Decodable {
    let data: String
    let crc32c: String
  }

  struct Packet: Decodable {
    let file: String
    let valid: Bool
    let hex: String

    var bytes: [UInt8] { CRC32cVectors.bytes(hex) }
  }

  let vectors: [Vector]
  let sctp_packets: [Packet]

  static func bytes(_ hex: String) -> [UInt8] {
    var rest = hex[...]
    var bytes: [UInt8] = []
    while let byte = UInt8(rest.prefix(2), radix: 16) {
      bytes.append(byte)
      rest = rest.dropFirst(2)
    }
    return bytes
  }

  static func load() throws -> CRC32cVectors {
    let file = URL(filePath: #filePath).appending(path: "../../../Vectors/crc32c.json").standardized
    return try JSONDecoder().decode(CRC32cVectors.self, from: Data(contentsOf: file))
  }
}

@Suite("CRC32c") struct CRC32cTests {
  @Test("SC-01: the published checksums") func published() throws {
    for vector in try CRC32cVectors.load().vectors {
      let checksum = CRC32cVectors.bytes(vector.data).withRawSpan { CRC32c.checksum($0) }
      #expect(checksum == UInt32(vector.crc32c, radix: 16))
    }
  }

  @Test("SC-01: the checksums of other stacks' packets") func packets() throws {
    for packet in try CRC32cVectors.load().sctp_packets {
      let isValid = packet.bytes.withRawSpan { span in
        SCTPCommonHeader(span).map { $0.checksum == CRC32c.ofPacket(span) } ?? false
      }
      #expect(isValid == packet.valid, "\(packet.file)")
    }
  }

  @Test("SC-01: sixteen bytes a step come to the same as one at a time") func lengths() {
    let bytes = TransferTests.pattern(200)
    for count in 0...200 {
      var register: UInt32 = 0xFFFF_FFFF
      for byte in bytes[..<count] {
        register ^= UInt32(byte)
        for _ in 0..<8 { register = register & 1 == 0 ? register >> 1 : register >> 1 ^ 0x82F6_3B78 }
      }
      let checksum = Array(bytes[..<count]).withRawSpan { CRC32c.checksum($0) }
      #expect(checksum == ~register)
    }
  }
}
