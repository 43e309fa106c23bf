import RTCBase
import RTCEngine
import RTCJSEP
import RTCSecurity
import WebRTCTypes

/// A one-way call in memory whose sender and receiver are measured apart: each runs alone through a slice of virtual time.
struct PacketPath: ~Copyable {
  private let call: MemoryCall
  private var frames: FrameSource
  private let video: TransceiverID
  /// What was sent in a slice, and when.
  private var times: [MonotonicTime] = []
  private var forward: [PacketBuffer] = []
  private var backward: [OutgoingDatagram] = []
  private var now: MonotonicTime
  private var nextFrame: MonotonicTime

  private(set) var sending = ThreadCost()
  private(set) var receiving = ThreadCost()
  private(set) var packets = 0
  private(set) var batches = 0

  private static let slice = TimeDelta.milliseconds(100)

  init(
    certificate: any LocalCertificate, crypto: any CryptoProvider, bitrate: Bitrate, packetsPerFrame: Int,
    profiles: [SRTPProfile] = SRTPProfile.preferred
  ) throws {
    call = try MemoryCall(
      certificate: certificate, crypto: crypto, kinds: [.video], bitrate: bitrate * 1.5, profiles: profiles)
    frames = FrameSource(bitrate: bitrate, packetsPerFrame: packetsPerFrame)
    video = call.caller.transceivers[0]
    now = call.now
    nextFrame = now
    times.reserveCapacity(4_096)
    forward.reserveCapacity(4_096)
    backward.reserveCapacity(256)
  }

  /// Runs through a span of virtual time.
  mutating func run(for span: TimeDelta) {
    let end = now + span
    while now < end {
      let sliceEnd = now + Self.slice
      let sendingBegan = ThreadCost.Mark()
      send(until: sliceEnd)
      sending.add(since: sendingBegan)
      let receivingBegan = ThreadCost.Mark()
      receive(until: sliceEnd)
      receiving.add(since: receivingBegan)
      packets += forward.count
      let pool = call.caller.engine.pool
      while let packet = forward.popLast() { pool.give(packet) }
      times.removeAll(keepingCapacity: true)
      now = sliceEnd
    }
  }

  /// What was counted so far belongs to the warm-up.
  mutating func resetCosts() {
    sending = ThreadCost()
    receiving = ThreadCost()
    packets = 0
    batches = 0
  }

  var receivedFrames: Int { call.callee.frames }

  // Not inlined, so that profilers tell the two apart.
  @inline(never)
  private mutating func send(until end: MonotonicTime) {
    let peer = call.caller
    for datagram in backward {
      peer.engine.handle(datagram.packet.bytes, from: datagram.source, to: datagram.destination, now: now)
      call.callee.engine.pool.give(datagram.packet)
    }
    backward.removeAll(keepingCapacity: true)
    var time = now
    while true {
      while let datagram = peer.engine.pollDatagram(now: time) {
        times.append(time)
        forward.append(datagram.packet)
      }
      peer.takeEvents(now: time)
      let next = max(time, min(peer.engine.deadline?.time ?? end, nextFrame))
      guard next < end else { break }
      time = next
      if let deadline = peer.engine.deadline, deadline.time <= time { peer.engine.handleTimeout(now: time) }
      if nextFrame <= time {
        frames.send(on: video, of: &peer.engine, now: time)
        nextFrame += frames.interval
      }
    }
  }

  @inline(never)
  private mutating func receive(until end: MonotonicTime) {
    let peer = call.callee
    let (source, destination) = (call.caller.address, peer.address)
    var time = now
    var index = 0
    while true {
      while let datagram = peer.engine.pollDatagram(now: time) { backward.append(datagram) }
      peer.takeEvents(now: time)
      var next = max(time, peer.engine.deadline?.time ?? end)
      if index < times.count { next = min(next, times[index]) }
      guard next < end else { break }
      time = next
      if let deadline = peer.engine.deadline, deadline.time <= time { peer.engine.handleTimeout(now: time) }
      if index < times.count, times[index] <= time { batches += 1 }
      while index < times.count, times[index] <= time {
        let packet = forward[index]
        peer.engine.handle(packet.bytes, from: source, to: destination, now: time)
        index += 1
      }
    }
  }
}
