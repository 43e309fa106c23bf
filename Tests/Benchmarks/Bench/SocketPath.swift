import CBenchmarkSupport
import NIOCore
import RTCBase
import RTCSecurity
import RTCTransport

/// One-way video between two event loops over loopback sockets: what each thread's CPU does for a packet.
struct SocketPath {
  let call: SocketCall
  let bitrate: Bitrate
  let packetsPerFrame: Int

  struct Result: Sendable {
    var sending: Double
    var receiving: Double
    var datagramsPerWrite: Double
  }

  private struct Snapshot: Sendable {
    var nanoseconds: Int64
    var counters: DatagramPortCounters
  }

  func start() async throws {
    let (bitrate, packetsPerFrame) = (bitrate, packetsPerFrame)
    try await call.onCaller { peer in
      peer.startVideo(bitrate: bitrate, packetsPerFrame: packetsPerFrame)
      return peer.driver.eventLoop.makeSucceededVoidFuture()
    }
  }

  func stop() async throws {
    try await call.onCaller { peer in
      peer.stopVideo()
      return peer.driver.eventLoop.makeSucceededVoidFuture()
    }
  }

  /// CPU nanoseconds per packet of each side over a span of real time.
  func measure(for span: Duration) async throws -> Result {
    let before = (try await call.onCaller(Self.snapshot), try await call.onCallee(Self.snapshot))
    try await Task.sleep(for: span)
    let after = (try await call.onCaller(Self.snapshot), try await call.onCallee(Self.snapshot))
    let sent = after.0.counters.datagramsSent - before.0.counters.datagramsSent
    let received = after.1.counters.datagramsReceived - before.1.counters.datagramsReceived
    let writes = after.0.counters.writes - before.0.counters.writes
    return Result(
      sending: Double(after.0.nanoseconds - before.0.nanoseconds) / Double(max(sent, 1)),
      receiving: Double(after.1.nanoseconds - before.1.nanoseconds) / Double(max(received, 1)),
      datagramsPerWrite: Double(sent) / Double(max(writes, 1)))
  }

  @Sendable
  private static func snapshot(_ peer: SocketPeer) -> EventLoopFuture<Snapshot> {
    let snapshot = Snapshot(nanoseconds: bench_thread_cpu(), counters: peer.port.counters)
    return peer.driver.eventLoop.makeSucceededFuture(snapshot)
  }
}
