import RTCBase

/// How a packet is told in the status chunks of a feedback packet (draft-holmer-rmcat-transport-wide-cc-extensions-01 §3.1.1).
private enum PacketStatusSymbol {
  static let notReceived: UInt8 = 0
  /// An unsigned byte of ticks since the previous arrival.
  static let smallDelta: UInt8 = 1
  /// Two signed bytes of ticks.
  static let largeDelta: UInt8 = 2
  // 3 is reserved.
}

extension TransportFeedback {
  /// `nil` when the chunks do not cover the packets announced, or when deltas are missing.
  init?(parsing body: RawSpan) {
    var reader = ByteReader(body)
    guard let sender = reader.readUInt32(), let media = reader.readUInt32(), let base = reader.readUInt16(),
      let statusCount = reader.readUInt16(), let reference = reader.readUInt24(), let count = reader.readUInt8(),
      statusCount > 0
    else { return nil }
    self.init(
      senderSSRC: SSRC(rawValue: sender), mediaSSRC: SSRC(rawValue: media),
      baseSequenceNumber: SequenceNumber(rawValue: base), packetStatusCount: Int(statusCount),
      referenceTime: reference, feedbackCount: count)
    guard let (chunksEnd, arrivalCount) = Self.measureChunks(body, from: reader.offset, statusCount: Int(statusCount))
    else { return nil }
    guard body.byteCount - chunksEnd >= arrivalCount else { return nil }
    arrivals.reserveCapacity(arrivalCount)

    var deltas = ByteReader(body.extracting(chunksEnd..<body.byteCount))
    var position = 0
    var ticks = 0
    while position < packetStatusCount, let chunk = reader.readUInt16() {
      let chunkCount = min(StatusChunk.count(chunk), packetStatusCount - position)
      if chunk & 0x8000 == 0, StatusChunk.symbol(chunk, at: 0) == PacketStatusSymbol.notReceived {
        position += chunkCount
        continue
      }
      for index in 0..<chunkCount {
        switch StatusChunk.symbol(chunk, at: index) {
        case PacketStatusSymbol.notReceived: break
        case PacketStatusSymbol.smallDelta:
          guard let delta = deltas.readUInt8() else { return nil }
          ticks += Int(delta)
          appendArrival(at: position + index, ticks)
        case PacketStatusSymbol.largeDelta:
          guard let delta = deltas.readUInt16() else { return nil }
          ticks += Int(Int16(bitPattern: delta))
          appendArrival(at: position + index, ticks)
        default: return nil
        }
      }
      position += chunkCount
    }
  }

  private mutating func appendArrival(at position: Int, _ ticks: Int) {
    arrivals.append(Arrival(sequenceNumber: baseSequenceNumber.advanced(by: position), ticks: ticks))
  }

  /// Where the chunks end, and how many arrivals they announce: the deltas' place is only known behind the last chunk.
  private static func measureChunks(_ body: RawSpan, from start: Int, statusCount: Int) -> (end: Int, arrivals: Int)? {
    var offset = start
    var covered = 0
    var arrivals = 0
    while covered < statusCount {
      guard offset + 2 <= body.byteCount else { return nil }
      let chunk = body.uint16(at: offset)
      offset += 2
      let count = min(StatusChunk.count(chunk), statusCount - covered)
      // A run of no packets would never end.
      guard count > 0 else { return nil }
      if chunk & 0x8000 == 0 {
        arrivals += StatusChunk.symbol(chunk, at: 0) == PacketStatusSymbol.notReceived ? 0 : count
      } else {
        for index in 0..<count where StatusChunk.symbol(chunk, at: index) != PacketStatusSymbol.notReceived {
          arrivals += 1
        }
      }
      covered += count
    }
    return (offset, arrivals)
  }

