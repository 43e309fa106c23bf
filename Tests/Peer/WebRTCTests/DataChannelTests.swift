import Testing

@testable import WebRTC

/// Two connections with one channel that the caller made.
struct DataLine {
  let call: LoopbackCall
  let near: RTCDataChannel
  let far: RTCDataChannel
  let farEvents: EventLog

  init(_ options: RTCDataChannelInit = RTCDataChannelInit(), label: String = "line") async throws {
    call = try LoopbackCall()
    farEvents = EventLog(call.callee)
    near = try await call.caller.createDataChannel(label, init: options)
    try await call.negotiate()
    far = try await farEvents.first("a data channel") { $0.dataChannel }
    try await near.opened()
  }

  func close() async { await call.close() }
}

extension RTCPeerConnectionEvent {
  var dataChannel: RTCDataChannel? { if case .dataChannel(let channel) = self { channel } else { nil } }
}

/// All that a channel tells, by the names of the W3C, until it is closed.
func names(of channel: RTCDataChannel) async -> [String] {
  var names: [String] = []
  for await event in channel.events { names.append(event.name) }
  return names
}

extension RTCDataChannelEvent {
  var name: String {
    switch self {
    case .open: "open"
    case .bufferedAmountLow: "bufferedamountlow"
    case .error: "error"
    case .closing: "closing"
    case .close: "close"
    }
  }
}

@Suite("Data channels", .timeLimit(.minutes(2)))
struct DataChannelTests {
  @Test("DC-01, DC-02, DC-04: a channel arrives open, with what it was made with")
  func opening() async throws {
    let line = try await DataLine(
      RTCDataChannelInit(ordered: false, maxRetransmits: 5, protocol: "chat", priority: .high), label: "grüße")
    #expect(line.far.label == "grüße" && line.far.protocol == "chat" && line.far.priority == .high)
    #expect(!line.far.ordered && line.far.maxRetransmits == 5 && line.far.maxPacketLifeTime == nil)
    #expect(!line.far.negotiated && line.far.readyState == .open && line.near.readyState == .open)
    #expect(line.near.id != nil && line.near.id == line.far.id)
    #expect(line.farEvents.count("datachannel") == 1)
    let sctp = try #require(line.call.caller.sctp)
    #expect(sctp.state == .connected && sctp.maxMessageSize == 262_144 && sctp.maxChannels == 65_535)
    #expect(sctp.transport.state == .connected)
    await line.close()
    #expect(sctp.state == .closed)
  }

  @Test("DC-05: text, binary and empty messages both ways, and none is lost before it is read")
  func messages() async throws {
    let line = try await DataLine()
    let sent: [RTCDataChannelMessage] = [
      .text("hello"), .binary([0, 255, 1]), .text(""), .binary([]), .text("🎈"),
      .binary([UInt8](repeating: 5, count: 262_144)),
    ]
    for message in sent {
      try await line.near.send(message)
      try await line.far.send(message)
    }
    try await line.near.drained()
    for channel in [line.far, line.near] {
      var received: [RTCDataChannelMessage] = []
      for await message in channel.messages {
        received.append(message)
        if received.count == sent.count { break }
      }
      #expect(received == sent)
    }
    await line.close()
  }

  @Test("DC-05, DC-07: what cannot be sent is refused with its reason")
  func refusals() async throws {
    let line = try await DataLine()
    await expectError("TypeError") { try await line.near.send([UInt8](repeating: 0, count: 262_145)) }
    #expect(line.near.bufferedAmount == 0)
    line.near.close()
    #expect(line.near.readyState == .closing || line.near.readyState == .closed)
    await expectError("InvalidStateError") { try await line.near.send("late") }
    #expect(throws: WebRTCError.self) { try line.near.enqueue(.text("late")) }
    let connection = line.call.caller
    await expectError("TypeError") {
      _ = try await connection.createDataChannel("", init: .init(maxPacketLifeTime: 1, maxRetransmits: 1))
    }
    await expectError("TypeError") { _ = try await connection.createDataChannel("", init: .init(negotiated: true)) }
    await expectError("TypeError") {
      _ = try await connection.createDataChannel("", init: .init(negotiated: true, id: 65_535))
    }
    await expectError("TypeError") { _ = try await connection.createDataChannel(String(repeating: "x", count: 65_536)) }
    _ = try await connection.createDataChannel("", init: .init(negotiated: true, id: 9))
    await expectError("OperationError") {
      _ = try await connection.createDataChannel("", init: .init(negotiated: true, id: 9))
    }
    await line.close()
    await expectError("InvalidStateError") { _ = try await connection.createDataChannel("") }
  }

