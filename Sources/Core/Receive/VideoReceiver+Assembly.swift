import RTCBase
import RTCPayload
import RTCRTP

extension VideoReceiver {
  /// Takes a packet in, with its buffer: it goes back to the pool as soon as its frame is complete or lost.
  ///
  /// - Parameter number: The packet's number on the line of `ReceiveStatistics`.
  package mutating func handle(_ packet: ReceivedRTPPacket, number: Int64) {
    let header = packet.header
    var item = VideoPacket(
      buffer: packet.buffer, payloadRange: header.payloadRange, payloadType: header.payloadType,
      rtpTimestamp: header.timestamp, marker: header.marker,
      description: DepacketizedPayload(dataOffset: 0, beginsFrame: false, isKeyFrame: false), arrival: packet.arrival)
    if header.payloadRange.isEmpty {
      pool.give(packet.buffer)
      item.buffer = nil
    } else {
      guard let index = formatIndex(of: header.payloadType),
        let description = formats[index].format.depacketize(packet.buffer.bytes.extracting(header.payloadRange))
      else {
        discard(item)
        return
      }
      item.description = description
    }
    if let nextNumber, number < nextNumber {
      discard(item)
      return
    }
    if !packets.hasRoom(for: number) { makeRoom(for: number) }
    guard packets.insert(item, at: number) else {
      discard(item)
      return
    }
    if item.buffer == nil {
      advanceOverFillers()
    } else {
      assemble(from: number)
    }
  }

  private mutating func discard(_ packet: VideoPacket) {
    if packet.buffer != nil { statistics.packetsDiscarded &+= 1 }
    release(packet)
  }

  /// Drops the oldest packets: their frames have waited for longer than the buffer is wide.
  private mutating func makeRoom(for number: Int64) {
    while !packets.isEmpty, packets.first < number, !packets.hasRoom(for: number) {
      if let oldest = packets.removeFirst() { discard(oldest) }
    }
    wantsKeyFrame = true
  }

  /// Packets without payload fill the line between frames.
  mutating func advanceOverFillers() {
    guard var next = nextNumber else { return }
    while let packet = packets[next], packet.buffer == nil {
      packets.remove(next)
      next &+= 1
    }
    nextNumber = next
  }

  // MARK: Frames

  /// Walks forward from a new packet as far as its frame is continuous: each packet is passed once in its life.
  private mutating func assemble(from number: Int64) {
    var number = number
    while let packet = packets[number], packet.buffer != nil, !packet.isContinuous {
      guard continues(packet, at: number) else { return }
      packets.update(number) { $0.isContinuous = true }
      if packet.marker {
        complete(endingAt: number)
        return
      }
      number &+= 1
    }
  }

  private func continues(_ packet: VideoPacket, at number: Int64) -> Bool {
    if packet.description.beginsFrame { return true }
    guard let previous = packets[number &- 1], previous.isContinuous else { return false }
    return previous.rtpTimestamp == packet.rtpTimestamp && previous.payloadType == packet.payloadType
  }

  private mutating func complete(endingAt last: Int64) {
    var first = last
    while let packet = packets[first], !packet.description.beginsFrame { first &-= 1 }
    guard let start = packets[first], start.isContinuous, let index = formatIndex(of: start.payloadType) else { return }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(min(Int(last &- first &+ 1) * 1_200, max(largestFrame, 2_400)))
    var firstArrival = MonotonicTime.distantFuture
    var completion = MonotonicTime.distantPast
    for number in first...last {
      guard let packet = packets.remove(number), let buffer = packet.buffer else { continue }
      formats[index].format.append(
        buffer.bytes.extracting(packet.payloadRange), described: packet.description, to: &bytes)
      firstArrival = min(firstArrival, packet.arrival)
      completion = max(completion, packet.arrival)
      pool.give(buffer)
    }
    largestFrame = max(bytes.count, largestFrame - largestFrame / 32)
    let frame = AssembledVideoFrame(
      bytes: bytes, first: first, last: last, payloadType: start.payloadType, rtpTimestamp: start.rtpTimestamp,
      timestamp: unwrapper.unwrap(start.rtpTimestamp), description: start.description, firstArrival: firstArrival,
      completion: completion)
    statistics.framesReceived &+= 1
    if frame.description.isKeyFrame { statistics.keyFramesReceived &+= 1 }
    if last > first {
      statistics.framesAssembledFromMultiplePackets &+= 1
      statistics.totalAssemblyTime += completion - firstArrival
    }
    enqueue(frame)
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
    }
    frames.insert(frame, at: position)
    frameBytes += frame.bytes.count
    while frames.count > configuration.maximumFrames
      || (frameBytes > configuration.maximumBytes && frames.count > 1)
    {
      dropOverflow()
    }
  }

  /// Leaves out everything before the newest key frame, or the oldest frame if there is none.
  private mutating func dropOverflow() {
    let key = frames.lastIndex { $0.description.isKeyFrame } ?? 0
    let count = max(1, key)
    drop(first: count)
    if key == 0 { wantsKeyFrame = true }
  }

  mutating func drop(first count: Int) {
    for frame in frames.prefix(count) { frameBytes -= frame.bytes.count }
    frames.removeFirst(count)
    statistics.framesDropped &+= Int64(count)
  }
}
