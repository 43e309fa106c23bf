import RTCBase
import RTCSecurity

/// The stand-in's SRTP: sizes, replay windows, rollover counters and authentication as in RFC 3711, without secrecy.
final class DeterministicSRTPContext: SRTPContext {
  private struct Stream {
    var ssrc: UInt32
    var rtp = ReplayWindow()
    /// Of what is received; for what is sent, its highest is the latest index used.
    var rtcp = ReplayWindow()
  }

  static let maximumStreams = 1_024

  let profile: SRTPProfile
  private let localKey: UInt64
  private let remoteKey: UInt64
  private var outbound: [Stream] = []
  private var inbound: [Stream] = []

  init(_ keys: SRTPKeyingMaterial) {
    profile = keys.profile
    localKey = StandInHash(key: keys.localKeyAndSalt).word
    remoteKey = StandInHash(key: keys.remoteKeyAndSalt).word
  }

  func protectRTP(_ packet: PacketBuffer) throws(SRTPError) {
    guard let payloadStart = Self.payloadStart(packet.bytes) else { throw .malformed }
    guard packet.remainingCapacity >= profile.rtpOverhead else { throw .limitReached }
    let position = try Self.position(packet.bytes.uint32(at: 8), in: &outbound)
    let sequence = packet.bytes.uint16(at: 2)
    let index = Self.index(of: sequence, after: outbound[position].rtp.highest)
    guard outbound[position].rtp.accept(index) else { throw .replayed }
    Self.mix(packet, payloadStart..<packet.count, key: localKey, index: index)
    append(tag(packet.bytes, key: localKey, index: index), to: packet)
  }

  func unprotectRTP(_ packet: PacketBuffer) throws(SRTPError) {
    let count = packet.count - profile.rtpOverhead
    guard count >= 12 else { throw .malformed }
    let ssrc = packet.bytes.uint32(at: 8)
    let sequence = packet.bytes.uint16(at: 2)
    let known = inbound.firstIndex { $0.ssrc == ssrc }
    var index = Self.index(of: sequence, after: known.map { inbound[$0].rtp.highest } ?? -1)
    if let known, !inbound[known].rtp.isFresh(index) { throw .replayed }
    if !isAuthentic(packet, count: count, key: remoteKey, index: index) {
      // The sequence number may have wrapped before the first packet that arrived.
      index += 65_536
      guard known == nil, isAuthentic(packet, count: count, key: remoteKey, index: index) else {
        throw .authenticationFailed
      }
    }
    packet.truncate(to: count)
    guard let payloadStart = Self.payloadStart(packet.bytes) else { throw .malformed }
    let position = try Self.position(ssrc, in: &inbound)
    guard inbound[position].rtp.accept(index) else { throw .replayed }
    Self.mix(packet, payloadStart..<count, key: remoteKey, index: index)
  }

  func protectRTCP(_ packet: PacketBuffer) throws(SRTPError) {
    guard packet.count >= 8 else { throw .malformed }
    guard packet.remainingCapacity >= profile.rtcpOverhead else { throw .limitReached }
    let position = try Self.position(packet.bytes.uint32(at: 4), in: &outbound)
    let index = outbound[position].rtcp.highest + 1
    guard index < 1 << 31, outbound[position].rtcp.accept(index) else { throw .limitReached }
    Self.mix(packet, 8..<packet.count, key: ~localKey, index: index)
    packet.append(UInt32(truncatingIfNeeded: index) | 1 << 31)
    append(tag(packet.bytes, key: ~localKey, index: index), to: packet)
  }

  func unprotectRTCP(_ packet: PacketBuffer) throws(SRTPError) {
    let count = packet.count - profile.rtcpOverhead
    guard count >= 8 else { throw .malformed }
    let ssrc = packet.bytes.uint32(at: 4)
    let index = Int64(packet.bytes.uint32(at: count) & 0x7FFF_FFFF)
    if let known = inbound.firstIndex(where: { $0.ssrc == ssrc }), !inbound[known].rtcp.isFresh(index) {
      throw .replayed
    }
    guard isAuthentic(packet, count: count + 4, key: ~remoteKey, index: index) else { throw .authenticationFailed }
    let position = try Self.position(ssrc, in: &inbound)
    guard inbound[position].rtcp.accept(index) else { throw .replayed }
    packet.truncate(to: count)
    Self.mix(packet, 8..<count, key: ~remoteKey, index: index)
  }

  func removeStream(_ ssrc: SSRC) {
    outbound.removeAll { $0.ssrc == ssrc.rawValue }
    inbound.removeAll { $0.ssrc == ssrc.rawValue }
  }

  // MARK: - Parts

  private static func position(_ ssrc: UInt32, in streams: inout [Stream]) throws(SRTPError) -> Int {
    if let position = streams.firstIndex(where: { $0.ssrc == ssrc }) { return position }
    guard streams.count < maximumStreams else { throw .limitReached }
    streams.append(Stream(ssrc: ssrc))
    return streams.count - 1
  }

  /// The nearest packet index to the highest so far (RFC 3711 §3.3.1).
  private static func index(of sequence: UInt16, after highest: Int64) -> Int64 {
    guard highest >= 0 else { return Int64(sequence) }
    let difference = Int64(Int16(bitPattern: sequence &- UInt16(truncatingIfNeeded: highest)))
    let index = highest + difference
    return index < 0 ? index + 65_536 : index
  }

  /// Where the payload starts; `nil` when the packet is too short for its header.
  private static func payloadStart(_ bytes: RawSpan) -> Int? {
    guard bytes.byteCount >= 12 else { return nil }
    let first = bytes.uint8(at: 0)
    var start = 12 + 4 * Int(first & 0x0F)
    if first & 0x10 != 0 {
      guard bytes.byteCount >= start + 4 else { return nil }
      start += 4 + 4 * Int(bytes.uint16(at: start + 2))
    }
    return start <= bytes.byteCount ? start : nil
  }

  private func tag(_ bytes: RawSpan, key: UInt64, index: Int64) -> [UInt8] {
    var hash = StandInHash(seed: key)
    hash.combine(UInt64(bitPattern: index))
    hash.combine(bytes)
    return hash.bytes(profile.rtpOverhead)
  }

  private func isAuthentic(_ packet: PacketBuffer, count: Int, key: UInt64, index: Int64) -> Bool {
    let expected = tag(packet.bytes.extracting(0..<count), key: key, index: index)
    return packet.bytes.extracting(count..<count + expected.count).elementsEqual(expected.span.bytes)
  }

  private func append(_ bytes: [UInt8], to packet: PacketBuffer) {
    bytes.withRawSpan { _ = packet.append($0) }
  }

  private static func mix(_ packet: PacketBuffer, _ range: Range<Int>, key: UInt64, index: Int64) {
    packet.withStorage { storage, count in
      var state = key ^ UInt64(bitPattern: index) &* 0x9E37_79B9_7F4A_7C15
      var offset = range.lowerBound
      while offset < range.upperBound {
        state = StandInHash.mix(state)
        let width = min(8, range.upperBound - offset)
        if width == 8 {
          let word = storage.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
          storage.storeBytes(of: word ^ state.littleEndian, toByteOffset: offset, as: UInt64.self)
        } else {
          for place in 0..<width { storage[offset + place] ^= UInt8(truncatingIfNeeded: state >> UInt64(8 * place)) }
        }
        offset += width
      }
      return count
    }
  }
}
