import CBenchmarkSupport
import WebRTC

/// What data channels cost: two connections of the public API over loopback sockets in this process.
struct DataBenchmarks {
  let call: DataCall

  /// Megabytes that one second of CPU time carries, both ends and the kernel included, in messages of `size` bytes.
  func throughput(size: Int, bytes: Int) async throws -> (perCPUSecond: Double, perSecond: Double) {
    let (near, far) = (call.near, call.far)
    let count = bytes / size
    let (clock, began) = (ContinuousClock.now, bench_process_cpu())
    async let sent: Void = {
      let message = RTCDataChannelMessage.binary([UInt8](repeating: 7, count: size))
      for _ in 0..<count { try await near.send(message) }
    }()
    var left = count
    var messages = far.messages.makeAsyncIterator()
    while left > 0 {
      guard await messages.next() != nil else { throw BenchmarkFailure("the data channel closed") }
      left -= 1
    }
    try await sent
    let megabytes = Double(count * size) / 1e6
    return (
      megabytes / (Double(bench_process_cpu() - began) / 1e9), megabytes / ((ContinuousClock.now - clock) / .seconds(1))
    )
  }

  /// Microseconds from sending a small message to its echo, the median of many.
  ///
  /// - Parameter onEventLoops: the tasks on both sides run on their connection's event loop.
  func roundTrip(size: Int, count: Int, onEventLoops: Bool) async throws -> Double {
    let (near, far) = (call.near, call.far)
    let echo = Task(executorPreference: onEventLoops ? call.callee.taskExecutor : nil) {
      var messages = far.messages.makeAsyncIterator()
      for _ in 0..<count {
        guard let message = await messages.next() else { return }
        try await far.send(message)
      }
    }
    let times = Task(executorPreference: onEventLoops ? call.caller.taskExecutor : nil) {
      var times: [Double] = []
      var messages = near.messages.makeAsyncIterator()
      let message = [UInt8](repeating: 7, count: size)
      for _ in 0..<count {
        let clock = ContinuousClock.now
        try await near.send(message)
        guard await messages.next() != nil else { throw BenchmarkFailure("the data channel closed") }
        times.append((ContinuousClock.now - clock) / .microseconds(1))
      }
      return times
    }
    try await echo.value
    return Measurement(try await times.value).median
  }
}

/// Two connections with a data channel and nothing else.
struct DataCall {
  let caller: RTCPeerConnection
  let callee: RTCPeerConnection
  let near: RTCDataChannel
  let far: RTCDataChannel

  /// Returns when the channel is open on both sides.
  static func connect() async throws -> DataCall {
    let options = RTCPeerConnectionOptions(network: .addresses(["127.0.0.1"]))
    let (caller, callee) = (try RTCPeerConnection(options: options), try RTCPeerConnection(options: options))
    let near = try await caller.createDataChannel("bench")
    try await caller.setLocalDescription()
    await caller.waitForGathering()
    guard let offer = caller.localDescription else { throw BenchmarkFailure("there is no offer") }
    try await callee.setRemoteDescription(offer)
    try await callee.setLocalDescription()
    await callee.waitForGathering()
    guard let answer = callee.localDescription else { throw BenchmarkFailure("there is no answer") }
    try await caller.setRemoteDescription(answer)
    for await case .dataChannel(let far) in callee.events {
      try await near.opened()
      return DataCall(caller: caller, callee: callee, near: near, far: far)
    }
    throw BenchmarkFailure("the connection closed")
  }

  func close() async {
    await caller.close()
    await callee.close()
  }
}
