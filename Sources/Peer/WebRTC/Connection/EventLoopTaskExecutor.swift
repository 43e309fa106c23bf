internal import NIOCore

/// Runs tasks among the work of a connection's event loop.
///
/// Those that a batch of packets has woken run right behind that batch, and what they send leaves right behind them: a message is answered
/// within one turn of the loop.
final class EventLoopTaskExecutor: TaskExecutor {
  private struct State {
    var jobs: [UnownedJob] = []
    /// To be done behind the jobs that run now.
    var work: [@Sendable () -> Void] = []
    var isRunning = false
    /// The connection is being drained, and runs the jobs at the end of that.
    var isHeld = false
    /// A turn of the loop runs the jobs.
    var isScheduled = false
    /// Turns since the last pause.
    var turnCount = 0
  }

  /// The loop does all that is ready before it looks for packets: after so many turns it is given nothing for a moment.
  private static let turnLimit = 64
  private static let pause = TimeAmount.microseconds(20)

  private let eventLoop: any EventLoop
  private let state: NIOLoopBoundBox<State>

  init(eventLoop: any EventLoop) {
    self.eventLoop = eventLoop
    state = .makeBoxSendingValue(State(), eventLoop: eventLoop)
  }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    guard eventLoop.inEventLoop else {
      eventLoop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
      return
    }
    state.value.jobs.append(job)
    schedule()
  }

  private func schedule() {
    guard !state.value.isRunning, !state.value.isHeld, !state.value.isScheduled else { return }
    state.value.isScheduled = true
    state.value.turnCount += 1
    guard state.value.turnCount > Self.turnLimit else { return eventLoop.execute { self.takeTurn() } }
    state.value.turnCount = 0
    eventLoop.scheduleTask(in: Self.pause) { self.takeTurn() }
  }

  private func takeTurn() {
    state.value.isScheduled = false
    runJobs()
  }

  /// Does `work` on the event loop: behind the jobs if some are running there now, so that all that they send leaves together.
  func execute(_ work: @escaping @Sendable () -> Void) {
    if eventLoop.inEventLoop, state.value.isRunning {
      state.value.work.append(work)
    } else {
      eventLoop.execute(work)
    }
  }

  // MARK: On the event loop

  /// What becomes ready from now on waits for `runJobs`.
  func hold() { state.value.isHeld = true }

  /// Runs the jobs that are ready. Those that they make ready in turn come later: a task that never waits must not hold up packets.
  func runJobs() {
    state.value.isHeld = false
    guard !state.value.isRunning, !state.value.jobs.isEmpty || !state.value.work.isEmpty else { return }
    state.value.isRunning = true
    let jobs = state.value.jobs
    state.value.jobs.removeAll(keepingCapacity: true)
    for job in jobs { job.runSynchronously(on: asUnownedTaskExecutor()) }
    let work = state.value.work
    state.value.work.removeAll(keepingCapacity: true)
    for work in work { work() }
    state.value.isRunning = false
    if !state.value.jobs.isEmpty || !state.value.work.isEmpty { schedule() }
  }
}

extension RTCPeerConnection {
  /// Runs tasks on the connection's event loop, where messages arrive and leave: so a program answers a message without a switch of threads,
  /// several times as fast.
  ///
  ///     Task(executorPreference: connection.taskExecutor) {
  ///       for await message in channel.messages { try await channel.send(answer(to: message)) }
  ///     }
  ///
  /// While such a task runs, nothing else on the loop does: no packet of this connection, nor of others there, comes or goes. So it must be
  /// brief between two `await`s, and must never block.
  public nonisolated var taskExecutor: any TaskExecutor { tasks }
}
