import Glibc
import RTCFrames
import Synchronization

/// A camera of the kernel (V4L2) that delivers YUYV.
package final class V4L2Source: VideoSource {
  /// Broken looks at the queue in a row, after which the camera is given up.
  private static let failureLimit = 50

  package let output = SourceOutput<VideoFrame>()
  package let label: String
  /// The device, such as `/dev/video0`.
  package let path: String
  private let requested: MediaTrackSettings
  private let stallTimeout: Duration
  private let current: Mutex<MediaTrackSettings>
  private let counts = Mutex(CaptureStatistics())
  private let thread = Mutex<CaptureThread?>(nil)

  /// A camera that is opened for the first track, in the size and at the rate nearest to those asked for.
  ///
  /// - Parameter stallTimeout: without a picture for so long its tracks are muted.
  package init(
    path: String, width: Int = 1_280, height: Int = 720, frameRate: Double = 30,
    stallTimeout: Duration = .seconds(1)
  ) {
    self.path = path
    self.stallTimeout = stallTimeout
    requested = MediaTrackSettings(width: width, height: height, frameRate: frameRate)
    current = Mutex(requested)
    label = (try? V4L2Device(path: path))?.identity()?.name ?? path
  }

  /// What is delivered; what was asked for, before the camera is open.
  package var settings: MediaTrackSettings { current.withLock { $0 } }
  /// What the camera did so far.
  package var statistics: CaptureStatistics { counts.withLock { $0 } }

  package func start() throws {
    let new = try CaptureThread(name: fileName) { [self] context throws(MediaError) in try capture(context) }
    thread.withLock { $0 = new }
  }

  package func stop() {
    let old = thread.withLock { thread in
      defer { thread = nil }
      return thread
    }
    old?.stop()
  }

  private var fileName: String { path.split(separator: "/").last.map(String.init) ?? path }

  private func capture(_ context: CaptureThread.Context) throws(MediaError) {
    let camera = try V4L2Camera(
      path: path, width: requested.width ?? 1_280, height: requested.height ?? 720,
      frameRate: requested.frameRate ?? 30)
    let granted = MediaTrackSettings(width: camera.width, height: camera.height, frameRate: camera.frameRate)
    current.withLock { $0 = granted }
    context.didOpen()

    var lastFrame = MediaTime.now
    var lastSequence: UInt32?
    var lastTimestamp = MediaTime.zero
    var failures = 0
    while !context.isStopRequested {
      var descriptors = [pollfd(fd: camera.descriptor, events: Int16(POLLIN), revents: 0)]
      let isReady = context.poll(&descriptors, timeout: max(.milliseconds(1), lastFrame + stallTimeout - .now))
      if context.isStopRequested { break }
      if MediaTime.now - lastFrame >= stallTimeout {
        stall()
        lastFrame = .now
      }
      guard isReady else { continue }
      switch camera.read(now: .now) {
      case .frame(var frame, let sequence):
        failures = 0
        lastFrame = .now
        note(sequence: sequence, after: lastSequence)
        lastSequence = sequence
        frame.timestamp = max(frame.timestamp, lastTimestamp)
        lastTimestamp = frame.timestamp
        output.setMuted(false)
        output.emit(frame)
      case .damaged:
        counts.withLock { $0.damagedFrames += 1 }
      case .none, .signalLost:
        // Ready without a picture: a driver that says so again and again must not keep the processor busy.
        failures += 1
        if failures >= Self.failureLimit { return output.end() }
        context.sleep(until: .now + .milliseconds(20))
      case .gone:
        return output.end()
      }
    }
  }

  private func stall() {
    counts.withLock { counts in if !output.isMuted { counts.stalls += 1 } }
    output.setMuted(true)
  }

  private func note(sequence: UInt32, after last: UInt32?) {
    counts.withLock { counts in
      counts.frames += 1
      // Some drivers repeat numbers at the start; numbers that go back are no loss.
      if let last, sequence > last { counts.skippedFrames += Int(sequence - last - 1) }
    }
  }
}