  @Test("DC-07: bufferedAmount is exact, and its low event comes once")
  func bufferedAmount() async throws {
    let line = try await DataLine()
    line.near.bufferedAmountLowThreshold = 1_000
    for size in [100_000, 200_000, 1] { try line.near.enqueue(.binary([UInt8](repeating: 1, count: size))) }
    try line.near.enqueue(.text("é"))
    // Nothing has left this thread's hands yet, or some of it has: never more than was given.
    #expect(line.near.bufferedAmount <= 300_003)
    try await line.near.drained(below: 1_000)
    try await line.near.drained()
    #expect(line.near.bufferedAmount == 0)
    line.near.close()
    let told = await names(of: line.near)
    #expect(told == ["open", "bufferedamountlow", "close"])
    await line.close()
  }

  @Test("DC-14, SC-09: a slow reader slows its sender, within bounds, and everything arrives")
  func backPressure() async throws {
    let line = try await DataLine()
    let other = try await line.call.caller.createDataChannel("other")
    let count = 1_500
    let block = [UInt8](repeating: 3, count: 16_384)
    let sender = Task {
      for number in 0..<count {
        var numbered = block
        withUnsafeBytes(of: UInt32(number).bigEndian) { numbered.replaceSubrange(0..<4, with: $0) }
        try await line.near.send(numbered)
      }
    }
    // Nobody reads: the sender comes to a stop with windows and buffers full.
    var last = -1
    try await eventually("the sender waits") {
      let report = await line.call.caller.getStats()
      let sent = report.all(RTCDataChannelStats.self).first { $0.label == "line" }?.messagesSent.map { Int($0) } ?? 0
      defer { last = sent }
      try await Task.sleep(for: .milliseconds(100))
      return sent > 0 && sent == last
    }
    #expect(last < count && line.near.bufferedAmount <= line.near.bufferedAmountHighWaterMark)
    // Others go on.
    try await other.opened()
    try await other.send("through")
    let farOther = try await line.farEvents.first("the other channel") {
      $0.dataChannel?.label == "other" ? $0.dataChannel : nil
    }
    var reader = farOther.messages.makeAsyncIterator()
    #expect(await reader.next() == .text("through"))
    var number: UInt32 = 0
    for await case .binary(let bytes) in line.far.messages {
      #expect(bytes.count == 16_384 && bytes.prefix(4).reduce(0) { $0 << 8 | UInt32($1) } == number)
      number += 1
      if number == count { break }
    }
    try await sender.value
    await line.close()
  }

  @Test("DC-03, DC-12: either side closes, both are told once, and the messages before still come")
  func closing() async throws {
    for closesNear in [true, false] {
      let line = try await DataLine()
      let (closer, other) = closesNear ? (line.near, line.far) : (line.far, line.near)
      try await closer.send("last")
      closer.close()
      closer.close()
      #expect(await names(of: closer) == ["open", "bufferedamountlow", "close"])
      #expect(await names(of: other) == ["open", "closing", "close"])
      #expect(closer.readyState == .closed && other.readyState == .closed)
      var received: [RTCDataChannelMessage] = []
      for await message in other.messages { received.append(message) }
      #expect(received == [.text("last")])
      for await _ in closer.messages { Issue.record("nothing was sent to the closer") }
      await line.close()
    }
  }

  @Test("DC-13: a connection that closes fails the peer's channels with the cause of its abort")
  func connectionClosed() async throws {
    let line = try await DataLine()
    await line.call.callee.close()
    var events: [RTCDataChannelEvent] = []
    for await event in line.near.events { events.append(event) }
    #expect(events.map(\.name) == ["open", "error", "close"])
    guard case .error(let error) = try #require(events.dropFirst().first) else { return }
    #expect(error.errorDetail == .sctpFailure && error.sctpCauseCode == 12)
    #expect(line.near.readyState == .closed)
    // The side that closed is told nothing.
    #expect(await names(of: line.far) == ["open"])
    #expect(line.far.readyState == .closed)
    await expectError("OperationError") { _ = try await line.call.caller.createDataChannel("") }
    await line.close()
  }

  @Test("DC-13, PC-15: close leaves nobody waiting, and nothing behind")
  func nothingLeft() async throws {
    let channels: [WeakReference]
    do {
      let line = try await DataLine()
      let (near, far) = (line.near, line.far)
      let reader = Task { for await _ in far.messages {} }
      let sender = Task { try await near.send([UInt8](repeating: 0, count: 262_144)) }
      let flood = Task { while true { try await near.send([UInt8](repeating: 0, count: 200_000)) } }
      let low = Task { try await near.drained(below: -1) }
      _ = try? await sender.value
      await line.close()
      await reader.value
      await #expect(throws: WebRTCError.self) { try await flood.value }
      await #expect(throws: WebRTCError.self) { try await low.value }
      channels = [WeakReference(near), WeakReference(far), await line.call.caller.weakDriver()]
    }
    try await eventually("everything is gone") { channels.allSatisfy(\.isGone) }
  }

