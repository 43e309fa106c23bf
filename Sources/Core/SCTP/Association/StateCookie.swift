import RTCBase
import RTCSecurity

/// What the passive side of a handshake would have to remember, given to the peer instead and signed (RFC 9260 §5.1.3).
struct StateCookie: Hashable {
  var createdAt: MonotonicTime
  var localTag: VerificationTag
  var peerTag: VerificationTag
  var localInitialTSN: TSN
  var peerInitialTSN: TSN
  var peerWindow: UInt32
  var peerOutgoingStreams: UInt16
  var peerIncomingStreams: UInt16
  var peerExtensions: SCTPExtensions
  var peerPort: UInt16
  /// Tags of the association that was there when the INIT came, if any (RFC 9260 §5.2.2).
  var localTieTag = VerificationTag.none
  var peerTieTag = VerificationTag.none

  private static let byteCount = 44
  private static let signatureByteCount = 20

  func sealed(by authenticator: any MessageAuthenticator) -> [UInt8] {
    var writer = ByteWriter(
      limit: Self.byteCount + Self.signatureByteCount, reserving: Self.byteCount + Self.signatureByteCount)
    writer.write(UInt64(bitPattern: createdAt.nanoseconds))
    writer.write(localTag.rawValue)
    writer.write(peerTag.rawValue)
    writer.write(localInitialTSN.rawValue)
    writer.write(peerInitialTSN.rawValue)
    writer.write(peerWindow)
    writer.write(peerOutgoingStreams)
    writer.write(peerIncomingStreams)
    writer.write(UInt16(peerExtensions.rawValue))
    writer.write(peerPort)
    writer.write(localTieTag.rawValue)
    writer.write(peerTieTag.rawValue)
    let fields = writer.bytes
    writer.write(Self.signature(fields, authenticator))
    return writer.bytes
  }

  private static func signature(_ fields: [UInt8], _ authenticator: any MessageAuthenticator) -> [UInt8] {
    let empty: [UInt8] = []
    return authenticator.authenticate(fields.span.bytes, empty.span.bytes)
  }

  /// `nil` for what this side did not sign.
  init?(_ bytes: RawSpan, authenticator: any MessageAuthenticator) {
    guard bytes.byteCount == Self.byteCount + Self.signatureByteCount else { return nil }
    let fields = bytes.extracting(0..<Self.byteCount).copied()
    let expected = Self.signature(fields, authenticator)
    guard expected.count == Self.signatureByteCount else { return nil }
    // Every byte is looked at, so that time tells nothing.
    var difference: UInt8 = 0
    for index in 0..<Self.signatureByteCount { difference |= expected[index] ^ bytes.uint8(at: Self.byteCount + index) }
    guard difference == 0 else { return nil }
    createdAt = MonotonicTime(nanoseconds: Int64(bitPattern: bytes.uint64(at: 0)))
    localTag = VerificationTag(rawValue: bytes.uint32(at: 8))
    peerTag = VerificationTag(rawValue: bytes.uint32(at: 12))
    localInitialTSN = TSN(rawValue: bytes.uint32(at: 16))
    peerInitialTSN = TSN(rawValue: bytes.uint32(at: 20))
    peerWindow = bytes.uint32(at: 24)
    peerOutgoingStreams = bytes.uint16(at: 28)
    peerIncomingStreams = bytes.uint16(at: 30)
    peerExtensions = SCTPExtensions(rawValue: UInt8(truncatingIfNeeded: bytes.uint16(at: 32)))
    peerPort = bytes.uint16(at: 34)
    localTieTag = VerificationTag(rawValue: bytes.uint32(at: 36))
    peerTieTag = VerificationTag(rawValue: bytes.uint32(at: 40))
  }

  init(createdAt: MonotonicTime, localTag: VerificationTag, localInitialTSN: TSN, peer: InitChunk, peerPort: UInt16) {
    self.createdAt = createdAt
    self.localTag = localTag
    self.localInitialTSN = localInitialTSN
    peerTag = peer.tag
    peerInitialTSN = peer.initialTSN
    peerWindow = peer.window
    peerOutgoingStreams = peer.outgoingStreams
    peerIncomingStreams = peer.incomingStreams
    peerExtensions = peer.extensions
    self.peerPort = peerPort
  }
}
