import RTCBase

/// The record and handshake formats of DTLS 1.2 (RFC 6347 §4.1, §4.2.2), which the stand-in keeps.
enum StandInRecord {
  enum Content: UInt8 {
    case changeCipherSpec = 20
    case alert = 21
    case handshake = 22
    case applicationData = 23
  }

  static let headerSize = 13
  static let fragmentHeaderSize = 12
  /// The explicit nonce and the tag of AES-GCM.
  static let protectionSize = 24

  /// A record's parts as they came off the wire.
  struct Parsed {
    var content: Content
    var epoch: UInt16
    var number: UInt64
    var payload: [UInt8]
  }

  /// Reads one record; `nil` at the end of the datagram and for anything that is none.
  static func parse(_ reader: inout ByteReader) -> Parsed? {
    guard let type = reader.readUInt8(), let version = reader.readUInt16(), let epoch = reader.readUInt16(),
      let high = reader.readUInt16(), let low = reader.readUInt32(), let length = reader.readUInt16(),
      let payload = reader.readBytes(Int(length)), version == 0xFEFD, let content = Content(rawValue: type)
    else { return nil }
    return Parsed(content: content, epoch: epoch, number: UInt64(high) << 32 | UInt64(low), payload: payload)
  }

  static func write(_ content: Content, epoch: UInt16, number: UInt64, payload: [UInt8]) -> [UInt8] {
    var writer = ByteWriter(limit: 65_535, reserving: headerSize + payload.count)
    writer.write(content.rawValue)
    writer.write(UInt16(0xFEFD))
    writer.write(epoch)
    writer.write(UInt16(truncatingIfNeeded: number >> 32))
    writer.write(UInt32(truncatingIfNeeded: number))
    writer.write(UInt16(truncatingIfNeeded: payload.count))
    writer.write(payload)
    return writer.bytes
  }

  /// "Encrypts" under `key`: nonce, mixed bytes, tag.
  static func protect(_ content: Content, epoch: UInt16, number: UInt64, payload: [UInt8], key: UInt64) -> [UInt8] {
    let nonce = UInt64(epoch) << 48 | number
    var writer = ByteWriter(limit: 65_535, reserving: payload.count + protectionSize)
    writer.write(nonce)
    writer.write(mixed(payload, key: key ^ nonce))
    var hash = StandInHash(seed: key ^ nonce)
    hash.combine(UInt64(content.rawValue))
    hash.combine(payload)
    writer.write(hash.bytes(16))
    return writer.bytes
  }

  /// `nil` when the tag is wrong.
  static func unprotect(_ record: Parsed, key: UInt64) -> [UInt8]? {
    guard record.payload.count >= protectionSize else { return nil }
    let nonce = UInt64(record.epoch) << 48 | record.number
    let payload = mixed(Array(record.payload[8..<record.payload.count - 16]), key: key ^ nonce)
    var hash = StandInHash(seed: key ^ nonce)
    hash.combine(UInt64(record.content.rawValue))
    hash.combine(payload)
    return hash.bytes(16).elementsEqual(record.payload.suffix(16)) ? payload : nil
  }

  private static func mixed(_ bytes: [UInt8], key: UInt64) -> [UInt8] {
    zip(bytes, RandomSource.seeded(key).bytes(bytes.count)).map { $0 ^ $1 }
  }
}
