import Glibc
import RTCFrames
import Synchronization

/// A camera of the kernel (V4L2) that delivers YUYV.
///
/// Pictures have the time at which the driver filmed them. Its tracks are muted while the camera delivers nothing, and
/// end when it is unplugged.
/// ```swift
/// let track = try MediaStreamTrack(source: V4L2Source(path: "/dev/video0", width: 640, height: 480))
/// ```
public final class V4L2Source: VideoSource {
  /// Broken looks at the queue in a row, after which the camera is given up.
  private static let failureLimit = 50

  /// Where pictures go. Tracks attach here; a program uses the track.
  public let output = SourceOutput<VideoFrame>()
  /// What the camera calls itself; the path when it does not say.
  public let label: String
  /// The device, such as `/dev/video0`.
  public let path: String
  private let requested: MediaTrackSettings
  private let stallTimeout: Duration
  private let current: Mutex<MediaTrackSettings>
  private let counts = Mutex(CaptureStatistics())
  private let thread = Mutex<CaptureThread?>(nil)

  /// A camera that is opened for the first track, in the size and at the rate nearest to those asked for.
  ///
  /// - Parameters:
  ///   - path: the device, such as `/dev/video0`; `CaptureDevices.cameras()` lists them.
  ///   - width: in pixels.
  ///   - height: in pixels.
  ///   - frameRate: pictures a second.
  ///   - stallTimeout: without a picture for so long its tracks are muted.
  /// - Precondition: size and rate are positive, and the rate is 1,000 at most.
  public init(
    path: String, width: Int = 1_280, height: Int = 720, frameRate: Double = 30,
    stallTimeout: Duration = .seconds(1)
  ) {
    precondition(
      width > 0 && height > 0 && frameRate > 0 && frameRate <= 1_000,
      "no camera delivers \(width)x\(height) pixels \(frameRate) times a second")
    self.path = path
    self.stallTimeout = stallTimeout
    requested = MediaTrackSettings(width: width, height: height, frameRate: frameRate)
    current = Mutex(requested)
    label = (try? V4L2Device(path: path))?.identity()?.name ?? path
  }

  /// What is delivered; what was asked for, before the camera is open.
  public var settings: MediaTrackSettings { current.withLock { $0 } }
  /// What the camera has done since this source was made.
  public var statistics: CaptureStatistics { counts.withLock { $0 } }

  /// Opens the camera and begins to film. A track does it; a program makes a track.
  ///
  /// - Throws: `MediaError`: `NotFoundError`, `NotAllowedError` or `NotReadableError`, when the camera is not there, may
  ///   not be used or is busy, `NotSupportedError`, when it has no YUYV, `AbortError`, when the system has no thread left.
  public func start() throws {
    let new = try CaptureThread(name: fileName) { [self] context throws(MediaError) in try capture(context) }
    thread.withLock { $0 = new }
  }

  /// Closes the camera, and returns when its thread is gone. The source can be started again. A track does it.
  public func stop() {
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
