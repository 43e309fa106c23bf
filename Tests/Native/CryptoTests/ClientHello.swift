import RTCBase

/// Builds the ClientHello of a browser, byte by byte.
struct ClientHello {
  var version: UInt16 = 0xFEFD
  /// Bytes of key shares and padding: what makes a browser's hello need two datagrams.
  var keyShareSize = 1_260
  /// TLS signature schemes.
  var signatureSchemes: [UInt16] = [0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501]
  var offersDTLS13 = true

  private var body: [UInt8] {
    var extensions = ByteWriter(limit: 8_192)
    func add(_ type: UInt16, _ contents: [UInt8]) {
      extensions.write(type)
      extensions.write(UInt16(contents.count))
      extensions.write(contents)
    }
    add(0x0017, [])
    add(0xFF01, [0])
    // X25519MLKEM768, X25519, P-256, P-384.
    add(0x000A, [0, 8, 0x11, 0xEC, 0, 0x1D, 0, 0x17, 0, 0x18])
    add(0x000B, [1, 0])
    let schemes = signatureSchemes.flatMap { [UInt8($0 >> 8), UInt8(truncatingIfNeeded: $0)] }
    add(0x000D, [0, UInt8(schemes.count)] + schemes)
    add(0x000E, [0, 6, 0, 1, 0, 8, 0, 7, 0])
    if offersDTLS13 {
      add(0x002B, [4, 0xFE, 0xFC, 0xFE, 0xFD])
      let share = [0x11, 0xEC, UInt8(keyShareSize >> 8), UInt8(truncatingIfNeeded: keyShareSize)]
      let size = keyShareSize + 4
      add(
        0x0033,
        [UInt8(size >> 8), UInt8(truncatingIfNeeded: size)] + share + [UInt8](repeating: 0x5A, count: keyShareSize))
    }
    var writer = ByteWriter(limit: 16_384)
    writer.write(version)
    writer.write((0..<32).map { UInt8($0) })
    writer.write([0, 0])
    let suites: [UInt16] = [0x1301, 0x1303, 0xC02B, 0xC02F, 0xCCA9, 0xCCA8, 0xC013, 0xC014, 0x009C, 0x002F]
    writer.write(UInt16(2 * suites.count))
    for suite in suites { writer.write(suite) }
    writer.write([1, 0])
    writer.write(UInt16(extensions.count))
    writer.write(extensions.bytes)
    return writer.bytes
  }

  /// The hello in datagrams of at most `limit` bytes, one fragment and record each.
  func datagrams(limit: Int = 1_200) -> [[UInt8]] {
    let body = body
    var datagrams: [[UInt8]] = []
    var offset = 0
    while offset < body.count {
      let count = min(body.count - offset, limit - 25)
      var writer = ByteWriter(limit: 65_535)
      writer.write(UInt8(22))
      writer.write(UInt16(0xFEFF))
      writer.write([0, 0, 0, 0, 0, 0, 0, UInt8(datagrams.count)])
      writer.write(UInt16(count + 12))
      writer.write(UInt8(1))
      writer.writeUInt24(UInt32(body.count))
      writer.write(UInt16(0))
      writer.writeUInt24(UInt32(offset))
      writer.writeUInt24(UInt32(count))
      writer.write(Array(body[offset..<offset + count]))
      datagrams.append(writer.bytes)
      offset += count
    }
    return datagrams
  }

  var size: Int { body.count }
}
