import RTCBase

/// Datagrams of a simulation in the format of libpcap, which Wireshark and tcpdump read.
///
/// A capture shows what peers send, when they send it: also what the path loses, delays or doubles afterwards, at the addresses that peers
/// have before any translator. Time is virtual, in nanoseconds since the start of the simulation.
public struct PacketCapture: Sendable {
  /// What is written of media.
  public enum Content: Hashable, Sendable {
    /// Datagrams as they were sent.
    case protected
    /// RTP and RTCP as they were before protection; STUN and DTLS, with the data channels inside, as they were sent.
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

  /// Writes what was captured so far to a file, in place of what it held.
  ///
  /// - Throws: `FileAccessError` when it cannot be written.
  public func write(toFile path: String) throws(FileAccessError) { try FileAccess.write(bytes, to: path) }

  package mutating func record(
    _ payload: [UInt8], from source: TransportAddress, to destination: TransportAddress, at time: MonotonicTime
  ) {
    let headers = Self.headers(of: payload, source, destination)
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

  /// IP (RFC 791, RFC 8200) and UDP (RFC 768).
  private static func headers(
    of payload: [UInt8], _ source: TransportAddress, _ destination: TransportAddress
  ) -> [UInt8] {
    let addresses = source.ip.networkBytes + destination.ip.networkBytes
    let length = word(8 + payload.count)
    var header: [UInt8]
    if source.family == .v4 {
      header = [0x45, 0] + word(28 + payload.count) + [0, 0, 0x40, 0, 64, 17, 0, 0] + addresses
      header.replaceSubrange(10..<12, with: word(checksum(header)))
    } else {
      header = [0x60, 0, 0, 0] + length + [17, 64] + addresses
    }
    let datagram = word(Int(source.port)) + word(Int(destination.port)) + length + [0, 0]
    // Over IPv6 a datagram without a checksum is refused (RFC 8200 §8.1). Zero means none, so ones stand for it.
    let sum = checksum(addresses + [0, 17] + length + datagram + payload)
    return header + datagram.dropLast(2) + word(sum == 0 ? 0xFFFF : sum)
  }

  private static func word(_ value: Int) -> [UInt8] {
    [UInt8(truncatingIfNeeded: value >> 8), UInt8(truncatingIfNeeded: value)]
  }

  /// RFC 1071; a last byte alone is the upper half of a word.
  private static func checksum(_ bytes: [UInt8]) -> Int {
    var sum = 0
    for (index, byte) in bytes.enumerated() { sum += index % 2 == 0 ? Int(byte) << 8 : Int(byte) }
    while sum > 0xFFFF { sum = sum >> 16 + sum & 0xFFFF }
    return ~sum & 0xFFFF
  }
}
