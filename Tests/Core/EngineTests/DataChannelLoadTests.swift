import RTCBase
import RTCEngine
import RTCJSEP
import RTCSCTP
import RTCTestKit
import Testing
import WebRTCTypes

@Suite("Data channels under load")
struct DataChannelLoadTests {
  /// Keeps `amount` bytes buffered.
  private func saturate(_ call: DataCall, _ channel: DataChannelHandle, for span: TimeDelta, amount: Int = 1 << 20)
    throws
  {
    let block = DataChannelMessage(.binary, [UInt8](repeating: 7, count: 16_384))
    let end = call.simulation.now + span
    while call.simulation.now < end {
      while call.caller.bufferedAmount(of: channel) < amount {
        try call.send(block, on: channel, by: call.caller)
      }
      call.simulation.run(for: .milliseconds(20))
    }
  }

  private func addMedia(to call: DataCall) throws {
    for kind in [MediaStreamTrackKind.audio, .video] {
      let id = try call.caller.engine.updateModel(now: .zero) { model throws(WebRTCError) in
        try model.addTrack(kind, trackID: "\(kind)", streamIDs: [])
      }
      call.caller.attachSource(to: id, now: .zero)
    }
  }

  @Test("SC-06: a channel fills its path")
  func throughput() throws {
    let call = DataCall(impairments: .init(delay: .milliseconds(20), rate: 6_000_000, queueLimit: 64_000))
    let channel = try call.open(DataChannelOptions(), by: call.caller)
    try call.connect()
    try saturate(call, channel, for: .seconds(4))
    let bytes = call.callee.messages.values.joined().reduce(0) { $0 + $1.message.bytes.count }
    #expect(Double(bytes) * 8 / 4 > 5_000_000)
  }

  @Test("DC-09: media goes on while a channel sends all that it can")
  func media() throws {
    let call = DataCall(impairments: .init(delay: .milliseconds(15), rate: 6_000_000, queueLimit: 60_000))
    try addMedia(to: call)
    let channel = try call.open(DataChannelOptions(), by: call.caller)
    try call.connect()
    let before = (video: call.callee.videoFrames.count, audio: call.callee.audioFrames.count)
    try saturate(call, channel, for: .seconds(5), amount: 256 << 10)
    #expect(call.callee.videoFrames.count - before.video > 125)
    #expect(call.callee.audioFrames.count - before.audio > 230)
    #expect(call.callee.brokenFrames == 0)
  }

  @Test("DC-09: what one drain sends is bounded, and the rest is due at once")
  func bounded() throws {
    let call = DataCall(impairments: .init(delay: .milliseconds(1)))
    let channel = try call.open(DataChannelOptions(), by: call.caller)
    try call.connect()
    let block = DataChannelMessage(.binary, [UInt8](repeating: 7, count: 200_000))
    for _ in 0..<5 { try call.send(block, on: channel, by: call.caller) }
    // The window opens, then there is more to send than one drain may.
    call.simulation.run(for: .seconds(1)) { call.callee.messages.values.first?.count == 5 }
    call.simulation.run(for: .milliseconds(5))
    for _ in 0..<5 { try call.send(block, on: channel, by: call.caller) }
    var count = 0
    while let datagram = call.caller.engine.pollDatagram(now: call.simulation.now) {
      count += 1
      call.caller.engine.pool.give(datagram.packet)
    }
    #expect(count == 100)
    let deadline = call.caller.engine.deadline
    #expect(deadline?.time == call.simulation.now)
  }

  @Test("DC-09: what waits when the peer hangs up wakes nobody any more")
  func backlogWithoutWay() throws {
    let call = DataCall(impairments: .init(delay: .milliseconds(1)))
    let channel = try call.open(DataChannelOptions(), by: call.caller)
    try call.connect()
    let block = DataChannelMessage(.binary, [UInt8](repeating: 7, count: 200_000))
    for _ in 0..<5 { try call.send(block, on: channel, by: call.caller) }
    call.simulation.run(for: .seconds(1)) { call.callee.messages.values.first?.count == 5 }
    call.simulation.run(for: .milliseconds(5))
    for _ in 0..<5 { try call.send(block, on: channel, by: call.caller) }
    func drain(_ peer: SimulatedPeer) -> [[UInt8]] {
      var datagrams: [[UInt8]] = []
      while let datagram = peer.engine.pollDatagram(now: call.simulation.now) {
        datagrams.append(datagram.packet.bytes.withUnsafeBytes { Array($0) })
        peer.engine.pool.give(datagram.packet)
      }
      return datagrams
    }
    #expect(drain(call.caller).count == 100)
    #expect(call.caller.engine.deadline?.reason == "sctp.backlog")
    call.callee.engine.close(now: call.simulation.now)
    for datagram in drain(call.callee) {
      datagram.withRawSpan {
        call.caller.engine.handle(
          $0, from: call.callee.addresses[0], to: call.caller.addresses[0], now: call.simulation.now)
      }
    }
    call.simulation.run(for: .seconds(1))
    #expect(call.simulation.failures == [])
    _ = drain(call.caller)
    #expect(call.caller.engine.deadline.map { $0.time > call.simulation.now } ?? true)
  }