  /// Everything behind the common header of feedback.
  ///
  /// - Returns: `false` when there is no room, or when the arrivals cannot be told: out of order, outside the range, or too far apart
  ///   in time. `TransportFeedbackBuilder` makes none of these.
  func writeInformation(to packet: PacketBuffer, limit: Int) -> Bool {
    guard (1...0xFFFF).contains(packetStatusCount), let symbols = statusSymbols() else { return false }
    guard packet.append(baseSequenceNumber.rawValue), packet.append(UInt16(truncatingIfNeeded: packetStatusCount)),
      packet.append(referenceTime << 8 | UInt32(feedbackCount))
    else { return false }
    var position = 0
    while position < symbols.count {
      let (chunk, count) = StatusChunk.first(of: symbols[position...])
      guard packet.count + 2 <= limit, packet.append(chunk) else { return false }
      position += count
    }
    var previous = 0
    for arrival in arrivals {
      let delta = arrival.ticks - previous
      previous = arrival.ticks
      let isWritten =
        (0...255).contains(delta)
        ? packet.append(UInt8(truncatingIfNeeded: delta)) : packet.append(Int16(truncatingIfNeeded: delta))
      guard isWritten, packet.count <= limit else { return false }
    }
    return true
  }

  private func statusSymbols() -> [UInt8]? {
    var symbols = [UInt8](repeating: PacketStatusSymbol.notReceived, count: packetStatusCount)
    var previousTicks = 0
    var next = 0
    for arrival in arrivals {
      let position = Int(arrival.sequenceNumber.rawValue &- baseSequenceNumber.rawValue)
      let (delta, overflow) = arrival.ticks.subtractingReportingOverflow(previousTicks)
      guard position >= next, position < packetStatusCount, !overflow, let fits = Int16(exactly: delta) else {
        return nil
      }
      symbols[position] =
        (0...255).contains(fits) ? PacketStatusSymbol.smallDelta : PacketStatusSymbol.largeDelta
      previousTicks = arrival.ticks
      next = position + 1
    }
    return symbols
  }
}

/// The 16 bits that tell the status of some packets (§3.1.3, §3.1.4).
private enum StatusChunk {
  private static let longestRun = 0x1FFF
  private static let oneBitCapacity = 14
  private static let twoBitCapacity = 7

  /// How many packets the chunk covers.
  static func count(_ chunk: UInt16) -> Int {
    if chunk & 0x8000 == 0 { return Int(chunk & 0x1FFF) }
    return chunk & 0x4000 == 0 ? oneBitCapacity : twoBitCapacity
  }

  static func symbol(_ chunk: UInt16, at index: Int) -> UInt8 {
    if chunk & 0x8000 == 0 { return UInt8(truncatingIfNeeded: chunk >> 13 & 3) }
    if chunk & 0x4000 == 0 { return UInt8(truncatingIfNeeded: chunk >> UInt16(oneBitCapacity - 1 - index) & 1) }
    return UInt8(truncatingIfNeeded: chunk >> UInt16(2 * (twoBitCapacity - 1 - index)) & 3)
  }

  /// The chunk that covers most of the coming symbols, and how many it covers.
  static func first(of symbols: ArraySlice<UInt8>) -> (chunk: UInt16, count: Int) {
    let symbol = symbols[symbols.startIndex]
    var run = 1
    while run < longestRun, run < symbols.count, symbols[symbols.startIndex + run] == symbol { run += 1 }
    let window = symbols.prefix(oneBitCapacity)
    let fitsOneBit = !window.contains { $0 > PacketStatusSymbol.smallDelta }
    if run == symbols.count || run >= (fitsOneBit ? oneBitCapacity : twoBitCapacity) {
      return (UInt16(symbol) << 13 | UInt16(truncatingIfNeeded: run), run)
    }
    if fitsOneBit {
      return (vector(window, bits: 1, capacity: oneBitCapacity) | 0x8000, window.count)
    }
    let short = symbols.prefix(twoBitCapacity)
    return (vector(short, bits: 2, capacity: twoBitCapacity) | 0xC000, short.count)
  }

  private static func vector(_ symbols: ArraySlice<UInt8>, bits: Int, capacity: Int) -> UInt16 {
    var word: UInt16 = 0
    for symbol in symbols { word = word << UInt16(bits) | UInt16(symbol) }
    return word << UInt16(bits * (capacity - symbols.count))
  }
}
