import RTCBase

/// Datagrams of a simulation in the format of libpcap, which Wireshark and tcpdump read.
public struct PacketCapture: Sendable {
  /// What is written of media.
  public enum Content: Hashable, Sendable {
    /// Datagrams as they were sent.
    case protected
    /// RTP and RTCP as they were before protection; STUN and DTLS as they were sent.
    case decrypted
  }

  /// What is written of media.
  public let content: Content
  /// The file's bytes so far.
  public private(set) var bytes: [UInt8]
  /// Datagrams in it.
  public private(set) var count = 0
  /// Datagrams left out since the capture was full.
  public private(set) var skippedCount = 0
  /// Bytes at which a capture is full.
  public let limit: Int

  /// An empty capture that takes up to `limit` bytes.
  public init(_ content: Content = .protected, limit: Int = 1 << 28) {
    self.content = content
    self.limit = limit
    bytes = []
    // Nanosecond resolution, version 2.4, no snapping, LINKTYPE_RAW: packets begin with the IP header.
    for word: UInt32 in [0xA1B2_3C4D, 4 << 16 | 2, 0, 0, 65_535, 101] { append(littleEndian: word) }
  }

  package mutating func record(
    _ payload: [UInt8], from source: TransportAddress, to destination: TransportAddress, at time: MonotonicTime
  ) {
    let headers = Self.headers(payloadSize: payload.count, source, destination)
    guard bytes.count + 16 + headers.count + payload.count <= limit else {
      skippedCount += 1
      return
    }
    let nanoseconds = time.nanoseconds
    append(littleEndian: UInt32(truncatingIfNeeded: nanoseconds / 1_000_000_000))
    append(littleEndian: UInt32(truncatingIfNeeded: nanoseconds % 1_000_000_000))
    let size = UInt32(truncatingIfNeeded: headers.count + payload.count)
    append(littleEndian: size)
    append(littleEndian: size)
    bytes += headers
    bytes += payload
    count += 1
  }

  private mutating func append(littleEndian value: UInt32) {
    for shift: UInt32 in [0, 8, 16, 24] { bytes.append(UInt8(truncatingIfNeeded: value >> shift)) }
  }

  /// IP (RFC 791, RFC 8200) and UDP (RFC 768), the latter without a checksum.
  private static func headers(
    payloadSize: Int, _ source: TransportAddress, _ destination: TransportAddress
  ) -> [UInt8] {
    func word(_ value: Int) -> [UInt8] { [UInt8(truncatingIfNeeded: value >> 8), UInt8(truncatingIfNeeded: value)] }
    var header: [UInt8]
    if source.family == .v4 {
      header = [0x45, 0] + word(28 + payloadSize) + [0, 0, 0x40, 0, 64, 17, 0, 0]
      header += source.ip.networkBytes + destination.ip.networkBytes
      var sum = 0
      for index in stride(from: 0, to: header.count, by: 2) { sum += Int(header[index]) << 8 | Int(header[index + 1]) }
      while sum > 0xFFFF { sum = sum >> 16 + sum & 0xFFFF }
      header.replaceSubrange(10..<12, with: word(~sum))
    } else {
      header = [0x60, 0, 0, 0] + word(8 + payloadSize) + [17, 64]
      header += source.ip.networkBytes + destination.ip.networkBytes
    }
    return header + word(Int(source.port)) + word(Int(destination.port)) + word(8 + payloadSize) + [0, 0]
  }
}
