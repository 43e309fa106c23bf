import RTCBase

extension RTPExtensionValues {
  /// The profile of the one-byte form (RFC 8285 §4.2).
  package static var oneByteProfile: UInt16 { 0xBEDE }
  /// The profile of the two-byte form; its low four bits are for applications (RFC 8285 §4.3).
  package static var twoByteProfile: UInt16 { 0x1000 }

  /// Decodes the extensions that `map` knows. Elements that are unknown, of a wrong length or cut short are skipped.
  ///
  /// - Parameters:
  ///   - bytes: the whole packet.
  ///   - header: that packet's header.
  package init(parsing bytes: RawSpan, header: RTPHeader, map: RTPExtensionMap) {
    self.init()
    guard let profile = header.extensionProfile, header.extensionRange.upperBound <= bytes.byteCount else { return }
    if profile == Self.oneByteProfile {
      parseOneByteForm(bytes, header.extensionRange, map)
    } else if profile & 0xFFF0 == Self.twoByteProfile {
      parseTwoByteForm(bytes, header.extensionRange, map)
    }
  }

  private mutating func parseOneByteForm(_ bytes: RawSpan, _ range: Range<Int>, _ map: RTPExtensionMap) {
    var offset = range.lowerBound
    while offset < range.upperBound {
      let head = bytes.uint8(at: offset)
      offset += 1
      if head == 0 { continue }
      let id = head >> 4
      // Identifier 15 ends the extensions, and so does a zero that claims a length (RFC 8285 §4.2).
      if id == 15 || id == 0 { return }
      let length = Int(head & 0x0F) + 1
      guard offset + length <= range.upperBound else { return }
      if let known = map[id] { decode(known, bytes, offset, length) }
      offset += length
    }
  }

  private mutating func parseTwoByteForm(_ bytes: RawSpan, _ range: Range<Int>, _ map: RTPExtensionMap) {
    var offset = range.lowerBound
    while offset < range.upperBound {
      let id = bytes.uint8(at: offset)
      offset += 1
      if id == 0 { continue }
      guard offset < range.upperBound else { return }
      let length = Int(bytes.uint8(at: offset))
      offset += 1
      guard offset + length <= range.upperBound else { return }
      if let known = map[id] { decode(known, bytes, offset, length) }
      offset += length
    }
  }

  @inline(__always)
  private mutating func decode(_ known: RTPExtension, _ bytes: RawSpan, _ offset: Int, _ length: Int) {
    switch known {
    case .mid:
      midIdentifier = StreamIdentifier(bytes.extracting(offset..<offset + length)) ?? midIdentifier
    case .rid:
      ridIdentifier = StreamIdentifier(bytes.extracting(offset..<offset + length)) ?? ridIdentifier
    case .repairedRid:
      repairedRidIdentifier = StreamIdentifier(bytes.extracting(offset..<offset + length)) ?? repairedRidIdentifier
    case .audioLevel:
      // The two-byte form may pad the value (RFC 6464 §3).
      guard length >= 1 else { return }
      audioLevel = AudioLevel(byte: bytes.uint8(at: offset))
    case .csrcAudioLevel: break
    case .absoluteSendTime:
      guard length == 3 else { return }
      absoluteSendTime = bytes.uint24(at: offset)
    case .transportSequenceNumber:
      guard length == 2 else { return }
      transportSequenceNumber = bytes.uint16(at: offset)
    case .transportSequenceNumberV2:
      guard length == 2 || length == 4 else { return }
      transportSequenceNumber = bytes.uint16(at: offset)
    case .transmissionOffset:
      guard length == 3 else { return }
      transmissionOffset = Int32(bitPattern: bytes.uint24(at: offset) << 8) >> 8
    case .videoOrientation:
      guard length == 1 else { return }
      videoOrientation = VideoOrientation(byte: bytes.uint8(at: offset))
    case .playoutDelay:
      guard length == 3 else { return }
      let bits = bytes.uint24(at: offset)
      playoutDelay = PlayoutDelay(
        minimum: UInt16(truncatingIfNeeded: bits >> 12), maximum: UInt16(truncatingIfNeeded: bits & 0xFFF))
    case .absoluteCaptureTime:
      guard length == 8 || length == 16 else { return }
      absoluteCaptureTime = AbsoluteCaptureTime(
        captureTime: NTPTime(rawValue: bytes.uint64(at: offset)),
        clockOffset: length == 16 ? Int64(bitPattern: bytes.uint64(at: offset + 8)) : nil)
    }
  }
}