  @Test("DC-14: a cancelled sender has sent nothing, and a cancelled reader has taken nothing")
  func cancellation() async throws {
    let line = try await DataLine()
    line.near.bufferedAmountHighWaterMark = 100
    let reader = Task { () -> RTCDataChannelMessage? in
      var messages = line.far.messages.makeAsyncIterator()
      return await messages.next()
    }
    reader.cancel()
    #expect(await reader.value == nil)
    try await line.near.send("kept")
    var messages = line.far.messages.makeAsyncIterator()
    #expect(await messages.next() == .text("kept"))
    await line.close()
  }

  @Test("DC-17: tasks on the event loop get, answer and wait for messages there, beside others of the same loop")
  func onEventLoop() async throws {
    let line = try await DataLine()
    let (callee, far, near) = (line.call.callee, line.far, line.near)
    far.bufferedAmountHighWaterMark = 40_000
    let echo = Task(executorPreference: callee.taskExecutor) {
      for await message in far.messages {
        callee.preconditionIsolated()
        // More than may be buffered at once: it waits on the loop for the loop to send.
        for _ in 0..<3 { try await far.send(message) }
        callee.preconditionIsolated()
      }
    }
    // A task that never waits for anything lets packets through all the same.
    let restless = Task(executorPreference: callee.taskExecutor) { while !Task.isCancelled { await Task.yield() } }
    var answers = near.messages.makeAsyncIterator()
    for number in 0..<10 {
      let block = [UInt8](repeating: UInt8(number), count: 30_000)
      try await near.send(block)
      for _ in 0..<3 { #expect(await answers.next() == .binary(block)) }
    }
    restless.cancel()
    await restless.value
    await line.close()
    try? await echo.value
  }

  @Test("DC-08: negotiated channels are announced by nobody")
  func negotiated() async throws {
    let call = try LoopbackCall()
    let log = EventLog(call.callee)
    let options = RTCDataChannelInit(negotiated: true, id: 3)
    let near = try await call.caller.createDataChannel("a", init: options)
    let far = try await call.callee.createDataChannel("b", init: options)
    #expect(near.id == 3 && near.negotiated)
    try await call.negotiate()
    try await near.opened()
    try await far.opened()
    try await near.send("x")
    var messages = far.messages.makeAsyncIterator()
    #expect(await messages.next() == .text("x"))
    #expect(log.count("datachannel") == 0)
    await call.close()
  }

  @Test("DC-16: a hundred channels carry what each of them is given")
  func manyChannels() async throws {
    let call = try LoopbackCall()
    let log = EventLog(call.callee)
    var channels: [RTCDataChannel] = []
    for number in 0..<100 { channels.append(try await call.caller.createDataChannel("\(number)")) }
    try await call.negotiate()
    for channel in channels {
      try await channel.opened()
      try await channel.send(channel.label)
    }
    try await eventually("all arrive") { log.count("datachannel") == 100 }
    for channel in log.all.compactMap(\.dataChannel) {
      var messages = channel.messages.makeAsyncIterator()
      #expect(await messages.next() == .text(channel.label))
    }
    #expect(Set(channels.map(\.id)).count == 100)
    await call.close()
  }

  @Test("ST-09: statistics tell of channels, also after the end")
  func statistics() async throws {
    let line = try await DataLine()
    try await line.near.send("abc")
    var messages = line.far.messages.makeAsyncIterator()
    _ = await messages.next()
    let sent = try #require(await line.call.caller.getStats().first(RTCDataChannelStats.self))
    #expect(sent.label == "line" && sent.messagesSent == 1 && sent.bytesSent == 3 && sent.state == .open)
    #expect(sent.dataChannelIdentifier == line.near.id)
    let received = try #require(await line.call.callee.getStats().first(RTCDataChannelStats.self))
    #expect(received.messagesReceived == 1 && received.bytesReceived == 3)
    let association = try #require(await line.call.caller.diagnostics().association)
    #expect(association.packetsSent > 0 && association.congestionWindow > 0 && association.invalidPackets == 0)
    await line.close()
    let last = await line.call.caller.getStats()
    #expect(last.first(RTCDataChannelStats.self)?.state == .closed)
    #expect(last.first(RTCPeerConnectionStats.self)?.dataChannelsOpened == 1)
    #expect(last.first(RTCPeerConnectionStats.self)?.dataChannelsClosed == 1)
  }
}
