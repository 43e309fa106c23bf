import RTCBase
import RTCPayload
import RTCRTP

extension VideoReceiver {
  /// Takes a packet in, with its buffer: it goes back to the pool as soon as its frame is complete or lost.
  ///
  /// - Parameter number: The packet's number on the line of `ReceiveStatistics`.
  package mutating func handle(_ packet: consuming ReceivedRTPPacket, number: Int64) {
    let header = packet.header
    if let nextNumber, number < nextNumber {
      discard(packet)
      return
    }
    if header.payloadRange.isEmpty {
      pool.give(packet.buffer)
      fill(number, header: header, arrival: packet.arrival)
      return
    }
    guard let index = formatIndex(of: header.payloadType),
      let description = formats[index].depacketize(packet.buffer.bytes.extracting(header.payloadRange))
    else {
      discard(packet)
      return
    }
    makeRoom(for: number)
    let item = VideoPacket(
      payloadRange: header.payloadRange, payloadType: header.payloadType, rtpTimestamp: header.timestamp,
      marker: header.marker, description: description, orientation: packet.extensions.videoOrientation,
      arrival: packet.arrival)
    guard packets.insert(item, at: number) else {
      discard(packet)
      return
    }
    // Where there is room for the packet there is room for its bytes.
    _ = buffers.insert(packet.buffer, at: number)
    assemble(from: number)
  }

  private mutating func fill(_ number: Int64, header: RTPHeader, arrival: MonotonicTime) {
    makeRoom(for: number)
    var item = VideoPacket(
      payloadRange: header.payloadRange, payloadType: header.payloadType, rtpTimestamp: header.timestamp,
      marker: false, description: DepacketizedPayload(dataOffset: 0, beginsFrame: false, isKeyFrame: false),
      arrival: arrival)
    item.isFiller = true
    _ = packets.insert(item, at: number)
    advanceOverFillers()
    updateReadiness()
  }

  private mutating func discard(_ packet: ReceivedRTPPacket) {
    if !packet.header.payloadRange.isEmpty { statistics.packetsDiscarded &+= 1 }
    pool.give(packet.buffer)
  }

  /// Drops the oldest packets when the newest does not fit: their frames have waited for longer than the buffer is wide.
  private mutating func makeRoom(for number: Int64) {
    guard !packets.hasRoom(for: number), packets.first < number else { return }
    discardPackets(before: number &- Int64(packets.limit) &+ 1)
    wantsKeyFrame = true
  }

  /// Packets without payload fill the line between frames.
  mutating func advanceOverFillers() {
    guard var next = nextNumber else { return }
    while let packet = packets[next], packet.isFiller {
      packets.remove(next)
      next &+= 1
    }
    nextNumber = next
  }

  // MARK: Frames

  /// Walks forward from a new packet as far as its frame is continuous: each packet is passed once in its life.
  private mutating func assemble(from start: Int64) {
    var number = start
    while let packet = packets[number], !packet.isFiller, packet.frameOffset == nil,
      let offset = frameOffset(of: packet, at: number)
    {
      packets.update(number) { $0.frameOffset = offset }
      if packet.marker {
        complete(from: number &- Int64(offset), to: number)
        return
      }
      number &+= 1
    }
  }

  /// Packets of its frame before this one: none, or one more than before its neighbour, as long as the frame's first is kept.
  private func frameOffset(of packet: VideoPacket, at number: Int64) -> UInt16? {
    if packet.description.beginsFrame { return 0 }
    guard let previous = packets[number &- 1], let offset = previous.frameOffset, offset < .max,
      packets.contains(number &- 1 &- Int64(offset)), previous.rtpTimestamp == packet.rtpTimestamp,
      previous.payloadType == packet.payloadType
    else { return nil }
    return offset + 1
  }

