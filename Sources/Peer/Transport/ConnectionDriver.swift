import NIOCore
import RTCBase
import RTCEngine

/// Drives one connection's engine on one event loop: datagrams in, datagrams out, one timer.
///
/// Whoever calls the engine does so through `perform`, which sends and reports what the call caused. Events go to
/// `onEvent` after the engine has been left, so that its receiver may call the engine again. It lives until `detach`.
package final class ConnectionDriver: DatagramReceiver {
  package let eventLoop: any EventLoop
  /// Called on the event loop with each event, in order.
  package var onEvent: ((EngineEvent) -> Void)?
  /// Called on the event loop when datagrams have left.
  package var onSent: (() -> Void)?
  /// Called on the event loop when all that the engine had to send and tell is sent and told.
  package var onDrained: (() -> Void)?
  /// Wake-ups by reason, for logs: what wakes a connection a thousand times a second.
  package private(set) var wakeUps: [Deadline.Reason: Int] = [:]

  private var engine: PeerEngine
  private var ports: [DatagramPort] = []
  private var timer: Scheduled<Void>?
  private var timerDeadline = MonotonicTime.distantFuture
  /// When the datagrams that are being read came.
  private var batchArrival: MonotonicTime?
  private var isDraining = false
  private var isClosed = false

  package init(engine: consuming PeerEngine, on eventLoop: any EventLoop) {
    self.engine = engine
    self.eventLoop = eventLoop
  }

  /// Calls the engine, then sends and reports what that caused.
  package func perform<Result, Failure: Error>(
    _ body: (inout PeerEngine, MonotonicTime) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    eventLoop.preconditionInEventLoop()
    defer { drain() }
    return try body(&engine, .now)
  }

  /// Reads from the engine without causing anything.
  package func read<Result>(_ body: (borrowing PeerEngine, MonotonicTime) -> Result) -> Result {
    eventLoop.preconditionInEventLoop()
    return body(engine, .now)
  }

  /// Makes a port's datagrams for `fragment` reach the engine, and the engine's datagrams from its address leave there.
  package func attach(_ port: DatagramPort, fragment: String) {
    port.register(self, fragment: fragment)
    if !ports.contains(where: { $0 === port }) { ports.append(port) }
  }

  /// Leaves a port that is this connection's own.
  package func detach(_ port: DatagramPort) {
    port.unregister(self)
    ports.removeAll { $0 === port }
  }

  /// Leaves all ports and stops the timer; the engine gets nothing any more.
  package func detach() {
    isClosed = true
    for port in ports { port.unregister(self) }
    ports.removeAll()
    timer?.cancel()
    timer = nil
    onEvent = nil
    onSent = nil
    onDrained = nil
  }

  // MARK: Datagrams

  package func receive(_ datagram: RawSpan, from remote: TransportAddress, to local: TransportAddress) {
    // One system call read the batch: one look at the clock says when it came.
    let arrival = batchArrival ?? .now
    batchArrival = arrival
    engine.handle(datagram, from: remote, to: local, now: arrival)
  }

  package func receiveBatchEnded() {
    batchArrival = nil
    drain()
  }

  /// Sends, reports and re-arms the timer, once per batch.
  private func drain() {
    guard !isDraining else { return }
    isDraining = true
    // Also when what is told ends the connection.
    let onDrained = onDrained
    repeat {
      sendDatagrams()
      // An event's receiver may call the engine again; what that causes is sent in the next turn.
    } while reportEvents()
    isDraining = false
    rearmTimer()
    onDrained?()
  }

  private func sendDatagrams() {
    var last: DatagramPort?
    var isSending = false
    let now = MonotonicTime.now
    while let datagram = engine.pollDatagram(now: now) {
      isSending = true
      if last?.localAddress != datagram.source {
        last = ports.first { $0.localAddress == datagram.source }
      }
      last?.send(datagram.packet.bytes, to: datagram.destination, from: self)
      engine.pool.give(datagram.packet)
    }
    guard isSending else { return }
    for port in ports { port.flush() }
    onSent?()
  }

  private func reportEvents() -> Bool {
    var hasReported = false
    while let event = engine.pollEvent() {
      hasReported = true
      if case .remoteAddressValidated(let remote, let local) = event {
        ports.first { $0.localAddress == local }?.confirm(remote, for: self)
      } else {
        onEvent?(event)
      }
    }
    return hasReported
  }

  // MARK: The timer

  private func rearmTimer() {
    guard !isClosed, let deadline = engine.deadline else { return }
    // A timer that is early costs one wake-up; re-arming it for every packet costs more.
    guard deadline.time < timerDeadline else { return }
    timer?.cancel()
    timerDeadline = deadline.time
    // Whatever has a weak reference is slower to use for good; what the timer holds, `detach` lets go.
    timer = eventLoop.assumeIsolated().scheduleTask(deadline: deadline.time.nioDeadline) { self.timerFired() }
  }

  private func timerFired() {
    timer = nil
    timerDeadline = .distantFuture
    guard !isClosed else { return }
    let now = MonotonicTime.now
    if let deadline = engine.deadline, deadline.time <= now {
      wakeUps[deadline.reason, default: 0] += 1
      engine.handleTimeout(now: now)
    }
    drain()
  }
}