  @Test("SC-09: a channel that nobody reads stalls neither another one nor memory")
  func unread() throws {
    let call = DataCall()
    let unread = try call.open(DataChannelOptions(label: "unread"), by: call.caller)
    let other = try call.open(DataChannelOptions(label: "other"), by: call.caller)
    try call.connect(channels: 2)
    call.callee.takesMessages = false
    let block = DataChannelMessage(.binary, [UInt8](repeating: 7, count: 16_384))
    for _ in 0..<32 { try call.send(block, on: unread, by: call.caller) }
    call.simulation.run(for: .seconds(2))
    try call.send(DataChannelMessage(text: "through"), on: other, by: call.caller)
    call.simulation.run(for: .seconds(2))
    let remote = try #require(
      call.callee.arrivedChannels.first { call.callee.channel($0)?.options.label == "other" })
    call.callee.takeMessages(from: remote, now: call.simulation.now)
    #expect(call.callee.received(on: remote) == [DataChannelMessage(text: "through")])
    // Read at last, everything is there.
    let late = try #require(
      call.callee.arrivedChannels.first { call.callee.channel($0)?.options.label == "unread" })
    call.callee.takesMessages = true
    call.callee.takeMessages(from: late, now: call.simulation.now)
    call.simulation.run(for: .seconds(5))
    call.callee.takeMessages(from: late, now: call.simulation.now)
    #expect(call.callee.received(on: late).count == 32)
  }

  @Test("DC-15: channels share a saturated path by their priority")
  func priorities() throws {
    let call = DataCall(impairments: .init(delay: .milliseconds(10), rate: 6_000_000, queueLimit: 60_000))
    let priorities: [UInt16] = [128, 256, 512, 1_024]
    let channels = try priorities.map {
      try call.open(DataChannelOptions(label: "\($0)", priority: $0), by: call.caller)
    }
    try call.connect(channels: priorities.count)
    let block = DataChannelMessage(.binary, [UInt8](repeating: 7, count: 16_384))
    let end = call.simulation.now + .seconds(10)
    while call.simulation.now < end {
      for channel in channels {
        while call.caller.bufferedAmount(of: channel) < 256 << 10 { try call.send(block, on: channel, by: call.caller) }
      }
      call.simulation.run(for: .milliseconds(20))
    }
    let counts = priorities.map { priority in
      let label = "\(priority)"
      return call.callee.messages.first { call.callee.channel($0.key)?.options.label == label }?.value.count ?? 0
    }
    #expect(counts.reduce(0, +) > 400)
    for (lower, higher) in zip(counts, counts.dropFirst()) {
      #expect((1.6...2.5).contains(Double(higher) / Double(max(lower, 1))), "\(counts)")
    }
  }

  @Test("SC-09, DC-16: of 1,000 channels one that nobody reads stalls neither the others, nor media, nor memory")
  func unreadAmongMany() throws {
    let call = DataCall(impairments: .init(delay: .milliseconds(15), rate: 12_000_000, queueLimit: 120_000))
    try addMedia(to: call)
    let channels = try (0..<1_000).map { try call.open(DataChannelOptions(label: "\($0)"), by: call.caller) }
    try call.connect(channels: channels.count)
    call.callee.takesMessages = false
    let remote = Dictionary(
      uniqueKeysWithValues: call.callee.arrivedChannels.map { (call.callee.channel($0)?.options.label ?? "", $0) })
    let (before, start) = (call.callee.videoFrames.count, call.simulation.now)
    let block = DataChannelMessage(.binary, [UInt8](repeating: 7, count: 16_384))
    var unanswered: [(channel: DataChannelHandle, sent: MonotonicTime)] = []
    var longest = TimeDelta.zero
    for index in 1...500 {
      while call.caller.bufferedAmount(of: channels[0]) < 256 << 10 {
        try call.send(block, on: channels[0], by: call.caller)
      }
      try call.send(DataChannelMessage(text: "\(index)"), on: channels[index], by: call.caller)
      unanswered.append((try #require(remote["\(index)"]), call.simulation.now))
      call.simulation.run(for: .milliseconds(20))
      let now = call.simulation.now
      unanswered.removeAll { waiting in
        call.callee.takeMessages(from: waiting.channel, now: now)
        guard !call.callee.received(on: waiting.channel).isEmpty else { return false }
        longest = max(longest, now - waiting.sent)
        return true
      }
    }
    #expect(unanswered.count < 50 && longest < .seconds(1))
    let seconds = (call.simulation.now - start).seconds
    #expect(Double(call.callee.videoFrames.count - before) > 24 * seconds)
    #expect(call.callee.brokenFrames == 0)
    // The window and the loans beyond it, though three times as much could have come.
    let unread = try #require(remote["0"])
    call.callee.takeMessages(from: unread, now: call.simulation.now)
    let held = call.callee.received(on: unread).reduce(0) { $0 + $1.bytes.count }
    #expect(held > 3 << 20 && held < 5 << 20)
  }
}