  private mutating func complete(from first: Int64, to last: Int64) {
    guard let start = packets.remove(first), let index = formatIndex(of: start.payloadType) else { return }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(min(Int(last &- first &+ 1) * 1_200, max(largestFrame, 2_400)))
    var firstArrival = start.arrival
    var completion = start.arrival
    orientation = start.orientation ?? orientation
    let format = formats[index]
    append(first, start, format, to: &bytes)
    var number = first
    while number < last {
      number &+= 1
      guard let packet = packets.remove(number) else { continue }
      firstArrival = min(firstArrival, packet.arrival)
      completion = max(completion, packet.arrival)
      orientation = packet.orientation ?? orientation
      append(number, packet, format, to: &bytes)
    }
    largestFrame = max(bytes.count, largestFrame - largestFrame / 32)
    let frame = AssembledVideoFrame(
      bytes: bytes, first: first, last: last, payloadType: start.payloadType, rtpTimestamp: start.rtpTimestamp,
      timestamp: unwrapper.unwrap(start.rtpTimestamp), description: start.description,
      orientation: orientation, firstArrival: firstArrival,
      completion: completion)
    statistics.framesReceived &+= 1
    if frame.description.isKeyFrame { statistics.keyFramesReceived &+= 1 }
    if last > first {
      statistics.framesAssembledFromMultiplePackets &+= 1
      statistics.totalAssemblyTime += completion - firstArrival
    }
    enqueue(frame)
  }

  private mutating func append(
    _ number: Int64, _ packet: VideoPacket, _ format: any VideoPayloadFormat, to bytes: inout [UInt8]
  ) {
    guard let buffer = buffers.remove(number) else { return }
    format.append(buffer.bytes.extracting(packet.payloadRange), described: packet.description, to: &bytes)
    pool.give(buffer)
  }

  private mutating func enqueue(_ frame: AssembledVideoFrame) {
    var position = frames.count
    while position > 0, frames[position - 1].first >= frame.first { position -= 1 }
    // Its packets came a second time, from a caller that does not look for duplicates.
    if position < frames.count, frames[position].first == frame.first { return }
    if estimator.update(timestamp: frame.timestamp, arrival: frame.completion) == .discontinuity {
      // Only the mapping to time is new; what refers to what is told by sequence numbers.
      statistics.timelineResets &+= 1
      releasedTimestamp = nil
      // What waits is due at once: on the new timeline its time may lie hours ahead, and all else would wait behind it.
      for index in frames.indices { frames[index].isOfFormerTimeline = true }
    }
    frames.insert(frame, at: position)
    frameBytes += frame.bytes.count
    while frames.count > configuration.maximumFrames
      || (frameBytes > configuration.maximumBytes && frames.count > 1)
    {
      dropOverflow()
    }
    updateReadiness()
  }

  /// Leaves out everything before the newest key frame, or the oldest frame if there is none.
  private mutating func dropOverflow() {
    let key = frames.lastIndex { $0.description.isKeyFrame } ?? 0
    let count = max(1, key)
    drop(first: count)
    if key == 0 { wantsKeyFrame = true }
  }

  /// Drops the oldest of what waits until no more than `limit` bytes are held; a stream that is cut so goes on with a key frame.
  mutating func trim(to limit: Int) {
    while heldBytes > limit, !frames.isEmpty || !packets.isEmpty {
      if let frame = frames.first, packets.isEmpty || frame.first < packets.first {
        dropOverflow()
      } else {
        // In steps, since the places are only counted when they are given back.
        discardPackets(before: packets.first &+ max(1, (packets.end &- packets.first) / 8))
        packets.shrink()
        buffers.shrink()
      }
      wantsKeyFrame = true
    }
    packets.shrink()
    buffers.shrink()
    updateReadiness()
  }

  mutating func drop(first count: Int) {
    for frame in frames.prefix(count) { frameBytes -= frame.bytes.count }
    frames.removeFirst(count)
    statistics.framesDropped &+= Int64(count)
  }
}
