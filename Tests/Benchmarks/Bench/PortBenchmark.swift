import CBenchmarkSupport
import NIOCore
import RTCBase
import RTCTransport

/// Datagrams from port to port over loopback, without an engine: what NIO, the kernel and the port cost.
struct PortBenchmark {
  private let sender: NIOLoopBound<DatagramPort>
  private let receiver: NIOLoopBound<DatagramPort>
  private let destination: TransportAddress

  struct Result: Sendable {
    var sending: Double
    var receiving: Double
  }

  /// Takes datagrams and does nothing with them.
  private final class Sink: DatagramReceiver {
    private(set) var count = 0
    func receive(_ datagram: RawSpan, from remote: TransportAddress, to local: TransportAddress) { count += 1 }
    func receiveBatchEnded() {}
  }

  /// Sends bursts at regular intervals.
  private final class Source {
    private let port: DatagramPort
    private let destination: TransportAddress
    private let size: Int
    private var remaining: Int
    private let done: EventLoopPromise<Void>
    private let payload = [UInt8](repeating: 7, count: 1_200)
    private let sink = Sink()

    init(
      _ port: DatagramPort, to destination: TransportAddress, size: Int, bursts: Int, done: EventLoopPromise<Void>
    ) {
      self.port = port
      self.destination = destination
      self.size = size
      remaining = bursts
      self.done = done
    }

    func run() {
      guard remaining > 0 else { return done.succeed() }
      remaining -= 1
      for _ in 0..<size { payload.withRawSpan { port.send($0, to: destination, from: sink) } }
      port.flush()
      port.eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(1)) { self.run() }
    }
  }

  init(on loops: (sender: any EventLoop, receiver: any EventLoop)) async throws {
    let loopback = TransportAddress(.loopbackV4, port: 0)
    let (sender, receiver) = (
      try await DatagramPort.open(loopback, on: loops.sender).get(),
      try await DatagramPort.open(loopback, on: loops.receiver).get()
    )
    (self.sender, self.receiver) = (sender, receiver)
    destination = try await loops.receiver.submit { receiver.value.localAddress }.get()
    let source = try await loops.sender.submit { sender.value.localAddress }.get()
    // The port keeps its receivers alive while they have registered addresses.
    try await loops.receiver.submit { receiver.value.confirm(source, for: Sink()) }.get()
  }

  /// Sends bursts of `size` datagrams of 1,200 bytes, `size` a flush, one burst a millisecond.
  func measure(burst size: Int, bursts: Int) async throws -> Result {
    let before = try await (Self.snapshot(sender), Self.snapshot(receiver))
    let (sender, destination) = (sender, destination)
    let done = sender.eventLoop.makePromise(of: Void.self)
    sender.eventLoop.execute {
      Source(sender.value, to: destination, size: size, bursts: bursts, done: done).run()
    }
    try await done.futureResult.get()
    try await Task.sleep(for: .milliseconds(20))
    let after = try await (Self.snapshot(sender), Self.snapshot(receiver))
    return Result(
      sending: Double(after.0.nanoseconds - before.0.nanoseconds) / Double(size * bursts),
      receiving: Double(after.1.nanoseconds - before.1.nanoseconds)
        / Double(max(1, after.1.counters.datagramsReceived - before.1.counters.datagramsReceived)))
  }

  private static func snapshot(
    _ port: NIOLoopBound<DatagramPort>
  ) async throws -> (nanoseconds: Int64, counters: DatagramPortCounters) {
    try await port.eventLoop.submit { (bench_thread_cpu(), port.value.counters) }.get()
  }

  func close() async throws {
    try await sender.eventLoop.flatSubmit { [sender] in sender.value.close() }.get()
    try await receiver.eventLoop.flatSubmit { [receiver] in receiver.value.close() }.get()
  }
}
